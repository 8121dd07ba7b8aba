"""Regions and their zones."""

from __future__ import annotations

# The zones of a region are a, b and c but for these: https://cloud.google.com/compute/docs/regions-zones
_OTHERS = {"us-east1": "bcd", "europe-west1": "bcd"}


def is_zone(location: str) -> bool:
    """`us-west1-a` is a zone, `us-west1` a region."""
    return location.count("-") == 2


def region(location: str) -> str:
    """The region of a zone; a region is its own."""
    return location.rsplit("-", 1)[0] if is_zone(location) else location


def zones(location: str) -> list[str]:
    """The three zones that a regional cluster gets; a zone is its own."""
    if is_zone(location):
        return [location]
    return [f"{location}-{letter}" for letter in _OTHERS.get(location, "abc")]
