"""Whatever stands in a YAML file: it is taken, or refused with file, key and remedy. Nothing else."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from model.errors import ConfigError
from model.source import read_mapping
from tests.fuzz import loading
from tests.fuzz.keys import Path as Key
from tests.fuzz.loading import Base, Told

SEED = 11
BILLIONS = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in pairwise("abcdef")
)
"""Each line has ten times what the one before has."""
EACH = 10
"""Inputs for every key."""


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> Sequence[tuple[Base, list[Key]]]:
    """The good files; they are taken as they are."""
    found = list(loading.bases(tmp_path_factory.mktemp("fuzz")))
    for base, _ in found:
        base.check()
    return found


def told(bases: Sequence[tuple[Base, list[Key]]], each: int, of: int) -> Told:
    """What came of one in `of` of so many inputs for every key."""
    rng, found = random.Random(SEED), Told()
    for number, (base, given) in enumerate(loading.inputs(bases, each, rng)):
        if number % of == 0:
            found.file(base, given)
    return found


def test_a_sample_of_what_may_stand_in_a_file(bases: Sequence[tuple[Base, list[Key]]]) -> None:
    found = told(bases, 1, 4)
    assert found.wrong == []
    assert found.counts["refused"] > found.counts["accepted"] > 0


@pytest.mark.prove
def test_whatever_stands_in_a_file(bases: Sequence[tuple[Base, list[Key]]]) -> None:
    found = told(bases, EACH, 1)
    print(
        f"\n{found.counts.total()} files: {dict(found.counts)}, {len(found.wrong)} not told as they should be (seed {SEED})"
    )
    assert found.wrong == []
    assert found.counts.total() >= 5_000
    assert found.counts["refused"] > 4_000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\nb: 2026-02-30\n", "line 2, column 4: '2026-02-30' cannot be read as timestamp. Correct the YAML there."),
        ("a: " + "9" * 5000, f"line 1, column 4: '{'9' * 60}' cannot be read as int. Correct the YAML there."),
        ("a: 0x" + "f" * 5000, f"line 1, column 4: '0x{'f' * 58}' cannot be read as int. Correct the YAML there."),
        ("? [a]\n: 1\n", "line 1, column 3: a list or a map cannot be a key. Correct the YAML there."),
        ("a: b\nc: é\0", "line 2: the character U+0000 cannot stand in YAML. Take it out."),
        ("a: " + "[" * 200_000, "line 1, column 103: more than 100 lists and maps stand in each other. Correct the YAML there."),
        ("a: " + "[" * 400 + "]" * 400, "a: more than 100 lists and maps stand in each other. Write fewer; an alias of itself is endless."),
        ("a: &a [*a]", "a: more than 100 lists and maps stand in each other. Write fewer; an alias of itself is endless."),
        (BILLIONS, "f: with what aliases repeat it has more than 100000 entries. Write it without aliases of aliases."),
        ("- " * 200_000, "line 1, column 201: more than 100 lists and maps stand in each other. Correct the YAML there."),
    ],
    ids=("a day", "a number", "a hexadecimal number", "a key", "a character", "depth", "closed depth", "an endless list", "billions", "dashes"),
)  # fmt: skip
def test_what_ends_a_reader_of_yaml(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "services.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_mapping(path)
    assert str(caught.value) == f"services.yaml: {told}"
