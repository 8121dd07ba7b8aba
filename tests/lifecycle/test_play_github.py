"""The guide to the sandbox's GitHub, typed in its order."""

from __future__ import annotations

import json
import re
import shlex

from tests.lifecycle.commands import COMMIT, PROGRAM, Site
from tests.lifecycle.test_readme import FENCE

GUIDE = PROGRAM / "docs" / "how-to" / "play-github.md"
ONE, TWO = "1" * 40, "2" * 40


def typed() -> list[tuple[str, str]]:
    """Each command, with the remark behind it."""
    lines = [line for block in FENCE.findall(GUIDE.read_text()) for line in block.splitlines()]
    pairs = [line.partition("#") for line in lines]
    return [(command.strip().removeprefix("slipway "), remark.strip()) for command, _, remark in pairs]


def test_the_commands_of_the_guide(empty: Site) -> None:
    ran = [
        (command, empty(*shlex.split(command), code=2 * remark.startswith("refused"))) for command, remark in typed()
    ]
    assert [command.replace(ONE, "ONE").replace(TWO, "TWO") for command, _ in ran] == [
        "sandbox pull-request 42 --author ann --branch fix-login --commit ONE",
        "sandbox check ONE lint passed",
        "sandbox check ONE test pending",
        "sandbox review 42 --by ann",
        "sandbox review 42 --by bob",
        "sandbox pull-request 42",
        "sandbox pull-request 42 --commit TWO",
        "sandbox pull-request 42",
        "sandbox review 42 --by bob",
        "sandbox review 42 --by carol --request-changes",
        "sandbox review 42 --by carol",
        "sandbox review 42 --by bob --dismiss",
        "sandbox pull-request 42 --json",
        "sandbox team release-managers bob carol",
        "sandbox pull-request 42 --merge",
        "sandbox pull-request 42 --close",
    ]
    out = [result.out for _, result in ran]
    assert out[0].splitlines() == [
        "pull request 42 of ampersand/platform is open: Fix login",
        "  ann, from fix-login at 111111111111 to main",
        "  labels: none",
        "  approved by: nobody",
        "  checks: none reported",
    ]
    assert out[1] == "lint of 111111111111 in ampersand/platform: passed\n"
    assert "--by: ann is the author" in ran[3][1].err
    assert out[4] == "bob approves pull request 42 of ampersand/platform at 111111111111\n"
    assert out[5].splitlines()[3:] == ["  approved by: bob", "  checks: lint passed, test pending"]
    assert out[7].splitlines()[3:] == ["  approved by: nobody", "  checks: none reported"]
    assert out[9] == "carol asks for changes of pull request 42 of ampersand/platform at 222222222222\n"
    assert out[11] == "bob has no say any more in pull request 42 of ampersand/platform at 222222222222\n"
    assert json.loads(out[12]) == {
        "repository": "ampersand/platform",
        "number": 42,
        "title": "Fix login",
        "author": "ann",
        "branch": "fix-login",
        "commit": TWO,
        "base": "main",
        "state": "open",
        "from_fork": False,
        "labels": [],
        "url": "sandbox://github/ampersand/platform/pull/42",
        "approvals": ["carol"],
        "checks": {"passed": [], "failed": [], "pending": []},
    }
    assert out[13] == "ampersand/release-managers: bob, carol\n"
    assert " is merged: " in out[14]
    assert "--close: pull request 42 is merged" in ran[15][1].err


def test_answers_as_data_refusals_and_forgetting(empty: Site) -> None:
    empty("sandbox", "pull-request", "1", "--author", "ann", "--branch", "b", "--commit", COMMIT)
    reviewed = empty("sandbox", "review", "1", "--by", "bob", "--json").json
    at = reviewed.pop("at")
    checked = empty("sandbox", "check", COMMIT, "lint", "passed", "--json").json
    team = empty("sandbox", "team", "leads", "bob", "ann", "bob", "--repository", "acme/server", "--json").json
    assert reviewed == {
        "repository": "ampersand/platform",
        "number": 1,
        "who": "bob",
        "state": "APPROVED",
        "commit": COMMIT,
    }
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", at)
    assert checked == {
        "repository": "ampersand/platform",
        "commit": COMMIT,
        "check": "lint",
        "outcome": "passed",
    }
    assert team == {"owner": "acme", "team": "leads", "members": ["ann", "bob"]}
    for arguments, said in (
        (("review", "1", "--by", "bob", "--dismiss", "--request-changes"), "--dismiss: it does not go with"),
        (("pull-request", "1", "--repository", "platform"), "--repository: 'platform' is no repository"),
    ):
        assert said in empty("sandbox", *arguments, code=2).err
    assert empty("sandbox", "reset").out == "the sandbox is empty\n"
    assert not (empty.folder / ".sandbox" / "github.json").exists()
