"""What a machine of Compute Engine costs an hour: by its cores and memory, or whole where it brings graphics processors.

https://cloud.google.com/compute/docs/general-purpose-machines
"""

from __future__ import annotations

import re

from costs.said import Line, Said, Unknown, hours

_PREDEFINED = re.compile(r"(?P<family>[a-z0-9]+)-(?P<kind>standard|highmem|highcpu)-(?P<cores>[0-9]+)")
FAMILIES = {
    "e2": {"standard": 4.0, "highmem": 8.0, "highcpu": 1.0},
    "n1": {"standard": 3.75, "highmem": 6.5, "highcpu": 0.9},
    "n2": {"standard": 4.0, "highmem": 8.0, "highcpu": 1.0},
    "n2d": {"standard": 4.0, "highmem": 8.0, "highcpu": 1.0},
    "n4": {"standard": 4.0, "highmem": 8.0, "highcpu": 2.0},
    "c3": {"standard": 4.0, "highmem": 8.0, "highcpu": 2.0},
    "c4": {"standard": 3.75, "highmem": 7.75, "highcpu": 2.0},
}
"""GiB of memory a core, of each family that is paid by them."""
_ODD = {"n2-highmem-128": 864.0, "c4-standard-2": 7.0, "c4-highmem-2": 15.0}
_SHARED = {"e2-micro": (0.25, 1.0), "e2-small": (0.5, 2.0), "e2-medium": (1.0, 4.0)}
WHOLE = re.compile(r"(?:g2-standard|a2-highgpu)-[0-9]+g?")
"""Types that are paid as a whole."""


def lines(machine: str, spot: bool, low: float, high: float) -> list[Said]:
    """So many machines all month. Unknown where the type has no price, as those of one's own measure."""
    suffix = "-spot" if spot else ""
    if WHOLE.fullmatch(machine):
        return [hours(machine + suffix, _said(machine, spot), low, high)]
    rates = of(machine)
    if rates is None:
        return [Unknown(f"machines of the type {machine or '(not known yet)'} have no price")]
    family, cores, gib = rates
    return [
        hours(f"{family}{suffix}-core", f"cores of {_said(machine, spot)}", low * cores, high * cores),
        hours(f"{family}{suffix}-gib", f"memory of {_said(machine, spot)}", low * gib, high * gib),
    ]


def of(machine: str) -> tuple[str, float, float] | None:
    """Family, cores and GiB of a machine that is paid by them; None for any other."""
    if machine in _SHARED:
        return ("e2", *_SHARED[machine])
    match = _PREDEFINED.fullmatch(machine)
    if match is None or match["family"] not in FAMILIES:
        return None
    cores = float(match["cores"])
    return match["family"], cores, _ODD.get(machine) or cores * FAMILIES[match["family"]][match["kind"]]


def processors(kind: str, spot: bool, low: float, high: float) -> Line:
    """Graphics processors that are attached to machines, all month."""
    return hours(kind + ("-spot" if spot else ""), f"{kind} processors", low, high)


def _said(machine: str, spot: bool) -> str:
    return f"{machine} nodes" + (", spot" if spot else "")
