"""Measures Slipway in the sandbox: `make bench`, or `python -m bench [FIGURE...]` for some of it. See bench/README.md.

Ratios hold between machines, seconds do not: what is compared runs in turns in one run of this program.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.table import Table

from bench import (
    calls,
    commands,
    decision,
    depth,
    migrations,
    own_cost,
    pipelines,
    preview,
    previews,
    promotion,
    report,
    ten_thousand,
    thousand,
    topics,
    unchanged,
)
from bench.figure import Figure
from sandbox.engine import preload

FIGURES: dict[str, Callable[[], Iterator[Figure]]] = {
    "thousand": thousand.figures,
    "ten_thousand": ten_thousand.figures,
    "unchanged": unchanged.figures,
    "preview": preview.figures,
    "previews": previews.figures,
    "calls": calls.figures,
    "commands": commands.figures,
    "own_cost": own_cost.figures,
    "depth": depth.figures,
    "pipelines": pipelines.figures,
    "decision": decision.figures,
    "promotion": promotion.figures,
    "migrations": migrations.figures,
    "report": report.figures,
}


def main(names: list[str]) -> int:
    """Measure what is named, or all; print each figure as it is found, then the table. 1 if one was missed, else 0."""
    if unknown := [name for name in names if name not in FIGURES]:
        print(f"no figure {', '.join(unknown)}; there are {', '.join(FIGURES)}", file=sys.stderr)
        return 2
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    print(machine, file=sys.stderr)
    preload(topics.PROGRAM)
    found = []
    for name in names or FIGURES:
        for figure in FIGURES[name]():
            print(f"{figure.what}: {figure.measured} {figure.verdict}".rstrip(), file=sys.stderr)
            found.append(figure)
    table = Table(title=machine)
    table.add_column("what")
    table.add_column("measured", justify="right")
    table.add_column("asked")
    table.add_column("")
    for figure in found:
        table.add_row(figure.what, figure.measured, figure.asked, figure.verdict)
    Console().print(table)
    missed = [figure.what for figure in found if figure.met is False]
    for what in missed:
        print(f"missed: {what}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
