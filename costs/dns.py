"""Cloud DNS: https://cloud.google.com/dns/pricing"""

from __future__ import annotations

from costs.resource import Resource
from costs.said import Line, Said, Use
from costs.stack import Stack


def of_zone(zone: Resource, stack: Stack) -> list[Said]:
    """A zone, public or private, at the price of the first 25."""
    return [Line("dns-zone", "zones", 1, 1), Use("dns-queries", "queries")]
