"""Takes the pictures of `docs/images/` anew: `python -m tests.browser.pictures`, by `make pictures`.

They show a report on a demo run, after which life goes on for a while: previews, a release that has not run long enough, a hold.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.browser.browser import MISSING, PROGRAM, Browser

IMAGES = PROGRAM / "docs" / "images"
SLIPWAY = str(Path(sys.executable).with_name("slipway"))
CODE = "ampersand/server"
COMMIT = "c0ffee" + "1" * 34


def main() -> int:
    """0 where the pictures are there."""
    if MISSING:
        print(MISSING, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="slipway-pictures-") as name:
        folder = Path(name)
        _slipway({"SLIPWAY_SANDBOX": str(folder)}, "demo")
        taken(report(folder / "demo"))
    return 0


def report(demo: Path) -> Path:
    """What came after the demo, and the report on it."""
    where = {
        "SLIPWAY_SANDBOX": str(demo),
        "SLIPWAY_CONFIG_DIR": str(demo / "config"),
        "SLIPWAY_ACTOR": "ann@ampersand.example",
    }
    _slipway(where, "pr", "open", "57", "--branch", "new-login")
    _slipway(where, "pr", "open", "61", "--branch", "faster-search")
    _slipway(where, "pr", "sleep", "57")
    status = json.loads(_slipway(where, "status", "--json"))
    images = dict(status["environments"]["dev"]["pinned"]["images"])
    for image in ("api", "messenger"):
        images[image] = f"sha256:{hashlib.sha256(f'{image} fourth'.encode()).hexdigest()}"
        _slipway(where, "sandbox", "push", f"{image}@{images[image]}")
    _slipway(where, "sandbox", "check", COMMIT, "build", "passed", "--repository", CODE)
    pairs = [f"{image}={digest}" for image, digest in images.items()]
    recorded = ("release", "record", "--commit", COMMIT, "--author", "carol", "--migration", "none")
    release = _slipway(where, *recorded, *pairs).strip()
    _slipway(where, "sandbox", "clock", "advance", "40m")
    _slipway(where, "deploy", "dev", release)
    _slipway(where, "sandbox", "clock", "advance", "35m")
    _slipway(where, "promote", "staging")
    _slipway(where, "sandbox", "clock", "advance", "23m")
    _slipway(where, "hold", "prod", "--why", "the sale ends at midnight")
    page = demo / "report.html"
    _slipway(where, "report", "-o", str(page), "--findings", str(PROGRAM / "tests" / "delivery" / "sarif"))
    return page


def taken(page: Path) -> None:
    """By day, by night and on a phone."""
    IMAGES.mkdir(exist_ok=True)
    browser = Browser()
    for name, scheme, width, height in (
        ("report-light", "light", 1280, 1180),
        ("report-dark", "dark", 1280, 1180),
        ("report-phone", "light", 390, 844),
    ):
        opened = browser.open(page, width=width, height=height, color_scheme=scheme)
        opened("screenshot", path=str(IMAGES / f"{name}.png"))
    browser.close()


def _slipway(where: Mapping[str, str], *arguments: str) -> str:
    """What the command prints."""
    print("slipway", *arguments[:3], file=sys.stderr)
    environment = {**os.environ, **where}
    done = subprocess.run(
        [SLIPWAY, *arguments], check=True, cwd=PROGRAM, env=environment, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
