"""Whatever stands on a command line: it is taken, or refused with what to write. Nothing else."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from delivery import actor, place
from delivery.errors import ExitCode
from tests.commands.reading import COMMANDS
from tests.fuzz.lines import SERVING, Line, lines
from tests.fuzz.loading import PROGRAM
from tests.fuzz.running import Ended

SEED = 11
EACH = 8
"""Command lines for every parameter, in each of the two folders."""

Run = Callable[[Sequence[Line], Path], Ended]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs command lines over a config folder, each in an empty folder of its own."""
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv(actor.VARIABLE, "ann@example.com")
    monkeypatch.delenv(place.SANDBOX, raising=False)

    def ended(given: Sequence[Line], config: Path) -> Ended:
        monkeypatch.setenv(place.CONFIG_DIR, str(config))
        rng, found = random.Random(SEED), Ended()
        for number, line in enumerate(given):
            # What a line names above the folder is the test's too.
            folder = tmp_path / "lines" / str(number) / "work"
            folder.mkdir(parents=True)
            monkeypatch.chdir(folder)
            found.run(line, as_json=rng.random() < 0.5)
            monkeypatch.chdir(tmp_path)
            shutil.rmtree(tmp_path / "lines")
        return found

    return ended


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A config folder with nothing in it, so that nothing can begin."""
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """One with the default files. Nothing was ever brought up."""
    folder = tmp_path / "full"
    folder.mkdir()
    for path in (*PROGRAM.glob("Pulumi.*.yaml"), PROGRAM / "services.yaml"):
        shutil.copy(path, folder)
    return folder


def test_a_sample_of_what_may_stand_on_a_command_line(run: Run, empty: Path) -> None:
    given = list(lines(1, random.Random(SEED)))
    parameters = {
        f"{name}: {each.name}" for name, command in COMMANDS.items() if name != SERVING for each in command.params
    }
    assert {line.parameter for line in given} == parameters
    sample = given[::4]
    found = run(sample, empty)
    assert found.wrong == []
    assert found.counts[ExitCode.BAD_INPUT] > 0.8 * len(sample)


@pytest.mark.prove
def test_whatever_stands_on_a_command_line(run: Run, empty: Path, full: Path) -> None:
    rng = random.Random(SEED)
    ended = [run(list(lines(EACH, rng)), empty), run(list(lines(EACH, rng, acting=False)), full)]
    counts = ended[0].counts + ended[1].counts
    wrong = [what for each in ended for what in each.wrong]
    by_code = {ExitCode(code).name: count for code, count in sorted(counts.items())}
    print(f"\n{counts.total()} command lines: {by_code}, {len(wrong)} not told as they should be (seed {SEED})")
    assert wrong == []
    assert counts.total() >= 5_000
    assert counts[ExitCode.BAD_INPUT] > 0.8 * counts.total()


def test_what_is_no_text_is_refused_before_anybody_prints_it(run: Run, empty: Path) -> None:
    found = run([Line("", ("status", "--engine", "a\udcff"))], empty)
    assert (found.counts, found.wrong) == ({ExitCode.BAD_INPUT: 1}, [])


def test_a_name_too_long_for_a_file_is_bad_input(run: Run, empty: Path) -> None:
    given = [Line("", ("status", "--config-dir", "a" * 5000)), Line("", ("outputs", "a" * 5000))]
    found = run(given, empty)
    assert (found.counts, found.wrong) == ({ExitCode.BAD_INPUT: 2}, [])
