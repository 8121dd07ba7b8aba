"""Server-side apply with one owner: fields that the owner no longer sets go, those it sets are set, the rest stays.

Lists are replaced whole: their server-side defaults are filled in again afterwards.
"""

from __future__ import annotations

from typing import Any


def applied(live: dict[str, Any], former: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """The live object after its owner, who applied `former` last, applies `wanted`."""
    result = {key: value for key, value in live.items() if key not in former or key in wanted}
    for key, value in wanted.items():
        before, current = former.get(key), result.get(key)
        if isinstance(value, dict) and isinstance(current, dict):
            result[key] = applied(current, before if isinstance(before, dict) else {}, value)
        else:
            result[key] = value
    return result
