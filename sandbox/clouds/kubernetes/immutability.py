"""Fields that the API server refuses to change and that the provider does not replace for.

https://kubernetes.io/docs/reference/ and pkg/apis/*/validation of Kubernetes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.clouds.kubernetes import kinds, quantities
from sandbox.clouds.kubernetes.kinds import Kind
from sandbox.clouds.protocol import CloudError, Reason

FIXED: dict[Kind, tuple[str, ...]] = {
    kinds.DEPLOYMENT: ("spec.selector",),
    kinds.JOB: ("spec.completions", "spec.completionMode", "spec.selector", "spec.template"),
    kinds.SERVICE: ("spec.clusterIP",),
    kinds.SECRET: ("type",),
    kinds.GATEWAY_CLASS: ("spec.controllerName",),
    kinds.KONG_PLUGIN: ("plugin",),
    kinds.STORAGE_CLASS: ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"),
    kinds.ROLE_BINDING: ("roleRef",),
    kinds.CLUSTER_ROLE_BINDING: ("roleRef",),
    kinds.VOLUME_CLAIM: (
        "spec.accessModes",
        "spec.selector",
        "spec.storageClassName",
        "spec.volumeMode",
        "spec.volumeName",
    ),
}
FROZEN: dict[Kind, tuple[str, ...]] = dict.fromkeys(
    (kinds.SECRET, kinds.CONFIG_MAP), ("immutable", "data", "binaryData")
)
"""Fields that no longer change once `immutable` is true; nor does that itself."""
GROWING: dict[Kind, str] = {kinds.VOLUME_CLAIM: "spec.resources.requests.storage"}
"""Quantities that never become smaller, and stay as they are until the claim is bound."""


def enforce(kind: Kind, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Raise CloudError INVALID, worded as the API server does, where a fixed field differs."""
    name = after["metadata"]["name"]
    for path in FIXED.get(kind, ()):
        if _at(before, path) != _at(after, path):
            raise _invalid(kind, name, path, "Invalid value: field is immutable")
    for field in FROZEN.get(kind, ()) if before.get("immutable") is True else ():
        if before.get(field) != after.get(field):
            raise _invalid(kind, name, field, "Forbidden: field is immutable when `immutable` is set")
    if path := GROWING.get(kind):
        old, new = (_at(obj, path) for obj in (before, after))
        by = quantities.parse(new) - quantities.parse(old) if old and new else 0
        if by < 0:
            raise _invalid(kind, name, path, "Forbidden: field can not be less than previous value")
        if by and _at(before, "status.phase") != "Bound":
            except_ = "except resources.requests and volumeAttributesClassName for bound claims"
            raise _invalid(kind, name, "spec", f"Forbidden: spec is immutable after creation {except_}")


def _at(obj: Mapping[str, Any], path: str) -> Any:
    value: Any = obj
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _invalid(kind: Kind, name: str, path: str, problem: str) -> CloudError:
    return CloudError(
        Reason.INVALID, f'{kind.kind}.{kind.group} "{name}" is invalid: {path}: {problem}'.replace(". ", " ")
    )
