"""Names that Pulumi gives where a program gives none (provider/pkg/metadata/naming.go of pulumi-kubernetes)."""

from __future__ import annotations

import hashlib
from typing import Any

ANNOTATION = "pulumi.com/autonamed"


def named(inputs: dict[str, Any], olds: dict[str, Any], urn: str, seed: bytes) -> dict[str, Any]:
    """The inputs with `metadata.name`: the program's, the auto-name of last time, or a new one. An auto-name is the
    resource's name, a dash and eight hexadecimal digits that the seed decides, and is marked by an annotation."""
    metadata = dict(inputs.get("metadata") or {})
    if not metadata.get("name"):
        if autonamed(olds):
            metadata["name"] = olds["metadata"]["name"]
        else:
            name = urn.rpartition("::")[2]
            metadata["name"] = f"{name}-{hashlib.sha256(seed + name.encode()).hexdigest()[:8]}"
        metadata["annotations"] = {**(metadata.get("annotations") or {}), ANNOTATION: "true"}
    return {**inputs, "metadata": metadata}


def autonamed(manifest: dict[str, Any]) -> bool:
    """Whether the object's name is Pulumi's, so that a replacement can have another."""
    annotations = (manifest.get("metadata") or {}).get("annotations")
    return isinstance(annotations, dict) and annotations.get(ANNOTATION) == "true"
