"""1,000 new resources: what the engine adds to the SDK, and how far it is ahead of the Pulumi CLI."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench import floor, pulumi_cli, topics
from bench.children import beside, in_child
from bench.figure import Figure, at_least, at_most, missing, told

COUNT = 1_000
RUNS = 3
ROOT = Path(__file__).parent.parent


def figures(count: int = COUNT, runs: int = RUNS) -> Iterator[Figure]:
    """The runs to be compared take turns, so that what else the machine does meets both alike."""
    what = f"{count:,} new resources"
    served: list[float] = []
    bare: list[float] = []
    ours: list[float] = []
    for _ in range(runs):
        with beside(floor.served) as address:
            served.append(in_child(topics.sdk, count, address).seconds)
        bare.append(in_child(topics.sdk, count).seconds)
        ours.append(in_child(topics.engine, count).seconds)
    engine, sdk = statistics.median(ours), statistics.median(served)
    yield told(f"{what}: the SDK alone, monitor over gRPC (the floor)", sdk, "s")
    yield told(f"{what}: the SDK alone, monitor in the same process", statistics.median(bare), "s")
    yield told(f"{what}: engine, emulated cloud and state", engine, "s")
    yield at_most(f"{what}: engine against the floor", engine / sdk, 2, "times")
    yield told(f"{what}: engine against the monitor in the same process", engine / statistics.median(bare), "times")
    if not pulumi_cli.present():
        yield missing(f"{what}: against the Pulumi CLI", "at least 10 times", pulumi_cli.MISSING)
        return
    whole = [cold(count)]
    cli = with_cli(count, {})
    whole.append(cold(count))
    quick = with_cli(count, pulumi_cli.NO_CHECKPOINTS)
    whole.append(cold(count))
    cold_start = statistics.median(whole)
    yield told(f"{what}: engine, whole process with imports", cold_start, "s")
    yield told(f"{what}: Pulumi CLI, file backend", cli, "s")
    yield told(f"{what}: Pulumi CLI without checkpoints", quick, "s")
    yield at_least(f"{what}: Pulumi CLI against the engine's whole process", cli / cold_start, 10, "times")
    yield told(f"{what}: the same for the CLI without checkpoints", quick / cold_start, "times")


def cold(count: int) -> float:
    """Seconds of a whole process, imports and all, as the CLI's program has them too."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "bench.topics", str(count)], cwd=ROOT, check=True)
    return time.perf_counter() - start


def with_cli(count: int, extra: Mapping[str, str]) -> float:
    """Seconds of the CLI's `up` of a new stack."""
    with tempfile.TemporaryDirectory(prefix="slipway-bench-") as folder:
        project = Path(folder) / "project"
        shutil.copytree(topics.PROGRAM, project)
        with pulumi_cli.attached(project, Path(folder) / "sandbox", extra) as cli:
            cli("stack", "init", floor.STACK)
            cli("config", "set", "bench:topics", str(count), "--stack", floor.STACK)
            return cli("up", "--yes", "--skip-preview", "--stack", floor.STACK)
