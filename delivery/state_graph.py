"""What waits for what, read from Pulumi's own state document (`pulumi stack export`, or a file backend's file)."""

from collections.abc import Mapping
from typing import Any


def needs(*documents: Mapping[str, Any]) -> dict[str, set[str]]:
    """URN -> the URNs that it waits for: parent, dependencies and provider; several documents are taken together.

    The state before an update knows what was deleted by it, the state after it what was created.
    """
    found: dict[str, set[str]] = {}
    for document in documents:
        deployment = document.get("checkpoint", document)
        deployment = deployment.get("latest", deployment.get("deployment", {})) or {}
        for resource in deployment.get("resources") or ():
            waits = found.setdefault(str(resource["urn"]), set())
            waits.update(resource.get("dependencies") or ())
            for urns in (resource.get("propertyDependencies") or {}).values():
                waits.update(urns or ())
            if parent := resource.get("parent"):
                waits.add(parent)
            if provider := resource.get("provider"):
                # A reference is "<urn>::<id>".
                waits.add(str(provider).rpartition("::")[0])
    for urn, waits in found.items():
        waits.discard(urn)
        waits.intersection_update(found)
    return found
