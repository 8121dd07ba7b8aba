"""`slipway report` over a ledger of 10,000 entries and 200 previews: the command, its file, and when Chromium paints it first.

Painted is measured where `make browser` has installed what it takes.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import decision, site
from bench.figure import Figure, at_most, missing, told
from bench.site import Site
from delivery.release_entries import LEDGER, RECORDED, Release

ENTRIES, PREVIEWS = 10_000, 200
RUNS = 5
LIMIT = 1000
PYTHON = site.PROGRAM / ".browser" / "bin" / "python"
TARGET = "dev"


def figures(entries: int = ENTRIES, previews: int = PREVIEWS, runs: int = RUNS) -> Iterator[Figure]:
    """Medians; each painting in a browser of its own."""
    what = f"report of {entries} entries and {previews} previews"
    with site.fresh() as here:
        _write(here, entries, previews)
        page = here.folder / "report.html"
        seconds = statistics.median(here("report", "-o", str(page)) for _ in range(runs))
        yield told(f"{what}: the command", seconds, "s")
        yield told(f"{what}: the file", page.stat().st_size / 2**20, "MiB")
        chromium = shutil.which("chromium")
        if not (chromium and PYTHON.exists()):
            yield missing(f"{what}: first paint", f"at most {LIMIT} ms", "no browser; `make browser` installs it")
            return
        painted = [_painted(page, chromium) for _ in range(runs)]
        yield at_most(f"{what}: first paint", statistics.median(each["paint"] for each in painted), LIMIT, "ms")
        yield told(f"{what}: read to its end", statistics.median(each["loaded"] for each in painted), "ms")
        yield told(f"{what}: looking a word up", statistics.median(each["found"] for each in painted), "ms")


def _write(here: Site, entries: int, previews: int) -> None:
    """A release for each two entries of dev, in which it was begun and done, and the files of previews."""
    start = datetime.now(UTC) - timedelta(minutes=entries)
    releases = [_release(start, number) for number in range(entries // 2)]
    decision.chain(here.config, LEDGER, [(RECORDED, each.as_json()) for each in releases], start)
    moves: list[dict[str, Any]] = [
        {"verb": "deploy", "release": each.id, "after": {"release": each.id, "images": dict(each.images)}}
        for each in releases
    ]
    decision.chain(here.config, TARGET, [(event, facts) for facts in moves for event in ("begun", "done")], start)
    template = (here.config / "Pulumi.pr.yaml").read_text(encoding="utf-8")
    for number in range(1, previews + 1):
        own = f"config:\n  slipway:pullRequest: {{number: {number}, branch: branch-{number}}}\n"
        own += f"  slipway:activity: {datetime.now(UTC).isoformat(timespec='seconds')}\n"
        path = here.config / f"Pulumi.pr-{number}.yaml"
        path.write_text(template.replace("config:\n", own, 1), encoding="utf-8")


def _release(start: datetime, number: int) -> Release:
    day = start + timedelta(days=number // 9000)
    images = {image: f"sha256:{number * 100 + at:064x}" for at, image in enumerate(site.IMAGES)}
    return Release(f"{day:%Y.%m.%d}.{number % 9000 + 1:04}", f"{number:040x}", images, author="ann")


def _painted(page: Path, chromium: str) -> dict[str, float]:
    """Milliseconds from the start of the navigation."""
    script = Path(__file__).with_name("painting.py")
    command = [str(PYTHON), str(script), chromium, page.as_uri()]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found
