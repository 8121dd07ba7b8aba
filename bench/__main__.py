"""Measures Slipway in the sandbox: `make bench`.

Every figure is the median of whole processes. What importing the SDK costs is printed first and taken off the commands
below it, since every Pulumi program in Python pays it. Ratios hold between machines, seconds do not.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parent.parent
SLIPWAY = Path(sys.executable).parent / "slipway"
RUNS = 3

IMPORT = "from pathlib import Path; from sandbox.engine import preload; import delivery.cli; preload(Path('.'))"
TOPICS = """
import sys, tempfile, time
from pathlib import Path
from sandbox.clouds import open_providers
from sandbox.engine import FileBackend, RunRequest, preload, run
program, count = Path("bench/many_topics"), sys.argv[1]
preload(program)
with tempfile.TemporaryDirectory() as folder:
    request = RunRequest(program, "many-topics", "bench", "up", {"bench:topics": count})
    start = time.perf_counter()
    result = run(request, FileBackend(Path(folder), "bench"), lambda: open_providers(Path(folder) / "world.sqlite"))
    assert result.ok and result.changes["create"] == int(count) + 1, result.diagnostics
    print(time.perf_counter() - start)
"""


def main() -> None:
    """Runs all measurements and prints them."""
    table = Table(title=f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, median of {RUNS}")
    table.add_column("what")
    table.add_column("seconds", justify="right")
    table.add_column("asked for")

    def row(what: str, seconds: float, asked: str) -> None:
        table.add_row(what, f"{seconds:.2f}", asked)
        print(f"{what}: {seconds:.2f}", file=sys.stderr)

    floor = _median(lambda sandbox: _timed([sys.executable, "-c", IMPORT], sandbox))
    row("importing the SDK and the command (the floor)", floor, "")
    dev = _median(lambda sandbox: _timed([SLIPWAY, "up", "dev"], sandbox))
    row("slipway up dev in a fresh sandbox, above the floor", dev - floor, "at most 1.5")
    prod = _median(lambda sandbox: _timed([SLIPWAY, "up", "prod"], sandbox))
    row("slipway up prod in a fresh sandbox, above the floor", prod - floor, "at most 2.5")
    same = _median(lambda sandbox: _timed([SLIPWAY, "up", "dev"], sandbox), [SLIPWAY, "up", "dev"])
    row("slipway up dev, nothing changed, above the floor", same - floor, "at most 1")
    row("slipway demo", _median(lambda sandbox: _timed([SLIPWAY, "demo"], sandbox)), "under 40")
    thousand = _median(lambda _: _topics(1_000))
    row("1,000 topics in the engine", thousand, "under 8")
    ten_thousand = _topics(10_000)
    row("10,000 topics in the engine (one run)", ten_thousand, "")
    table.add_row("10,000 against 1,000", f"{ten_thousand / thousand:.1f} times", "at most 15 times")
    Console().print(table)


def _median(measure: Callable[[Path], float], before: list[str | Path] | None = None) -> float:
    seconds = []
    for _ in range(RUNS):
        sandbox = Path(tempfile.mkdtemp(prefix="slipway-bench-"))
        try:
            if before:
                _timed(before, sandbox)
            seconds.append(measure(sandbox))
        finally:
            shutil.rmtree(sandbox)
    return statistics.median(seconds)


def _timed(command: list[str | Path], sandbox: Path) -> float:
    start = time.perf_counter()
    subprocess.run(
        command, check=True, cwd=ROOT, env={**os.environ, "SLIPWAY_SANDBOX": str(sandbox)}, capture_output=True
    )
    return time.perf_counter() - start


def _topics(count: int) -> float:
    done = subprocess.run(
        [sys.executable, "-c", TOPICS, str(count)], check=True, cwd=ROOT, capture_output=True, text=True
    )
    return float(done.stdout)


if __name__ == "__main__":
    main()
