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
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench.figure import Figure, at_most, told

ROOT = Path(__file__).parent.parent
SLIPWAY = str(Path(sys.executable).parent / "slipway")
RUNS = 3
IMPORT = "from pathlib import Path; from sandbox.engine import preload; import delivery.cli; preload(Path('.'))"


def figures(runs: int = RUNS) -> Iterator[Figure]:
    """Medians."""
    floor = _median(lambda sandbox: _timed([sys.executable, "-c", IMPORT], sandbox), runs)
    yield told("importing the SDK and the command (the floor below)", floor, "s")
    shared = [SLIPWAY, "up", "shared"]
    # What runs in prod is signed with the shared stack's key, which must be there first.
    for stack, before, limit in (("dev", (), 1.5), ("prod", shared, 2.5)):
        new = _median(lambda sandbox: _timed([SLIPWAY, "up", stack], sandbox), runs, before)  # noqa: B023 - called at once
        yield at_most(f"slipway up {stack} in a fresh sandbox, above the floor", new - floor, limit, "s")
    same = _median(lambda sandbox: _timed([SLIPWAY, "up", "dev"], sandbox), runs, [SLIPWAY, "up", "dev"])
    yield at_most("slipway up dev, nothing changed, above the floor", same - floor, 1, "s")
    demo = _median(lambda sandbox: _timed([SLIPWAY, "demo"], sandbox), runs)
    yield at_most("slipway demo", demo, 40, "s")


def _median(measure: Callable[[Path], float], runs: int, before: Sequence[str] = ()) -> float:
    seconds = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory(prefix="slipway-bench-") as folder:
            if before:
                _timed(before, Path(folder))
            seconds.append(measure(Path(folder)))
    return statistics.median(seconds)


def _timed(command: Sequence[str], sandbox: Path) -> float:
    environment = {**os.environ, "SLIPWAY_SANDBOX": str(sandbox)}
    start = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT, env=environment, capture_output=True)
    return time.perf_counter() - start
