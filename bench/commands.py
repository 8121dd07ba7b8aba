"""The commands as people run them: whole processes, each in a sandbox of its own.

What importing the SDK costs is measured first and taken off, since every Pulumi program in Python pays it.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.figure import Figure, at_most, told

ROOT = Path(__file__).parent.parent
SLIPWAY = str(Path(sys.executable).parent / "slipway")
RUNS = 3
IMPORT = "from pathlib import Path; from sandbox.engine import preload; import delivery.cli; preload(Path('.'))"


def figures(runs: int = RUNS) -> Iterator[Figure]:
    """Medians. The floor is measured beside each command, and only what they differ by counts."""
    taken: dict[str, list[float]] = {what: [] for what in ("floor", "dev", "prod", "same", "demo")}
    for _ in range(runs):
        for what, command, before in (
            ("dev", [SLIPWAY, "up", "dev"], ()),
            # What runs in prod is signed with the shared stack's key, which must be there first.
            ("prod", [SLIPWAY, "up", "prod"], [SLIPWAY, "up", "shared"]),
            ("same", [SLIPWAY, "up", "dev"], [SLIPWAY, "up", "dev"]),
        ):
            floor = _fresh([sys.executable, "-c", IMPORT])
            taken["floor"].append(floor)
            taken[what].append(_fresh(command, before) - floor)
        taken["demo"].append(_fresh([SLIPWAY, "demo"]))
    found = {what: statistics.median(seconds) for what, seconds in taken.items()}
    yield told("importing the SDK and the command (the floor below)", found["floor"], "s")
    yield at_most("slipway up dev in a fresh sandbox, above the floor", found["dev"], 1.5, "s")
    yield at_most("slipway up prod in a fresh sandbox, above the floor", found["prod"], 2.5, "s")
    yield at_most("slipway up dev, nothing changed, above the floor", found["same"], 1, "s")
    yield at_most("slipway demo", found["demo"], 40, "s")


def _fresh(command: Sequence[str], before: Sequence[str] = ()) -> float:
    """Seconds of the command in a sandbox of its own, after another one."""
    with tempfile.TemporaryDirectory(prefix="slipway-bench-") as folder:
        if before:
            _timed(before, Path(folder))
        return _timed(command, Path(folder))


def _timed(command: Sequence[str], sandbox: Path) -> float:
    environment = {**os.environ, "SLIPWAY_SANDBOX": str(sandbox)}
    start = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT, env=environment, capture_output=True)
    return time.perf_counter() - start
