"""Waiting for whoever holds an environment, and for an engine that says somebody is at it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from delivery.errors import Failed, Locked
from delivery.holding import held
from delivery.waiting import Patience

HOLDER = """
import sys
from pathlib import Path
from delivery.holding import held
with held(Path(sys.argv[1]), "dev", "bob"):
    print("held", flush=True)
    sys.stdin.readline()
"""


def patience(seconds: float, told: list[str]) -> tuple[Patience, list[float]]:
    """One that waits without waiting; the pauses that it would have made."""
    pauses: list[float] = []
    return Patience(seconds, told.append, lambda: sum(pauses), pauses.append), pauses


@pytest.fixture
def bob(tmp_path: Path) -> subprocess.Popen[str]:
    """A process that holds dev until it reads a line."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path.cwd())
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_the_next_one_gets_it_as_soon_as_the_holder_is_gone(bob: subprocess.Popen[str], tmp_path: Path) -> None:
    told: list[str] = []

    def tell(line: str) -> None:
        told.append(line)
        bob.communicate("go\n")

    with held(tmp_path, "dev", "ann", Patience(60, tell)):
        assert (tmp_path / "releases" / ".dev.lock").read_text() == f"ann (process {os.getpid()})"
    assert told == [f"bob (process {bob.pid}) is changing dev right now; waiting until that is done"]


def test_patience_ends_and_without_it_nobody_waits(bob: subprocess.Popen[str], tmp_path: Path) -> None:
    told: list[str] = []
    for patience in (Patience(0, told.append), None):
        with (
            pytest.raises(Locked, match=rf"bob \(process {bob.pid}\) is changing dev right now"),
            held(tmp_path, "dev", "ann", patience),
        ):
            pass
    assert len(told) == 1
    bob.communicate("go\n")
    with held(tmp_path, "dev", "ann"):
        pass


def test_an_engine_is_asked_again_less_and_less_often() -> None:
    told: list[str] = []
    waiting, pauses = patience(1000, told)
    answers = iter([Locked("bob is at it")] * 7)

    def run() -> str:
        if locked := next(answers, None):
            raise locked
        return "ran"

    assert waiting.until_free(run) == "ran"
    assert pauses == [5, 10, 20, 40, 80, 120, 120]
    assert told[0].startswith("bob is at it; trying again in ")


def test_it_is_asked_until_patience_has_run_out_and_for_nothing_else_twice() -> None:
    waiting, pauses = patience(12, [])

    def locked() -> None:
        raise Locked("bob is at it")

    def failed() -> None:
        raise Failed("no")

    with pytest.raises(Failed):
        waiting.until_free(failed)
    assert pauses == []
    with pytest.raises(Locked, match="bob is at it"):
        waiting.until_free(locked)
    assert pauses == [5, 7]


FORKING = """
import os, sys, time
from pathlib import Path
from delivery.holding import held
with held(Path(sys.argv[1]), "dev", "bob"):
    if not os.fork():
        print(os.getpid(), flush=True)
        time.sleep(60)
    sys.stdin.readline()
"""


def test_a_child_that_outlives_the_holder_holds_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", FORKING, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    child = int(process.stdout.readline())
    try:
        with pytest.raises(Locked), held(tmp_path, "dev", "ann"):
            pass
        process.kill()
        process.wait()
        with held(tmp_path, "dev", "ann"):
            os.kill(child, 0)
    finally:
        os.kill(child, signal.SIGKILL)
