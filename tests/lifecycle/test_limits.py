"""`--target`, `--target-dependents` and `--replace`: a part of a stack by the command, and URNs that nothing has."""

from typing import Any

import pytest

from tests.lifecycle.commands import Site

TOPIC = "urn:pulumi:dev::slipway::slipway:index:Topic$gcp:pubsub/topic:Topic::read-finished"


def _done(report: Any) -> dict[str, set[str]]:
    """Operation -> names, but for what stayed the same."""
    found: dict[str, set[str]] = {}
    for step in report["steps"]:
        if step["op"] != "same":
            found.setdefault(step["op"], set()).add(step["urn"].rpartition("::")[2])
    return found


@pytest.mark.journey
def test_a_part_of_a_stack(up: Site) -> None:
    before = up.inventory()
    refused = up("destroy", "dev", "--target", TOPIC, "--json", code=1).json
    assert (
        "Either include resource in --target list or pass --target-dependents" in refused["diagnostics"][0]["message"]
    )
    assert up.inventory() == before

    gone = _done(up("destroy", "dev", "--target", TOPIC, "--target-dependents", "--json").json)
    assert list(gone) == ["delete"]
    assert gone["delete"] > {"read-finished"}
    assert len(gone["delete"]) < 20

    # It is not in the state any more, so a plan of all finds it.
    planned = up("plan", "dev", "--target", TOPIC, "--json")
    assert _done(planned.json) == {"create": {"read-finished"}}
    assert "Looking for the targets in dev" in planned.err
    assert _done(up("up", "dev", "--target", TOPIC, "--json").json) == {"create": {"read-finished"}}
    assert _done(up("up", "dev", "--json").json)["create"] == gone["delete"] - {"read-finished"}
    assert up.inventory().keys() == before.keys()

    assert _done(up("plan", "dev", "--replace", "**Topic::read-fin*ed", "--json").json)["replace"] >= {"read-finished"}
    read = up("refresh", "dev", "--target", TOPIC, "--json").json
    assert [step["urn"] for step in read["steps"]] == [TOPIC]
    whole = up("refresh", "dev", "--json").json
    assert len(whole["steps"]) > 100


@pytest.mark.parametrize(
    ("arguments", "option", "given"),
    [
        (
            ["up", "dev", "--target", TOPIC.replace("finished", "finishd")],
            "--target",
            TOPIC.replace("finished", "finishd"),
        ),
        (["plan", "dev", "--target", "read-finished"], "--target", "read-finished"),
        (["destroy", "dev", "--target", TOPIC.partition("$")[0]], "--target", TOPIC.partition("$")[0]),
        (["refresh", "dev", "--target", "read-finishd"], "--target", "read-finishd"),
        (["plan", "dev", "--replace", TOPIC.replace("dev", "staging")], "--replace", TOPIC.replace("dev", "staging")),
    ],
)
def test_a_urn_that_nothing_has_is_answered_with_the_closest(
    up_site: Site, arguments: list[str], option: str, given: str
) -> None:
    refused = up_site(*arguments, code=2)
    said = f"error: command line: {option}: no resource of 'dev' is '{given}'. Did you mean "
    assert said in refused.err
    if "$" in given or "finish" in given:
        assert f"Did you mean '{TOPIC}'? Quote it, since a shell takes what follows a $." in refused.err


def test_dependents_of_nothing_are_refused(up_site: Site) -> None:
    refused = up_site("destroy", "dev", "--target-dependents", code=2)
    assert "command line: --target-dependents: there is no target. Add --target URN, or leave it out." in refused.err
