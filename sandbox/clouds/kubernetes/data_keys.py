"""What the API server refuses in the data of ConfigMaps and Secrets.

From ValidateConfigMap and ValidateSecret in pkg/apis/core/validation/validation.go, and IsConfigMapKey in apimachinery's
pkg/util/validation/validation.go. Values not yet known pass, and count nothing.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.clouds.kubernetes.known import mapping
from sandbox.clouds.protocol import CheckFailure
from sandbox.values import has_unknowns

_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_LONGEST = 253
_LARGEST = 1024 * 1024
"""Bytes of all values together, decoded."""


def config_map(manifest: Mapping[str, Any]) -> Iterator[CheckFailure]:
    """keys have at most 253 letters, digits, `-`, `_` and `.`, do not begin with `..` and are in one of `data` and
    `binaryData` only; what stands in the latter is base64; values have 1 MiB at most together"""
    data, binary = mapping(manifest.get("data")), mapping(manifest.get("binaryData"))
    for name, part in (("data", data), ("binaryData", binary)):
        yield from _keys(part, name)
    for key in data.keys() & binary.keys():
        yield CheckFailure(f"data.{key}", f'Invalid value: "{key}": duplicate of key present in binaryData')
    yield from _base64(binary, "binaryData", "data")
    yield from _size([*map(_length, data.values()), *map(_decoded, binary.values())], "data")


def secret(manifest: Mapping[str, Any]) -> Iterator[CheckFailure]:
    """keys have at most 253 letters, digits, `-`, `_` and `.` and do not begin with `..`; what stands in `data` is base64;
    values have 1 MiB at most together"""
    data, clear = mapping(manifest.get("data")), mapping(manifest.get("stringData"))
    for name, part in (("data", data), ("stringData", clear)):
        yield from _keys(part, name)
    yield from _base64(data, "data", "stringData")
    kept = [_decoded(text) for key, text in data.items() if key not in clear]
    yield from _size([*map(_length, clear.values()), *kept], "data")


def key_problem(key: str) -> str | None:
    """What is wrong with a key; None for a good one."""
    if len(key) > _LONGEST:
        return f"must be no more than {_LONGEST} characters"
    if not _KEY.fullmatch(key):
        return "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
    return "must not be '.' and must not start with '..'" if key == "." or key.startswith("..") else None


def _keys(part: Mapping[str, Any], at: str) -> Iterator[CheckFailure]:
    for key in part:
        if problem := key_problem(key):
            yield CheckFailure(f"{at}.{key}", f'Invalid value: "{key}": {problem}')


def _base64(part: Mapping[str, Any], at: str, clear: str) -> Iterator[CheckFailure]:
    for key, text in part.items():
        if isinstance(text, str) and not has_unknowns(text) and _bytes(text) is None:
            yield CheckFailure(f"{at}.{key}", f"Invalid value: illegal base64 data; write clear text into `{clear}`")


def _size(lengths: list[int], at: str) -> Iterator[CheckFailure]:
    if sum(lengths) > _LARGEST:
        yield CheckFailure(at, f"Too long: may not be more than {_LARGEST} bytes")


def _length(text: Any) -> int:
    return len(text.encode()) if isinstance(text, str) and not has_unknowns(text) else 0


def _decoded(text: Any) -> int:
    return len(_bytes(text) or b"") if isinstance(text, str) and not has_unknowns(text) else 0


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(re.sub(r"[\r\n]", "", text), validate=True)
    except ValueError:
        return None
