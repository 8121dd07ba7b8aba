"""The page of what was asked for names files and tests that there are, and leaves no row out."""

from __future__ import annotations

import ast
import re
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "systems.md"
ROW = re.compile(r"\| ([A-E])(\d+) \| (.+?) \| \[(.+?)\]\((.+?)\) \| ((?:`[^`]+::test_\w+`(?:, )?)+) \|")
ROWS = [ROW.fullmatch(line) for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| [A-Z]\d", line)]
COUNTS = {"A": 20, "B": 12, "C": 15, "D": 11, "E": 11}
"""How many things each of the five documents asks for."""


@cache
def names_of(path: Path) -> frozenset[str]:
    return frozenset(
        each.name for each in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(each, ast.FunctionDef)
    )


def test_no_row_is_missing_and_none_is_written_otherwise() -> None:
    found = [(row[1], int(row[2])) for row in ROWS if row]
    assert len(found) == len(ROWS)
    told = {letter: [number for _, number in rows] for letter, rows in groupby(found, lambda row: row[0])}
    assert told == {letter: list(range(1, count + 1)) for letter, count in COUNTS.items()}


@pytest.mark.parametrize("row", [row for row in ROWS if row], ids=lambda row: row[1] + row[2])
def test_its_file_and_its_test_are_there(row: re.Match[str]) -> None:
    _, _, _, name, target, tests = row.groups()
    file = (PAGE.parent / target).resolve()
    assert (file.name, file.is_file()) == (name, True)
    for each in tests.strip("`").split("`, `"):
        path, _, test = each.partition("::")
        assert test in names_of(ROOT / path)
