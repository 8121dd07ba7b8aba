"""Inputs in the form in which they are compared and stored.

As pulumi-kubernetes 4.34 does it before Check, Diff and Update (normalizeInputs in provider/pkg/provider/provider.go,
Normalize in provider/pkg/clients/unstructured.go): read-only metadata goes, quantities are written as the server
writes them, a Secret's `stringData` becomes `data`. Nothing is touched while a value is unknown.
"""

from __future__ import annotations

import base64
from typing import Any

from sandbox.clouds.kubernetes import kinds, quantities
from sandbox.clouds.kubernetes.kinds import Kind
from sandbox.values import has_unknowns

_READ_ONLY = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "uid",
)
_QUANTITY_MAPS = {
    "limits",
    "requests",
    "hard",
    "default",
    "defaultRequest",
    "max",
    "min",
    "maxLimitRequestRatio",
    "capacity",
}
_QUANTITIES = {"sizeLimit", "averageValue", "divisor"}


def inputs(kind: Kind, manifest: dict[str, Any]) -> dict[str, Any]:
    """A copy of the manifest in normal form."""
    normal: dict[str, Any] = dict(manifest) if has_unknowns(manifest) else _values(manifest)
    if isinstance(normal.get("metadata"), dict):
        normal["metadata"] = {k: v for k, v in normal["metadata"].items() if k not in _READ_ONLY}
    if kind is kinds.SECRET and not has_unknowns(manifest):
        _secret(normal)
    return normal


def _values(value: Any, key: str = "") -> Any:
    """Without nulls, which mean absence, and with quantities as the server writes them."""
    if isinstance(value, dict):
        if key in _QUANTITY_MAPS and all(isinstance(v, (str, int, float)) for v in value.values()):
            return {name: _quantity(text) for name, text in value.items()}
        return {name: _values(item, name) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_values(item) for item in value]
    return _quantity(value) if key in _QUANTITIES and isinstance(value, (str, int, float)) else value


def _quantity(text: Any) -> Any:
    try:
        return quantities.canonical(text)
    except ValueError:
        # Left as it is: Check says what is wrong with it.
        return text


def _secret(manifest: dict[str, Any]) -> None:
    if not all(isinstance(manifest.get(field) or {}, dict) for field in ("data", "stringData")):
        return  # Left as it is: Check says what is wrong with it.
    clear = manifest.pop("stringData", None) or {}
    data = dict(manifest.get("data") or {})
    for key, text in data.items():
        try:
            data[key] = base64.b64encode(base64.b64decode(text, validate=True)).decode()
        except (TypeError, ValueError):
            continue
    data |= {key: base64.b64encode(str(text).encode()).decode() for key, text in clear.items()}
    if data:
        manifest["data"] = data
