"""Regions and their zones, as far as the sandbox knows them: https://docs.cloud.google.com/compute/docs/regions-zones"""

from __future__ import annotations

import re

_REGIONS = {
    "africa-south": "1",
    "asia-east": "1 2",
    "asia-northeast": "1 2 3",
    "asia-south": "1 2",
    "asia-southeast": "1 2 3",
    "australia-southeast": "1 2",
    "europe-central": "2",
    "europe-north": "1 2",
    "europe-southwest": "1",
    "europe-west": "1 2 3 4 6 8 9 10 12",
    "me-central": "1 2",
    "me-west": "1",
    "northamerica-northeast": "1 2",
    "northamerica-south": "1",
    "southamerica-east": "1",
    "southamerica-west": "1",
    "us-central": "1",
    "us-east": "1 4 5",
    "us-south": "1",
    "us-west": "1 2 3 4",
}
REGIONS = frozenset(f"{area}{number}" for area, numbers in _REGIONS.items() for number in numbers.split())
# The zones of a region are a, b and c but for these; a regional cluster is in the first three.
_OTHERS = {"us-east1": "bcd", "europe-west1": "bcd", "us-central1": "abcf"}
_REGION_OR_ZONE = re.compile(r"[a-z]+-[a-z]+\d+(?:-[a-z])?")


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
    return [f"{location}-{letter}" for letter in _OTHERS.get(location, "abc")[:3]]


def problem(property: str, location: str) -> str:
    """What is wrong with a region, zone or location; empty where nothing is. Locations beyond a region, such as `global` and
    `us`, are each API's own, and taken as they are."""
    location = location.lower()
    if not location or (not _REGION_OR_ZONE.fullmatch(location) and property not in ("region", "zone")):
        return ""
    found = region(location)
    if found not in REGIONS:
        return f"{location!r} is no {property} of Google Cloud; there are the regions {', '.join(sorted(REGIONS))}"
    letters = _OTHERS.get(found, "abc")
    if is_zone(location) and location[-1] not in letters:
        return f"{location!r} is no zone; {found} has {', '.join(f'{found}-{letter}' for letter in letters)}"
    return ""
