"""What each stack is made of, resource by resource, as files that show in review what a change changes.

Written anew by `REWRITE=1 pytest -n0 tests/lifecycle/test_inventory.py`.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

import pytest
import yaml

from tests.lifecycle.commands import PROGRAM, SERVING, Site, digest
from tests.lifecycle.dumps import plain, sealed

FOLDER = PROGRAM / "tests" / "inventory"
RELEASE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}-[0-9]{4}")
KEPT = ("protect", "retainOnDelete", "ignoreChanges", "deleteBeforeReplace")


def inventory(site: Site, stack: str) -> dict[str, Any]:
    """`type name` -> the inputs that the program gave, and what it waits for beside what its inputs need."""
    file = site.folder / ".sandbox" / ".pulumi" / "stacks" / "slipway" / f"{stack}.json"
    found = {}
    for resource in json.loads(file.read_text())["checkpoint"]["latest"]["resources"]:
        if not resource.get("custom") or "::default_" in resource["urn"]:
            continue
        needed = {urn for urns in resource.get("propertyDependencies", {}).values() for urn in urns}
        after = sorted(_short(urn) for urn in set(resource.get("dependencies", [])) - needed)
        entry = {key: resource[key] for key in KEPT if resource.get(key)}
        inputs = json.loads(RELEASE.sub("#", plain(sealed(_given(resource.get("inputs", {}))))))
        found[_short(resource["urn"])] = {**inputs, **entry, **({"after": after} if after else {})}
    return dict(sorted(found.items()))


def _short(urn: str) -> str:
    kind, _, name = urn.split("::", 2)[2].rpartition("::")
    return f"{kind.rpartition('$')[2]} {name}"


def _given(value: Any) -> Any:
    """Without what the provider filled in."""
    if isinstance(value, dict):
        filled = {"__defaults", *value.get("__defaults", [])}
        return {key: _given(entry) for key, entry in value.items() if key not in filled}
    return [_given(entry) for entry in value] if isinstance(value, list) else value


@pytest.mark.parametrize("stack", ["shared", "dev", "staging", "prod", "pr-42"])
def test_a_stack_is_made_of_what_its_file_says(everywhere_site: Site, stack: str) -> None:
    found = inventory(everywhere_site, stack)
    file = FOLDER / f"{stack}.yaml"
    if os.environ.get("REWRITE"):
        file.write_text(yaml.safe_dump(found, width=120, sort_keys=True))
    assert found == yaml.safe_load(file.read_text()), (
        "if this is meant: REWRITE=1 pytest -n0 tests/lifecycle/test_inventory.py"
    )


def test_what_ran_in_dev_runs_everywhere(everywhere_site: Site) -> None:
    (release,) = {entry.facts["id"] for entry in everywhere_site.ledger("releases")}
    running = {image: digest(1) for image in SERVING}
    for name, found in everywhere_site.status().items():
        assert (found["release"], found["images"], found["healthy"]) == (release, running, True), name
        assert found["remarks"] == []
