"""A mistyped name of a stack, environment, service, release, trigger or image is refused with the one that was meant."""

from __future__ import annotations

import shlex

import pytest

from tests.commands.conftest import RELEASES, Slipway
from tests.commands.reading import VERBS
from tests.lifecycle.commands import digest

OTHER = "2026.01.31.0002"
"""Never recorded, and near the last one that was."""
STACK, RELEASE, SERVICE, TRIGGER = "staging", RELEASES[1], "messenger", "main"
IMAGE = digest(7)
MEANT = {
    **dict.fromkeys(
        (
            "up stagin",
            "plan stagin",
            "refresh stagin",
            "destroy stagin",
            "outputs stagin",
            "graph stagin",
            "cost stagin",
            "cost dev --diff stagin",
            "drift stagin",
            "doctor stagin",
            "bootstrap stagin",
            "apply stagin",
            "history stagin",
            "diff dev stagin",
            "diff stagin dev",
            f"deploy stagin {RELEASE}",
            "promote stagin",
            "promote prod --from stagin",
            "rollback stagin",
            "approve stagin",
            "approve stagin --infra",
            "approve prod --from stagin",
            "hold stagin --why tired",
            "unhold stagin --why awake",
            "migrations pending stagin",
            "migrations verify . --environment stagin",
            "sandbox inspect --stack stagin",
        ),
        STACK,
    ),
    **dict.fromkeys(
        (
            f"deploy dev {OTHER}",
            f"promote staging --release {OTHER}",
            f"rollback staging --to {OTHER}",
            f"approve staging --release {OTHER}",
            f"release show {OTHER}",
            f"release diff {RELEASE} {OTHER}",
            f"release diff {OTHER} {RELEASE}",
            f"release mark-bad {OTHER} --why wrong",
        ),
        RELEASE,
    ),
    **dict.fromkeys(
        (
            "promote staging --service messengr",
            "rollback staging --service messengr",
            "approve staging --service messengr",
            "pr open 42 --branch fix-login --changed messengr",
        ),
        SERVICE,
    ),
    **dict.fromkeys(
        (
            "pipeline show mian",
            "pipeline run mian --local",
            f"pipeline start mian --commit {'1' * 40}",
            "pipeline failed mian",
        ),
        TRIGGER,
    ),
    **dict.fromkeys(
        (
            f"pr open 42 --branch fix-login --image ap={IMAGE}",
            f"release record --commit {'1' * 40} ap={IMAGE}",
            f"sandbox push ap@{IMAGE}",
            f"sandbox lose ap@{IMAGE}",
        ),
        "api",
    ),
    "pipeline pin tirvy": "trivy",
    "graph dev --format svgg": "svg",
    "--engine sandbx status": "sandbox",
    "sandbox fault plan gcp:pubsub/topic:Topi create fail": "gcp:pubsub/topic:Topic",
    "sandbox fault plan gcp:pubsub/topic:Topic craete fail": "create",
    "sandbox fault plan gcp:pubsub/topic:Topic create fial": "fail",
}
NAMING = ("STACK", "[STACK]...", "ENV", "[ENV]...", "RELEASE", "ID", "SERVICE", "SERVICE,...", "IMAGE=DIGEST...")
"""What the parameters are called that take such a name."""
NOT_YET = {
    "slipway init": "it makes them",
    "slipway sandbox change": "a stack is one that has made the thing",
    "slipway sandbox delete": "likewise",
    "slipway release allocate": "an id is none before it",
    "slipway release record": "it takes an id that is new",
    "slipway release unmark": "it speaks of those that are marked",
}


@pytest.mark.parametrize("line", MEANT)
def test_the_name_that_was_meant_is_said_before_anything_begins(line: str, slipway: Slipway) -> None:
    answer = slipway(*shlex.split(line))
    assert f"Did you mean '{MEANT[line]}'?" in answer.err
    assert "Planning" not in answer.err
    assert answer.code == 2


def test_every_command_that_takes_such_a_name_is_among_them() -> None:
    taking = {name for name, verb in VERBS.items() if {each.metavar for each in verb.params} & {*NAMING}}
    assert taking - {f"slipway {' '.join(words(line))}" for line in MEANT} - {*NOT_YET} == set()


def words(line: str) -> list[str]:
    """Those of the command itself."""
    found = line.split()
    return found[: 2 if f"slipway {' '.join(found[:2])}" in VERBS else 1]
