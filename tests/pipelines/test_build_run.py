"""A build's graph on this machine: real processes, in Cloud Build's order."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from delivery import build_run
from delivery.build_run import Ground, Ran
from pipelines.build import Build, Step


def script(id_: str, text: str, *after: str, **other: object) -> Step:
    return replace(Step(id=id_, image="x", script=text, after=after), **other)  # type: ignore[arg-type]


def ground(folder: Path, **other: object) -> Ground:
    (folder / "logs").mkdir()
    (folder / "workspace").mkdir()
    (folder / "files").mkdir()
    folders = {"/workspace": folder / "workspace", "/workspace/.build": folder / "files"}
    base = Ground(
        folders=folders,
        volumes=folder / "volumes",
        logs=folder / "logs",
        values={"COMMIT_SHA": "c0ffee"},
        simulated=lambda _: "",
    )
    return replace(base, **other)  # type: ignore[arg-type]


def states(found: list[Ran]) -> dict[str, str]:
    return {ran.step: ran.state for ran in found}


def run(build: Build, where: Ground) -> list[Ran]:
    return build_run.run(build, where, lambda _: None)


def test_a_step_begins_when_all_that_it_waits_for_has_passed(tmp_path: Path) -> None:
    build = Build(
        steps=(
            script("one", "echo 1 > one"),
            script("two", "echo 2 > two"),
            script("both", "cat one two > both", "one", "two"),
        )
    )
    found = run(build, ground(tmp_path))
    assert states(found) == dict.fromkeys(("one", "two", "both"), "passed")
    assert (tmp_path / "workspace" / "both").read_text() == "1\n2\n"
    times = {ran.step: ran for ran in found}
    assert times["both"].begin >= max(times["one"].end, times["two"].end)


def test_what_waits_for_nothing_runs_at_the_same_time(tmp_path: Path) -> None:
    """Each waits for a file of the other's, so that one after the other they would never end."""
    wait = "touch {mine}; while ! test -e {others}; do sleep 0.01; done"
    build = Build(
        steps=(
            script("one", wait.format(mine="a", others="b"), timeout=20),
            script("two", wait.format(mine="b", others="a"), timeout=20),
        )
    )
    assert states(run(build, ground(tmp_path))) == {"one": "passed", "two": "passed"}


def test_a_failure_cancels_what_runs_and_nothing_begins_any_more(tmp_path: Path) -> None:
    build = Build(
        steps=(
            script("long", "touch begun; sleep 60"),
            script("bad", "while ! test -e begun; do sleep 0.01; done; echo no; exit 7"),
            script("after-bad", "touch never", "bad"),
            script("after-long", "touch never", "long"),
        )
    )
    found = run(build, ground(tmp_path))
    assert states(found) == {
        "long": "cancelled",
        "bad": "failed",
        "after-bad": "never begun",
        "after-long": "never begun",
    }
    assert not (tmp_path / "workspace" / "never").exists()
    bad = found[1]
    assert bad.why == "it ended with 7"
    assert bad.log is not None
    assert bad.log.read_text() == "no\n"


def test_what_a_cancelled_step_has_started_ends_with_it(tmp_path: Path) -> None:
    build = Build(
        steps=(
            script("long", "sh -c 'echo $$ > child; sleep 60' & wait"),
            script("bad", "while ! test -s child; do sleep 0.01; done; exit 1"),
        )
    )
    run(build, ground(tmp_path))
    child = int((tmp_path / "workspace" / "child").read_text())
    # Killed with it; the kernel takes a moment.
    ending = time.monotonic() + 10
    while alive(child):
        assert time.monotonic() < ending
        time.sleep(0.01)


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_step_that_takes_too_long_fails(tmp_path: Path) -> None:
    found = run(Build(steps=(script("slow", "sleep 60", timeout=1),)), ground(tmp_path))
    assert (found[0].state, found[0].why) == ("failed", "it took more than 1 s")


def test_a_script_stops_at_its_first_failure_and_at_a_variable_that_is_not_there(tmp_path: Path) -> None:
    where = ground(tmp_path)
    assert states(run(Build(steps=(script("a", "false\ntrue"),)), where)) == {"a": "failed"}
    assert states(run(Build(steps=(script("a", 'echo "$NOT_THERE"'),)), where)) == {"a": "failed"}


def test_variables_have_substitutions_and_places_as_they_are_here(tmp_path: Path) -> None:
    env = {
        "FILES": "/workspace/.build",
        "FOLDER": "/workspace/sub",
        "COMMIT": "$COMMIT_SHA",
        "OTHER": "$$x${_UNKNOWN}y",
    }
    build = Build(steps=(script("a", 'echo "$FILES|$FOLDER|$COMMIT|$OTHER" > told', env=env, folder="sub"),))
    run(build, ground(tmp_path))
    told = (tmp_path / "workspace" / "sub" / "told").read_text()
    assert told == f"{tmp_path}/files|{tmp_path}/workspace/sub|c0ffee|$xy\n"


def test_a_command_is_not_read_by_a_shell(tmp_path: Path) -> None:
    build = Build(steps=(Step(id="a", image="x", run=("touch", "$HOME; rm -rf x")),))
    run(build, ground(tmp_path))
    assert [path.name for path in (tmp_path / "workspace").iterdir()] == ["$HOME; rm -rf x"]


def test_a_program_that_is_not_there_is_a_failed_step(tmp_path: Path) -> None:
    found = run(Build(steps=(Step(id="a", image="x", run=("no-such-program",)),)), ground(tmp_path))
    assert found[0].state == "failed"
    assert "No such file or directory" in found[0].why


def test_a_fault_while_a_step_begins_ends_the_build_instead_of_leaving_it_waiting(tmp_path: Path) -> None:
    def broken(step: Step) -> str:
        raise KeyError(step.id)

    found = run(Build(steps=(script("a", "true"), script("b", "true", "a"))), ground(tmp_path, simulated=broken))
    assert states(found) == {"a": "failed", "b": "never begun"}
    assert found[0].why == "a fault of slipway itself: KeyError('a')"


def test_what_is_simulated_counts_as_passed_and_says_why(tmp_path: Path) -> None:
    build = Build(steps=(script("image", "exit 1"), script("after", "true", "image")))
    where = ground(tmp_path, simulated=lambda step: "there is no Docker here" if step.id == "image" else "")
    found = run(build, where)
    assert states(found) == {"image": "simulated", "after": "passed"}
    assert found[0].why == "there is no Docker here"


@pytest.mark.parametrize("secrets", [{"TOKEN": "canary"}, {}])
def test_only_a_step_that_asks_for_a_secret_has_it(tmp_path: Path, secrets: Mapping[str, str]) -> None:
    build = Build(
        steps=(
            script("with", 'echo "${TOKEN-}" > with', secrets=("TOKEN",)),
            script("without", 'echo "${TOKEN-}" > without'),
        ),
        secrets={"TOKEN": "token"},
    )
    run(build, ground(tmp_path, secrets=secrets))
    assert (tmp_path / "workspace" / "with").read_text() == f"{secrets.get('TOKEN', '')}\n"
    assert (tmp_path / "workspace" / "without").read_text() == "\n"


def test_everything_is_told_as_it_happens(tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []
    lock = threading.Lock()

    def tell(ran: Ran) -> None:
        with lock:
            told.append((ran.step, ran.state))

    build_run.run(Build(steps=(script("a", "true"), script("b", "true", "a"))), ground(tmp_path), tell)
    assert told == [("a", "running"), ("a", "passed"), ("b", "running"), ("b", "passed")]
