"""Any scanner: it finds nothing, or what SLIPWAY_FINDING says, and writes that as SARIF.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sandbox.programs.caller import Caller, NotSupported
from sandbox.programs.options import parsed

FINDING = "SLIPWAY_FINDING"
"""The CVSS score of one finding, such as 9.8; without it there is none."""
FILE = ".sarif"
"""How the name of what a scan shall write ends; by which option it is told so is every scanner's own affair."""


def run(caller: Caller, arguments: Sequence[str]) -> int:
    """The exit code."""
    options = parsed(arguments)
    said = [*(value for _, value in options.options), *options.words]
    file = next((word for word in said if word.endswith(FILE)), "")
    if not file:
        raise NotSupported("a scan that writes no file")
    score = caller.environment.get(FINDING, "")
    rules: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    if score:
        rules = [{"id": "SANDBOX-1", "properties": {"security-severity": score}}]
        looked_at = [word for word in options.words if not word.endswith(FILE)]
        where = {"physicalLocation": {"artifactLocation": {"uri": looked_at[-1] if looked_at else "."}}}
        results = [
            {
                "ruleId": "SANDBOX-1",
                "level": "error",
                "message": {"text": "a finding of the sandbox"},
                "locations": [where],
            }
        ]
    driver = {"name": "sandbox", "rules": rules}
    found = {"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
    (caller.folder / file).write_text(json.dumps(found), encoding="utf-8")
    return 0
