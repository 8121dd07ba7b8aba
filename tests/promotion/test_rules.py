"""The rules of promotion hold whatever is typed, whatever breaks and whoever is killed: random stories.

Long ones are each told from a seed, so that ledgers fill. Short ones are drawn by hypothesis, which looks for the shortest that breaks
a rule. The number of commands and how often each of them ended in which row of DEPLOY.md's table is printed by the proof.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delivery.guards import GUARDS
from tests.promotion.driver import Driver
from tests.promotion.rules import MOVES, OUTCOMES, UNTOUCHED, Broken

STORY = 80
"""Commands on one site: enough to fill its ledgers, few enough to read when a rule breaks."""
SHORT = 12
"""Commands that hypothesis draws in one story."""
DRAWN = settings(suppress_health_check=list(HealthCheck))
RAM = Path("/dev/shm")

Counted = Counter[tuple[str, str]]


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """In memory where the machine has such a place: every entry of a ledger is flushed to the disk."""
    monkeypatch.setenv("SLIPWAY_DEBUG", "1")  # A fault of slipway itself is an error here and no exit code.
    made = Path(tempfile.mkdtemp(prefix="slipway-rules-", dir=RAM if RAM.is_dir() else None))
    yield made
    shutil.rmtree(made)


def told(folder: Path, seeds: range, commands: int) -> Counted:
    """How often each command ended how, over one story a seed."""
    counted: Counted = Counter()
    for seed in seeds:
        site = folder / str(seed)
        site.mkdir()
        try:
            Driver(site, Random(seed), counted).tell(commands)
        except Broken as broken:
            raise Broken(f"seed {seed}: {broken}") from None
        shutil.rmtree(site)
    return counted


def told_shortly(folder: Path, random: Random) -> None:
    """A short story, on a site where something runs."""
    site = Path(tempfile.mkdtemp(dir=folder))
    driver = Driver(site, random, Counter())
    driver.begins()
    driver.tell(SHORT)
    shutil.rmtree(site)


def commands(counted: Counted) -> int:
    return sum(count for (name, _), count in counted.items() if name != "guard")


def test_a_sample(folder: Path) -> None:
    counted = told(folder, range(2, 6), STORY)
    assert commands(counted) >= 4 * STORY
    assert counted["promote", "done"] > 0
    assert counted["promote", "refused by guards"] > 0


@settings(DRAWN, max_examples=10)
@given(random=st.randoms(use_true_random=False))
def test_a_sample_of_short_ones(folder: Path, random: Random) -> None:
    told_shortly(folder, random)


@pytest.mark.prove
@settings(DRAWN, max_examples=1000)
@given(random=st.randoms(use_true_random=False))
def test_a_thousand_short_ones(folder: Path, random: Random) -> None:
    told_shortly(folder, random)


@pytest.mark.prove
def test_ten_thousand_commands(folder: Path) -> None:
    counted = told(folder, range(1000, 1125), STORY)
    print(f"\n{commands(counted)} commands in 125 stories, and no rule was broken")
    for (name, outcome), count in sorted(counted.items()):
        print(f"{count:>7}  {name}: {outcome}")
    assert commands(counted) >= 10_000
    reached = {outcome for (name, outcome), _ in counted.items() if name in MOVES}
    rows = {row for row, _ in OUTCOMES.values()} | {UNTOUCHED[code] for code in (1, 2, 3, 5)} | {"killed"}
    assert rows - reached == set()
    assert len([name for name, _ in counted if name == "guard"]) >= len(GUARDS) - 3
