"""Record anew what the Pulumi CLI on the PATH makes of the programs: `python -m tests.parity [AREA...]`."""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.parity import cli, kept
from tests.parity.programs import BY_AREA
from tests.parity.record import Record, changes
from tests.parity.step import Step


def _recorded(steps: list[Step]) -> list[Record]:
    with tempfile.TemporaryDirectory() as folder:
        return changes(cli.records(steps, Path(folder)))


def main() -> None:
    """Record the areas named, or all; a few programs at a time, since the CLI mostly waits."""
    version = cli.version()
    with ThreadPoolExecutor(max_workers=4) as pool:
        for area in sys.argv[1:] or BY_AREA:
            programs = BY_AREA[area]
            found = dict(zip(programs, pool.map(_recorded, programs.values()), strict=True))
            kept.write(area, version, found)
            print(f"{area}: {len(found)} programs, {sum(map(len, found.values()))} steps")


if __name__ == "__main__":
    main()
