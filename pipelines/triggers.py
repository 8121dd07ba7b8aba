"""All triggers of a team."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from model import names
from model.errors import ConfigError, Problem, split
from model.stacks import NAMESPACE, stack_file
from pipelines import checks, migrating, platform, previewing, releasing, rules, steps, telling
from pipelines.build import Build
from pipelines.setting import Setting, load
from pipelines.trigger import Event, Manual, Message, PullRequest, Push, Schedule, Trigger, Webhook

_VERBS = {"promote": "Promotes what runs before to", "deploy": "Deploys a release to", "rollback": "Goes back in"}
_PARAMETERS = {
    "deploy": {"_RELEASE": "a recorded release, YYYY.MM.DD.NNNN"},
    "rollback": {"_TO": "a release, or nothing for the last good one"},
}
MAIN, WEBHOOK = f"^{names.MAIN}$", "webhook"
LEDGER = ("releases/**",)
"""A commit of nothing but the ledger changes no stack."""

WEEKLY_BASE, WEEKLY_SCAN, HALF_HOURLY = "0 3 * * 1", "0 4 * * 1", "*/30 * * * *"
DAILY_DRIFT = "30 5 * * *"


def all_of(config_dir: Path) -> dict[str, Trigger]:
    """Those of the files in a folder, by name."""
    return triggers(load(config_dir))


def triggers(setting: Setting) -> dict[str, Trigger]:
    """All of them, by name. Those that move releases need to know the platform repository and the App that commits to it."""
    found = [*_images(setting), *(_moves(setting) if setting.moves else ())]
    if setting.moves and steps.SLACK_TOKEN in setting.shared.secrets:
        what = "Tells of a build that a merge has started and that has failed"
        found.append(_trigger("failed", what, telling.of(found), telling.failed(setting)))
    if twice := [name for name, count in Counter(trigger.name for trigger in found).items() if count > 1]:
        what = f"two triggers are called '{twice[0]}', one of them as its branch"
        raise ConfigError(
            Problem("pipelines", twice[0], what, f"Build {NAMESPACE}:promotion.branch under another name.")
        )
    return dict(rules.checked({trigger.name: trigger for trigger in found}))


def pattern(*branches: str) -> str:
    """The branches that an event may be of, as Cloud Build takes it: a regular expression of RE2."""
    named = "|".join(re.sub(r"[.]", r"\\.", branch) for branch in branches)
    return f"^{named}$" if len(branches) == 1 else f"^({named})$"


def _images(setting: Setting) -> Iterable[Trigger]:
    yield _trigger(
        "pull-request",
        "Checks a pull request; a stranger's once somebody of the team has commented /gcbrun",
        PullRequest(source="application", branch=pattern(*setting.branches)),
        checks.pull_request(setting),
    )
    if any(scanner.looks_at == "source" for scanner in setting.catalogue.scanners.values()):
        yield _trigger(
            "deep-scan",
            "Runs every scanner of the source once a week",
            Schedule(cron=WEEKLY_SCAN, source="application", branch=setting.trunk),
            platform.deep_scan(setting),
        )
    if setting.catalogue.base_image:
        yield _trigger(
            "base-image",
            "Builds the base image anew once a week",
            Schedule(cron=WEEKLY_BASE, source="application", branch=setting.trunk),
            platform.base_image(setting),
        )


def _moves(setting: Setting) -> Iterable[Trigger]:
    migrations = setting.catalogue.migrations
    if migrations and migrations.folder and setting.shared.application_repository:
        yield _trigger(
            migrating.NAME,
            "Checks the migrations of a pull request; once more when somebody of the team comments /gcbrun",
            PullRequest(source="application", branch=pattern(*setting.branches)),
            migrating.check(setting, migrations.folder),
        )
    for branch in setting.branches:
        yield _trigger(
            names.branch_trigger(branch),
            "Makes a release of what was merged",
            Push(source="application", branch=pattern(branch)),
            releasing.of_branch(setting, branch),
        )
    if setting.base:
        yield from _previews(setting, setting.base)
    yield _trigger(
        "tools",
        "Builds the image that runs slipway",
        Push(source="platform", branch=MAIN, ignored=("*.yaml", *LEDGER)),
        platform.tools(setting),
    )
    yield from _platform(setting)


def _previews(setting: Setting, base: str) -> Iterable[Trigger]:
    if WEBHOOK not in setting.shared.secrets:
        key = f"{NAMESPACE}:secrets.{WEBHOOK}"
        remedy = f"Set it with 'pulumi config set --secret --path {key} -s {setting.stack}': a random text."
        raise ConfigError(
            Problem(stack_file(setting.stack), key, "this secret is missing, and previews need it", remedy)
        )
    built = previewing.images(setting)
    yield _trigger(
        "preview",
        "Builds a preview's images when somebody who may write comments /gcbrun",
        PullRequest(source="application", branch=pattern(*setting.branches), comment=True),
        built,
    )
    yield _trigger(
        previewing.AGAIN,
        "Builds them anew after a push; preview-follow starts it",
        Manual(source="application", branch=setting.trunk),
        Build(steps=built.steps, substitutions={**built.substitutions, "_PR_NUMBER": ""}, timeout=built.timeout),
        parameters={"_PR_NUMBER": "the number of the pull request"},
    )
    data = "body.message.data"
    yield _trigger(
        "preview-open",
        "Opens or updates a preview whose images are built",
        Message(
            of=("preview", previewing.AGAIN),
            reads={
                "_STATUS": f"{data}.status",
                "_TRIGGER_ID": f"{data}.buildTriggerId",
                "_NUMBER": f"{data}.substitutions._PR_NUMBER",
                "_COMMIT": f"{data}.substitutions.COMMIT_SHA",
            },
        ),
        previewing.opened(setting, base),
    )
    yield _trigger(
        "preview-follow",
        "Closes the preview of a closed pull request, has one built anew after a push",
        Webhook(
            when='_ACTION in ["closed", "synchronize"]', reads={"_ACTION": "body.action", "_NUMBER": "body.number"}
        ),
        previewing.followed(setting, base),
    )
    yield _trigger(
        "sweep",
        "Warns of, puts to sleep and removes what nobody needs",
        Schedule(cron=HALF_HOURLY, source="platform"),
        previewing.swept(setting, base),
    )


def _platform(setting: Setting) -> Iterable[Trigger]:
    planning: list[Trigger] = []
    stacks = {setting.stack: False, **{name: each.promotion.automatic for name, each in setting.environments.items()}}
    for stack, automatic in stacks.items():
        # Its plan runs what the pull request makes of the program, with what the stack's deployer may. So somebody has to have read it
        # before, whatever the stack is.
        planning.append(
            _trigger(
                f"plan-{stack}",
                f"Plans what a pull request would change in {stack}",
                PullRequest(source="platform", branch=MAIN, comment=True, ignored=LEDGER),
                platform.plan(setting, stack),
                approval=True,
            )
        )
        yield planning[-1]
        yield _trigger(
            f"apply-{stack}",
            f"Brings what was merged to {stack}",
            Push(source="platform", branch=MAIN, ignored=LEDGER),
            platform.apply(setting, stack),
            approval=not automatic,
        )
    yield _trigger(
        "plans", "Shows a plan as a comment on its pull request", platform.plans(planning), platform.comment(setting)
    )
    for stack, environment in setting.environments.items():
        approval = environment.promotion.approvals is not None
        coming: dict[str, Callable[[Setting, str], Build]] = (
            {"promote": platform.promote} if environment.promotion.from_ else {"deploy": platform.deploy}
        )
        moves = {**coming, "rollback": platform.rollback}
        for verb, build in moves.items():
            yield _trigger(
                f"{verb}-{stack}",
                f"{_VERBS[verb]} {stack}",
                Manual(source="platform"),
                build(setting, stack),
                approval=approval,
                parameters=_PARAMETERS.get(verb, {}),
            )
    yield _trigger(
        "drift",
        "Looks once a day for what somebody has changed past all this",
        Schedule(cron=DAILY_DRIFT, source="platform"),
        platform.drift(setting),
    )


def _trigger(
    name: str,
    what: str,
    event: Event,
    build: Build,
    *,
    approval: bool = False,
    parameters: dict[str, str] | None = None,
) -> Trigger:
    try:
        account = names.build_account(name)
    except ValueError as error:
        raise ConfigError(Problem(f"pipeline {name}", "", *split(str(error)))) from None
    return Trigger(
        name=name,
        what=what,
        event=event,
        build=build,
        account=account,
        approval=approval,
        parameters=parameters or {},
    )
