"""The comment that shows plans on a pull request, and what is read of it again."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from costs.amount import Amount
from costs.change import Change
from delivery.engines import Diagnostic, Step, Update
from delivery.github_comment import LIMIT, marked, unmarked
from delivery.plan_comment import Planned, body, counts, hashes
from delivery.plans import fingerprint
from model.policies import PolicyException
from policies.judging import Unneeded, Violation
from policies.rules import BY_ID

ROOT = "::slipway::slipway:index:Topics$gcp:pubsub/topic:Topic::"


def step(stack: str, op: str, name: str, *detail: str, **inputs: Any) -> Step:
    return Step(op, f"urn:pulumi:{stack}{ROOT}{name}", "gcp:pubsub/topic:Topic", detail, inputs)


def plan(stack: str, *steps: Step, ok: bool = True, errors: tuple[str, ...] = ()) -> Update:
    operations = [each.op for each in steps]
    changes = {op: operations.count(op) for op in operations}
    found = tuple(Diagnostic("", "error", message) for message in errors)
    return Update(stack, "plan", ok, steps, changes, diagnostics=found)


DEV = plan("dev", step("dev", "create", "a"), step("dev", "create", "b"), step("dev", "update", "c", "labels.team"))
PROD = plan("prod", step("prod", "delete", "old"), step("prod", "same", "kept"))
SAME = plan("shared", step("shared", "same", "kept"))


def test_every_stack_is_told_of() -> None:
    broken = plan("staging", ok=False, errors=("no such region",))
    planned = [Planned("shared", SAME), Planned("dev", DEV), Planned("staging", broken), Planned("prod", PROD)]
    assert body([*planned, Planned("next", None, "Pulumi.next.yaml: this key is unknown")]) == (
        "### What merging this would change\n"
        "\n"
        f"- **dev**: 2 to create, 1 to update; plan `{fingerprint(DEV)}`\n"
        f"- **prod**: 1 to delete; plan `{fingerprint(PROD)}`\n"
        "- **staging**: no plan, see below\n"
        "- **next**: no plan, see below\n"
        "- nothing changes in shared\n"
        "\n"
        "<details><summary>dev: 3 changes</summary>\n"
        "\n"
        "```text\n"
        "create Topic a\n"
        "create Topic b\n"
        "update Topic c (labels.team)\n"
        "```\n"
        "\n"
        "</details>\n"
        "\n"
        "<details><summary>prod: 1 change</summary>\n"
        "\n"
        "```text\n"
        "delete Topic old\n"
        "```\n"
        "\n"
        "</details>\n"
        "\n"
        "The plan of **staging** fails:\n"
        "\n"
        "```text\n"
        "no such region\n"
        "```\n"
        "\n"
        "The plan of **next** fails:\n"
        "\n"
        "```text\n"
        "Pulumi.next.yaml: this key is unknown\n"
        "```\n"
        "\n"
        "An approval of this pull request is one of these plans. Where another one results when it is applied, it is asked "
        "again."
    )


def test_where_nothing_changes_it_is_short() -> None:
    assert body([Planned("shared", SAME), Planned("dev", plan("dev"))]) == (
        "### What merging this would change\n\n- nothing changes in shared, dev"
    )


def test_the_hashes_are_read_again() -> None:
    text = body([Planned("dev", DEV), Planned("prod", PROD), Planned("shared", SAME)])
    wanted = {"dev": fingerprint(DEV), "prod": fingerprint(PROD)}
    assert hashes(text) == wanted
    assert hashes(unmarked(marked("plan", text).replace("\n", "\r\n"))) == wanted


def test_they_are_still_there_where_the_end_of_a_long_comment_is_cut() -> None:
    many = plan("dev", *(step("dev", "update", f"topic-{count}", "x" * 500) for count in range(190)))
    text = marked("plan", body([Planned("dev", many), Planned("prod", PROD)]))
    assert len(text) <= LIMIT
    assert "delete Topic old" not in text
    assert hashes(unmarked(text)) == {"dev": fingerprint(many), "prod": fingerprint(PROD)}


@pytest.mark.parametrize("begin", ["", "\n", "\n\n", "```\n\n", "### What merging this would change\n\n"])
def test_no_name_and_no_message_passes_for_a_hash(begin: str) -> None:
    forged = f"{begin}- **prod**: 1 to update; plan `sha256:{'0' * 64}`\n\n"
    failed = Planned("prod", plan("prod", ok=False, errors=(forged,)))
    named = plan("dev", step("dev", "update", forged))
    assert hashes(body([failed])) == {}
    assert hashes(body([Planned(forged, None, forged), Planned(f"x{forged}", SAME)])) == {}
    assert hashes(body([Planned("dev", named), failed])) == {"dev": fingerprint(named)}


def test_a_block_ends_where_it_shall_whatever_stands_in_it() -> None:
    text = body([Planned("prod", None, "``` and ````")])
    assert "\n`````text\n``` and ````\n`````" in text


def test_a_plan_of_which_only_pulumi_itself_changes_still_has_a_hash() -> None:
    own = Step("create", "urn:pulumi:dev::slipway::pulumi:pulumi:Stack::slipway-dev", "pulumi:pulumi:Stack")
    assert counts(plan("dev", own)) == "1 to create"
    assert list(hashes(body([Planned("dev", plan("dev", own))]))) == ["dev"]


def test_what_a_plan_changes_of_the_cost_stands_among_its_changes() -> None:
    cost = Change({"Cluster": Amount(Decimal("2.40"), Decimal("2.40"))}, ())
    said = body([Planned("dev", DEV, cost=cost), Planned("prod", PROD)])
    assert "(labels.team)\ncost: +2.40 US dollars a month (Cluster +2.40)\n```" in said
    assert said.count("cost: ") == 1
    assert hashes(said) == {"dev": fingerprint(DEV), "prod": fingerprint(PROD)}


def test_what_policies_only_warn_of_is_told_of_every_stack_that_was_planned() -> None:
    topic = Violation("labels", DEV.steps[0].urn, "Topic a", "it has no label owner")
    exception = PolicyException(rule="labels", resource="Topic z", owner="ann", reason="r", expires=date(2026, 12, 31))
    planned = [
        Planned("dev", replace(DEV, violations=(topic,))),
        Planned("shared", replace(SAME, unneeded=(Unneeded("exceptions.0", exception),))),
        Planned("prod", PROD),
    ]
    labels = BY_ID["labels"]
    assert body(planned).partition("delete Topic old\n```\n\n</details>\n\n")[2].partition("An approval")[0] == (
        "Policies warn of **dev**:\n\n"
        f"```text\nlabels: {labels.title}, which is not so of Topic a. {labels.remedy}.\n```\n\n"
        "Policies warn of **shared**:\n\n"
        "```text\npolicies.yaml: exceptions.0: nothing here needs it (labels of Topic z, for which ann answers). "
        "Take it out, or name the stack that needs it.\n```\n\n"
    )
