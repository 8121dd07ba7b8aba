"""The Kubernetes objects of a stack, as its state has them: what the program gave, secrets sealed."""

from __future__ import annotations

import json
from typing import Any

from tests.lifecycle.commands import Site
from tests.lifecycle.dumps import sealed


def manifests(site: Site, stack: str) -> list[dict[str, Any]]:
    """All of them, in the order of the state."""
    file = site.folder / ".sandbox" / ".pulumi" / "stacks" / "slipway" / f"{stack}.json"
    resources = json.loads(file.read_text())["checkpoint"]["latest"]["resources"]
    found = [
        plain(sealed(resource["inputs"]))
        for resource in resources
        if resource["type"].startswith("kubernetes:") and resource.get("custom")
    ]
    # What is in a Secret is no object any more once it is sealed.
    return [{**it, "data": {"sealed": ""}} if it["kind"] == "Secret" else it for it in found]


def plain(value: Any) -> Any:
    """Without the notes that providers keep among the inputs."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if not key.startswith("__")}
    return [plain(item) for item in value] if isinstance(value, list) else value


def of_kind(objects: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    """Those of one kind by name."""
    return {it["metadata"]["name"]: it for it in objects if it["kind"] == kind}
