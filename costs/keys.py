"""Cloud KMS: https://cloud.google.com/kms/pricing"""

from __future__ import annotations

import re

from costs.resource import Resource
from costs.said import Line, Said, Unknown, Use
from costs.stack import Stack

YEAR = 365 * 24 * 3600
_SECONDS = re.compile(r"([0-9]+(?:\.[0-9]+)?)s")


def of_key(key: Resource, stack: Stack) -> list[Said]:
    """One version, and as many more as its rotation makes until old ones are destroyed, which only people do."""
    if key.text("versionTemplate", "protectionLevel") not in ("", "SOFTWARE"):
        return [Unknown("keys in hardware or outside Google have no price")]
    period = float(match[1]) if (match := _SECONDS.fullmatch(key.text("rotationPeriod"))) else 0
    more = int(stack.assumptions.key_years * YEAR // period) if period else 0
    return [Line("key-version", "versions of the key", 1, 1 + more), Use("key-use", "uses of keys")]
