"""Small SARIF files, for what the scanners' own files do not show."""

from __future__ import annotations

import json
from typing import Any

from delivery import sarif
from delivery.sarif import Finding


def log(*results: dict[str, Any], **run: Any) -> bytes:
    """A file of one run with these results; `rules` are the driver's."""
    tool = run.pop("tool", {"driver": {"name": "tool", "rules": run.pop("rules", [])}})
    return json.dumps({"version": "2.1.0", "runs": [{"tool": tool, "results": results, **run}]}).encode()


def one(result: dict[str, Any], **run: Any) -> Finding:
    """What becomes of one result."""
    (found,) = sarif.read("x.sarif", log(result, **run)).findings
    return found
