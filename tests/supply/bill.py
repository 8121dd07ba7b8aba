"""Slipway's bill of materials, CycloneDX 1.6 as JSON: `python -m tests.supply.bill`.

The same lock makes the same bill, so it has no time of its making. Which files may stand for a version, by their hashes, is in
requirements.lock.
"""

from __future__ import annotations

import json
import uuid
from importlib import metadata
from typing import Any

from tests.supply.licences import licence
from tests.supply.locked import LOCK, Locked, graph, locked, project

SPECIFICATION = "1.6"
_SCHEMA = f"http://cyclonedx.org/schema/bom-{SPECIFICATION}.schema.json"


def bill() -> dict[str, Any]:
    """All of the lock: `required` is what runs, `excluded` what only builds and tests it, or what only another system needs."""
    about, needed = project(), graph()
    found = locked(LOCK.read_text())
    refs = {it.name: f"pkg:pypi/{it.name}@{it.version}" for it in found}
    refs["slipway"] = f"slipway@{about['version']}"
    document = {
        "$schema": _SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": refs["slipway"],
                "name": "slipway",
                "version": about["version"],
                "description": about["description"],
                "licenses": _licences(about["license"]),
            }
        },
        "components": [_component(it, refs[it.name], it.name in needed) for it in found],
        "dependencies": [
            {"ref": refs[name], "dependsOn": sorted(refs[each] for each in needed[name])} for name in sorted(needed)
        ],
    }
    text = json.dumps(document, sort_keys=True)
    return {**document, "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, text)}"}


def _component(it: Locked, ref: str, runs: bool) -> dict[str, Any]:
    try:
        said = licence(it.name)
    except metadata.PackageNotFoundError:
        said = ""
    return {
        "type": "library",
        "bom-ref": ref,
        "name": it.name,
        "version": it.version,
        "purl": ref,
        "scope": "required" if runs else "excluded",
        **({"licenses": _licences(said)} if said else {}),
    }


def _licences(expression: str) -> list[dict[str, Any]]:
    return [{"expression": expression} if " " in expression else {"license": {"id": expression}}]


if __name__ == "__main__":
    print(json.dumps(bill(), indent=2))
