"""YAML as Pulumi reads it, with Go's yaml.v3: `yes` is a word, `010` is 8, `1.0` is 1, and a day has a time.

The rules are those of `resolve.go` in https://github.com/go-yaml/yaml/tree/v3, and of Go's encoding/json for numbers.
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from decimal import Decimal
from typing import Any

import yaml

_TAG = "tag:yaml.org,2002:"
_PLAIN = f"{_TAG}plain"
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([1-9][0-9]{0,19}|0))")
_BASES = (16, 2, 8, 10)
_INTEGERS = range(-(2**63), 2**64)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_TIME = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:([Tt ])([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(\.[0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})?)?"
)
_LARGE, _SMALL = 1e21, 1e-6
"""Numbers from here on, and those below, have an exponent."""


def load(text: str) -> Any:
    """The document, with texts as keys. Raises YAMLError, also for tags and for numbers that JSON does not have."""
    return yaml.load(text, _Loader)


def number(value: float) -> str:
    """A number as Go writes it."""
    if value and not _SMALL <= abs(value) < _LARGE:
        return re.sub(r"e([-+])0", r"e\1", repr(value))
    return format(Decimal(repr(value)), "f")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Plain scalars get a tag of their own, so that only Go's rules are asked what they are."""

    yaml_implicit_resolvers = {"<": [(f"{_TAG}merge", re.compile("<<$"))], None: [(_PLAIN, re.compile(""))]}  # noqa: RUF012


def _scalar(loader: Any, node: yaml.ScalarNode) -> Any:
    if _INFINITE.fullmatch(node.value):
        raise yaml.constructor.ConstructorError(None, None, f"no value can be {node.value}", node.start_mark)
    return _plain(node.value)


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if found := _TIME.fullmatch(text):
        return _time(found) or text
    digits = text.replace("_", "")
    if found := _INTEGER.fullmatch(digits):
        sign, *bases = found.groups()
        whole = next(int(sign + each, base) for each, base in zip(bases, _BASES, strict=True) if each)
        if whole in _INTEGERS:
            return whole
    if not _FLOAT.fullmatch(digits) or math.isinf(value := float(digits)):
        return text
    return int(Decimal(repr(value))) if value.is_integer() and abs(value) < _LARGE else value


def _time(found: re.Match[str]) -> str:
    """As Go prints it; empty for one that it does not take for a time."""
    year, month, day, apart, hour, minute, second, fraction, zone = found.groups(default="")
    if (apart in ("T", "t")) != bool(zone):
        return ""
    try:
        moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return ""
    offset = "+0000 UTC" if zone in ("", "Z", "+00:00") else " ".join([zone.replace(":", "")] * 2)
    return f"{moment:%Y-%m-%d %H:%M:%S}{fraction.rstrip('0').rstrip('.')} {offset}"


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[str, Any]:
    seen = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a list or a map cannot be a key", key.start_mark)
        if key.value in seen:
            raise yaml.constructor.ConstructorError(None, None, f"the key '{key.value}' stands twice", key.start_mark)
        seen.add(key.value)
    loader.flatten_mapping(node)
    return {_key(loader.construct_object(key)): loader.construct_object(value, deep=True) for key, value in node.value}


def _key(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "<nil>" if value is None else number(value) if isinstance(value, float) else str(value)


def _sequence(loader: Any, node: yaml.SequenceNode) -> list[Any]:
    return [loader.construct_object(item, deep=True) for item in node.value]


def _text(loader: Any, node: yaml.ScalarNode) -> str:
    return str(node.value)


_Loader.yaml_constructors = {
    _PLAIN: _scalar,
    f"{_TAG}merge": _text,
    f"{_TAG}str": _text,
    f"{_TAG}seq": _sequence,
    f"{_TAG}map": _mapping,
    None: yaml.SafeLoader.construct_undefined,
}
