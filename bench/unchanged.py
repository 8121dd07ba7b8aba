"""`up` of a dev with a release in it, of which nothing changed: what a developer waits for most often."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from bench import pulumi_cli, replay, site
from bench.children import in_child
from bench.figure import Figure, at_least, at_most, missing, told

RUNS = 5
STACK = "dev"


def figures(runs: int = RUNS) -> Iterator[Figure]:
    """The command as a whole, forked from a parent that has imported; the CLI on the same state and world."""
    what = "unchanged up of dev"
    with site.fresh() as here:
        site.release(here)
        known = in_child(replay.answers, site.PROGRAM, here.config, here.sandbox, STACK).result
        costs = [here.timed("up", STACK) for _ in range(runs)]
        ours, busy = (statistics.median(each) for each in zip(*((it.seconds, it.busy) for it in costs), strict=True))
        alone = [in_child(replay.seconds, site.PROGRAM, here.config, STACK, known).result for _ in range(runs)]
        yield at_most(f"{what}: slipway, from a forked parent", ours, 1, "s")
        yield told(f"{what}: the same in time of the processor", busy, "s")
        yield told(f"{what}: time of the processor for the SDK alone", statistics.median(alone), "s")
        if not pulumi_cli.present():
            yield missing(f"{what}: against the Pulumi CLI", "at least 3 times", pulumi_cli.MISSING)
            return
        extra = {"SLIPWAY_CONFIG_DIR": str(here.config)}
        with pulumi_cli.attached(site.PROGRAM, here.sandbox, extra) as cli:
            file = str(here.config / f"Pulumi.{STACK}.yaml")
            command = ("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", STACK, "--config-file", file)
            theirs = statistics.median(cli(*command) for _ in range(runs))
        yield told(f"{what}: Pulumi CLI", theirs, "s")
        yield at_least(f"{what}: Pulumi CLI against slipway", theirs / ours, 3, "times")
