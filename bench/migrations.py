"""What `slipway migrations check` takes: very many small files, and one large one.

The time of the check itself, squawk's processes among it; starting Python comes beside it, and is the same for every command.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure, at_most, told
from delivery.migrations_check import check
from model.findings import FindingPolicy

FILES = 5_000
SIZE = 1_000_000
RUNS = 5

_LIMITS = "SET lock_timeout = '5s';\nSET statement_timeout = '15min';\n"
_STATEMENTS = (
    "ALTER TABLE orders_{0} ADD COLUMN note_{0} text;\n",
    "CREATE INDEX CONCURRENTLY orders_{0}_idx ON orders_{0} (a, lower(b)) WHERE c IS NOT NULL;\n",
    "CREATE TABLE t_{0} (id bigint PRIMARY KEY, b_{0} text NOT NULL, c timestamptz DEFAULT now());\n",
    "ALTER TABLE a_{0} ADD CONSTRAINT fk_{0} FOREIGN KEY (x) REFERENCES y (id) NOT VALID;\n",
    "-- what was there before\nUPDATE a_{0} SET x = CASE WHEN y > 3 THEN 'it''s' ELSE 'no' END WHERE id BETWEEN 1 AND 1000;\n",
)


def figures(files: int = FILES, size: int = SIZE, runs: int = RUNS) -> Iterator[Figure]:
    """The quickest of some runs: what else the machine does is no cost of the check."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for number in range(files):
            text = _LIMITS + "".join(each.format(number) for each in _STATEMENTS)
            (folder / f"{number:05}_change.sql").write_text(text)
        yield at_most(f"{files:,} migration files checked", _quickest(folder, files, runs), 10, "s")
    with tempfile.TemporaryDirectory() as made:
        folder, parts, number = Path(made), [_LIMITS], 0
        while sum(map(len, parts[-len(_STATEMENTS) :])) * number < size:
            number += 1
            parts += [each.format(number) for each in _STATEMENTS]
        text = "".join(parts)[:size]
        (folder / "0001_large.sql").write_text(text[: text.rindex(";") + 1])
        yield at_most("one migration file of 1 MB checked", _quickest(folder, 1, runs), 1, "s")
        yield told("its statements", text.count(";\n"))


def _quickest(folder: Path, files: int, runs: int) -> float:
    taken = list[float]()
    for _ in range(runs):
        begun = time.perf_counter()
        verdict = check([folder], FindingPolicy())
        taken.append(time.perf_counter() - begun)
        assert len(verdict.files) == files
        assert verdict.passed
    return min(taken)
