"""Keys that encrypt are renewed by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.resource import UNTOLD, Resource
from policies.rule import GKE, Rule
from policies.settings import Settings

LONGEST = 90 * 24 * 3600
"""Seconds. Google recommends that keys be rotated at least every 90 days:
https://cloud.google.com/kms/docs/key-rotation#frequency_of_key_rotation"""

_SECONDS = re.compile(r"([0-9]+)(?:\.[0-9]+)?s")


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """Keys that sign cannot be rotated by themselves: whoever checks has to learn of the new one first."""
    if not resource.is_("purpose", None, "ENCRYPT_DECRYPT"):
        return
    period = resource.get("rotationPeriod")
    if period in UNTOLD:
        return
    match = _SECONDS.fullmatch(str(period))
    if match is None:
        yield "it is never rotated"
    elif int(match[1]) > LONGEST:
        yield f"it is rotated every {int(match[1]) // 86400} days only"


RULE = Rule(
    id="key-rotation",
    title="Every key that encrypts is rotated at least every 90 days",
    why="The less one version has encrypted, the less is lost with it.",
    remedy="Set rotationPeriod to 7776000s or less",
    types=re.compile(r"gcp:kms/cryptoKey:CryptoKey"),
    check=check,
    numbers={GKE: "5.3.1"},
)
