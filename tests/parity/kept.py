"""The committed records of the real CLI: one file an area, one line a step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.parity.record import Record

FOLDER = Path(__file__).parent / "records"


def read(area: str) -> dict[str, list[Record]]:
    """The area's records by program."""
    found: dict[str, list[Record]] = json.loads((FOLDER / f"{area}.json").read_text())["programs"]
    return found


def cli_version(area: str) -> str:
    """The version of the CLI that the area was recorded with."""
    return str(json.loads((FOLDER / f"{area}.json").read_text())["cli"])


def write(area: str, cli: str, programs: dict[str, list[Record]]) -> None:
    """Keep the records, in an order and layout that make their changes readable."""
    parts = []
    for name, steps in programs.items():
        lines = ",\n".join("  " + _line(step) for step in steps)
        parts.append(f" {json.dumps(name)}: [\n{lines}\n ]")
    FOLDER.mkdir(exist_ok=True)
    text = f'{{"cli": {json.dumps(cli)}, "programs": {{\n' + ",\n".join(parts) + "\n}}\n"
    (FOLDER / f"{area}.json").write_text(text)


def _line(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
