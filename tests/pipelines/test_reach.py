"""What can come of an event: which environments it reaches, who must have agreed, and whose code runs with which rights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest

from delivery.plan_kept import MOST_BYTES
from model import names
from model.environment import Environment
from model.step_image import pinned, unpinned
from pipelines import triggers
from pipelines.grants import Deploys, Opens, Reads, Starts, Watches, Writes
from pipelines.setting import Setting
from pipelines.trigger import Manual, Message, PullRequest, Push, Schedule, Trigger, Webhook

STRANGERS = {Reads("cache"), Writes("previews")}
"""What the builds may do that run code of whoever opened a pull request: fill the repository of previews, for which a person has to
have commented /gcbrun, and nothing else."""
READING = "migrations"
"""It reads SQL of a pull request, runs nothing of it, and asks GitHub who agrees: `test_migrating` holds it to that."""


def reached(found: Mapping[str, Trigger], start: str) -> set[str]:
    """The stacks that builds change which come of a trigger without anybody's agreeing: its own, and those of what it starts."""
    seen, waiting, stacks = set(), [start], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        trigger = found[name]
        if trigger.approval:
            continue
        stacks |= trigger.deploys
        waiting += [grant.trigger for grant in trigger.build.grants if isinstance(grant, Starts)]
        waiting += [
            other.name for other in found.values() if isinstance(other.event, Message) and name in other.event.of
        ]
    return stacks


def named(found: Mapping[str, Trigger], *events: type) -> list[str]:
    return [name for name, trigger in found.items() if isinstance(trigger.event, events)]


def by_themselves(environments: Mapping[str, Environment]) -> set[str]:
    return {name for name, environment in environments.items() if environment.promotion.automatic}


def test_the_triggers_are_these(found: dict[str, Trigger]) -> None:
    assert list(found) == [
        *("pull-request", "deep-scan", "base-image", "migrations", "main", "preview", "preview-push", "preview-open", "preview-follow"),
        *("sweep", "tools", "plan-shared", "apply-shared", "plan-dev", "apply-dev", "plan-staging", "apply-staging"),
        *("plan-prod", "apply-prod", "plans", "deploy-dev", "rollback-dev", "promote-staging", "rollback-staging", "promote-prod", "rollback-prod"),
        *("drift", "failed"),
    ]  # fmt: skip


def test_nothing_that_starts_at_a_merge_reaches_an_environment_that_is_not_automatic(
    ours: Setting, found: dict[str, Trigger]
) -> None:
    merges = named(found, Push)
    assert merges == ["main", "tools", "apply-shared", "apply-dev", "apply-staging", "apply-prod"]
    for name in merges:
        assert reached(found, name) <= by_themselves(ours.environments), name
    assert reached(found, "main") == {"dev"}


def test_nothing_that_starts_by_itself_does_either(ours: Setting, found: dict[str, Trigger]) -> None:
    """A pull request, a request to the webhook, a message, a clock."""
    for name in named(found, PullRequest, Webhook, Message, Schedule):
        assert reached(found, name) <= by_themselves(ours.environments), name


def test_an_environment_that_asks_for_approvals_has_them_asked_for_by_every_trigger_that_changes_it(
    ours: Setting, found: dict[str, Trigger]
) -> None:
    asking = {name for name, environment in ours.environments.items() if environment.promotion.approvals}
    assert asking == {"prod"}
    changing = {name: trigger.approval for name, trigger in found.items() if trigger.deploys & asking}
    assert changing == dict.fromkeys(("plan-prod", "apply-prod", "promote-prod", "rollback-prod"), True)


def test_a_merge_comes_as_far_as_the_environments_say(ours: Setting) -> None:
    """A team whose main goes to production by itself says so, and then it does."""

    def automatic(name: str, is_so: bool) -> Environment:
        environment = ours.environments[name]
        promotion = environment.promotion.model_copy(update={"automatic": is_so})
        return environment.model_copy(update={"promotion": promotion})

    def made(*names: str) -> dict[str, Trigger]:
        environments = {name: automatic(name, name in names) for name in ours.environments}
        return triggers.triggers(_with(ours, environments))

    assert reached(made("dev", "staging", "prod"), "main") == {"dev", "staging", "prod"}
    assert reached(made("dev", "prod"), "main") == {"dev"}, "prod comes after staging, which waits for a person"
    assert reached(made("staging", "prod"), "main") == set()


def _with(ours: Setting, environments: Mapping[str, Environment]) -> Setting:
    return Setting(
        stack=ours.stack, shared=ours.shared, catalogue=ours.catalogue, environments=environments, base=ours.base
    )


def test_the_code_of_a_pull_request_runs_without_secrets(found: dict[str, Trigger]) -> None:
    """Of the application repository, which strangers may open one in. That it deploys nothing, signs nothing and starts
    nothing, too, is in what it may do."""
    of_pull_requests = [
        trigger
        for trigger in found.values()
        if isinstance(trigger.event, PullRequest) and trigger.event.source == "application" and trigger.name != READING
    ]
    # Its steps are the same, run for the same code.
    of_pull_requests.append(found["preview-push"])
    assert [trigger.name for trigger in of_pull_requests] == ["pull-request", "preview", "preview-push"]
    for trigger in of_pull_requests:
        assert trigger.build.grants <= STRANGERS
        assert trigger.build.secrets == {}
        assert {name for step in trigger.build.steps for name in step.secrets} == set()


def test_no_stranger_starts_a_build_that_has_a_secret(found: dict[str, Trigger]) -> None:
    """No build that runs what a pull request has written has one; what has rights waits for the comment of somebody who may write."""
    for trigger in found.values():
        if isinstance(trigger.event, PullRequest) and trigger.name != READING:
            assert trigger.build.secrets == {}, trigger.name
            assert trigger.event.comment or trigger.build.grants <= {Reads("cache")}, trigger.name


def test_what_strangers_can_bring_about_with_a_secret_runs_nothing_of_theirs(found: dict[str, Trigger]) -> None:
    """Whoever pushes to a pull request, or closes it, makes GitHub report it, and a build with secrets look at it."""
    reporting = [name for name in named(found, Webhook, Message) if found[name].build.secrets]
    assert reporting == ["preview-open", "preview-follow", "plans", "failed"]
    for name in reporting:
        assert all(step.makes == "" and "make " not in step.script for step in found[name].build.steps)
        assert found[name].build.step("platform").script.startswith("git clone")


def test_a_plan_of_a_pull_request_waits_for_a_person_whatever_the_stack(found: dict[str, Trigger]) -> None:
    """It runs the program as the pull request has it."""
    assert {name: trigger.approval for name, trigger in found.items() if name.startswith("plan-")} == dict.fromkeys(
        ("plan-shared", "plan-dev", "plan-staging", "plan-prod"), True
    )


def test_a_plan_of_a_pull_request_has_no_secret_and_another_build_comments_it(found: dict[str, Trigger]) -> None:
    """All that goes from one to the other is what a step says, in one substitution."""
    for stack in ("shared", "dev", "staging", "prod"):
        trigger = found[f"plan-{stack}"]
        assert trigger.build.secrets == {}
        assert {name for step in trigger.build.steps for name in step.secrets} == set()
        assert trigger.build.grants == {Deploys(stack), Reads("cache")}
        assert [step.id for step in trigger.build.steps] == ["workspace", "snapshot", f"plan-{stack}", "say"]
    event = found["plans"].event
    assert isinstance(event, Message)
    assert event.of == ("plan-shared", "plan-dev", "plan-staging", "plan-prod")
    assert event.ended == ("SUCCESS",)
    assert event.reads["_PLAN"] == "body.message.data.results.buildStepOutputs[3]"
    assert found["plans"].build.grants == {Reads("cache"), Opens("github-app")}
    said = found["plan-dev"].build.step("say").script
    assert f"head -c {MOST_BYTES} " in said


def test_what_was_agreed_to_is_one_commit(found: dict[str, Trigger]) -> None:
    """A build that waited while people merged more does nothing; commits of the ledger are not more."""
    script = found["apply-prod"].build.step("apply-prod").script
    assert 'git log --format=%h --invert-grep --fixed-strings --grep="[skip ci]" "$COMMIT..HEAD"' in script
    assert script.index("exit 0") < script.index("slipway apply prod")


def test_builds_that_open_previews_run_no_code_of_the_pull_request(found: dict[str, Trigger]) -> None:
    """They check out the platform repository as it is on main, and no other."""
    for name in ("preview-open", "preview-follow", "sweep", "plans", "failed"):
        text = "\n".join(step.script for step in found[name].build.steps)
        assert [line for line in text.splitlines() if "git " in line] == [
            'git clone --config credential.helper="!slipway git-credential" "https://github.com/$PLATFORM" .'
        ]
        assert [step.makes for step in found[name].build.steps] == ["", "", ""]


def test_every_trigger_has_an_identity_of_its_own(found: dict[str, Trigger]) -> None:
    accounts = [trigger.account for trigger in found.values()]
    assert len(set(accounts)) == len(accounts) == 28
    assert all(len(account) <= names.ACCOUNT_LIMIT for account in accounts)


@pytest.mark.parametrize(
    ("name", "grants"),
    [
        ("pull-request", {Reads("cache")}),
        ("migrations", {Reads("cache"), Opens("github-app")}),
        ("preview", {Reads("cache"), Writes("previews")}),
        ("base-image", {Writes("cache")}),
        ("tools", {Writes("cache")}),
        ("deep-scan", {Reads("cache"), Opens("github-app"), Opens("slack")}),
        ("preview-open", {Reads("cache"), Deploys("dev"), Opens("github-app")}),
        ("preview-follow", {Reads("cache"), Deploys("dev"), Opens("github-app"), Starts("preview-push")}),
        ("plan-dev", {Reads("cache"), Deploys("dev")}),
        ("plans", {Reads("cache"), Opens("github-app")}),
        ("failed", {Reads("cache"), Opens("github-app"), Opens("slack")}),
        (
            "drift",
            {
                *(Watches(stack) for stack in ("shared", "dev", "staging", "prod")),
                *(Reads("cache"), Opens("github-app"), Opens("slack")),
            },
        ),
    ],
)
def test_a_build_may_do_what_its_steps_need(found: dict[str, Trigger], name: str, grants: set[object]) -> None:
    assert found[name].build.grants == grants


def test_images_of_steps_are_pinned_by_config_and_told_where_they_are_not(
    ours: Setting, found: dict[str, Trigger]
) -> None:
    """The sandbox's own files name tags: nobody invents a digest."""
    told = {problem.key for problem in unpinned("Pulumi.shared.yaml", ours.shared.steps)}
    assert {f"slipway:steps.{name}" for name in ours.shared.steps} == told
    assert {step.image for trigger in found.values() for step in trigger.build.steps} <= set(ours.shared.steps.values())
    digest = f"@sha256:{'a' * 64}"
    steps = {name: f"{reference}{digest}" for name, reference in ours.shared.steps.items()}
    shared = ours.shared.model_copy(update={"steps": steps})
    pinned_ones = triggers.triggers(
        Setting(
            stack=ours.stack, shared=shared, catalogue=ours.catalogue, environments=ours.environments, base=ours.base
        )
    )
    assert unpinned("Pulumi.shared.yaml", steps) == []
    assert all(pinned(reference) for reference in references(pinned_ones.values()))


def references(found: Iterable[Trigger]) -> list[str]:
    """Whatever names an image in a build: those that steps run in, and those that they are told of."""
    steps = [step for trigger in found for step in trigger.build.steps]
    told = [
        value
        for step in steps
        for name, value in step.env.items()
        if name.endswith(("_IMAGE", "EMULATOR", "GENERATOR"))
    ]
    return [*(step.image for step in steps), *told]


def test_commits_of_config_and_ledger_build_no_image_of_the_application(found: dict[str, Trigger]) -> None:
    """They are in the platform repository, to which none of the builds listens that make images of releases or previews."""
    for trigger in found.values():
        if any(step.makes for step in trigger.build.steps):
            assert getattr(trigger.event, "source", "application") == "application", trigger.name
    for name in ("apply-dev", "plan-dev"):
        event = found[name].event
        assert isinstance(event, (Push, PullRequest))
        assert event.ignored == ("releases/**",)


def test_every_stack_is_looked_at_once_a_day_by_a_build_that_changes_none(found: dict[str, Trigger]) -> None:
    trigger = found["drift"]
    assert trigger.event == Schedule(cron="30 5 * * *", source="platform")
    assert trigger.deploys == reached(found, "drift") == set()
    assert trigger.build.step("drift").script == "slipway drift --all --notify"
    assert trigger.build.step("drift").env["SLIPWAY_IMPERSONATE"] == "deployers"


def test_every_build_that_a_merge_starts_is_told_of_where_it_fails(ours: Setting, found: dict[str, Trigger]) -> None:
    event = found["failed"].event
    assert isinstance(event, Message)
    assert list(event.of) == named(found, Push)
    assert event.ended == ("FAILURE", "INTERNAL_ERROR", "TIMEOUT", "EXPIRED")
    # Nobody can be told without the token.
    secrets = tuple(name for name in ours.shared.secrets if name != "slack")
    shared = ours.shared.model_copy(update={"secrets": secrets})
    assert "failed" not in triggers.triggers(replace(ours, shared=shared))


def test_only_people_and_what_follows_a_push_start_what_waits_for_a_start(found: dict[str, Trigger]) -> None:
    starting = {
        grant.trigger for trigger in found.values() for grant in trigger.build.grants if isinstance(grant, Starts)
    }
    assert starting == {"preview-push"}
    assert set(named(found, Manual)) - starting == {
        *("deploy-dev", "rollback-dev", "promote-staging", "rollback-staging", "promote-prod", "rollback-prod")
    }
