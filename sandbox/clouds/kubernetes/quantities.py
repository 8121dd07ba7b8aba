"""Kubernetes resource quantities: reading them as numbers and writing them as the API server does.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ and apimachinery's
pkg/api/resource/quantity.go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_UP, Decimal
from typing import Any

from sandbox.values import has_unknowns

_QUANTITY = re.compile(r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))(?P<suffix>[eE][+-]?\d+|[KMGTPE]i|[numkMGTPE]|)")
_BINARY = {suffix: Decimal(1024) ** power for power, suffix in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), 1)}
_DECIMAL = {
    suffix: Decimal(1000) ** power for power, suffix in enumerate(("n", "u", "m", "", "k", "M", "G", "T", "P", "E"), -3)
}
NONE = "no quantity; write a number with one of the suffixes m, k, M, G, Ki, Mi, Gi"


def parse(text: str | float) -> Decimal:
    """The quantity in its base unit: cores, bytes, pieces. Raises ValueError for what is no quantity."""
    match = _QUANTITY.fullmatch(str(text))
    if match is None:
        raise ValueError(f"{text!r} is {NONE}")
    number, suffix = Decimal(match["number"]), match["suffix"]
    if suffix in _BINARY:
        return number * _BINARY[suffix]
    if suffix in _DECIMAL:
        return number * _DECIMAL[suffix]
    return number.scaleb(int(suffix[1:]))


def known(amounts: Mapping[str, Any]) -> dict[str, Decimal]:
    """Those of a map of quantities that are there and known, in their base units."""
    return {name: parse(text) for name, text in amounts.items() if text is not None and not has_unknowns(text)}


def canonical(text: str | float) -> str:
    """The quantity as the API server writes it: no fraction, the largest suffix that needs none (`1000m` as `1`).

    What was written with a binary suffix keeps one, unless it is below 1024 or no whole number.
    """
    value, source = parse(text), str(text)
    if source.endswith("i") and abs(value) >= 1024 and value == value.to_integral_value():
        return _shortest(value, _BINARY | {"": Decimal(1)})
    if re.search(r"[eE][+-]?\d+$", source):
        return re.sub("e0$", "", _shortest(value, {f"e{power}": Decimal(10) ** power for power in range(-9, 19, 3)}))
    return _shortest(value, _DECIMAL)


def _shortest(value: Decimal, units: dict[str, Decimal]) -> str:
    if value == 0:
        return "0"
    for suffix, factor in sorted(units.items(), key=lambda unit: -unit[1]):
        scaled = value / factor
        if scaled == scaled.to_integral_value():
            return f"{int(scaled)}{suffix}"
    # Nothing is smaller than a billionth: the server rounds away from zero.
    return f"{int((value / _DECIMAL['n']).to_integral_value(rounding=ROUND_UP))}n"


def milli(text: str | float) -> int:
    """Thousandths of the unit, rounded up, as the scheduler counts CPU."""
    return int((parse(text) * 1000).to_integral_value(rounding=ROUND_CEILING))


def whole(text: str | float) -> int:
    """Whole units, rounded up: bytes of memory, numbers of GPUs."""
    return int(parse(text).to_integral_value(rounding=ROUND_CEILING))
