"""How long `up` of an environment from nothing would take, against the longest single chain that the clouds force.

Both lengths are of the sandbox's latency table. A chain counts only where the program's own resources wait for each other
along it: one that they do not have would be forced on nobody.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bench import site
from bench.figure import Figure, at_most, told
from bench.site import Site
from delivery import state_document
from sandbox.clouds.latency import seconds

CHAINS = Path(__file__).with_name("chains.yaml")
LIMIT = 1.05


def figures() -> Iterator[Figure]:
    """First without any release, then with one of all images pinned."""
    with site.fresh() as here:
        here("up", "shared")
        yield from _all(here, released=False)
    with site.fresh() as here:
        site.pinned(here)
        yield from _all(here, released=True)


def _all(here: Site, *, released: bool) -> Iterator[Figure]:
    for stack in reversed(site.ENVIRONMENTS):
        what = f"up of {stack} from nothing" + (", with a release" if released else "")
        taken = float(json.loads(here.said("up", stack, "--json"))["virtual_seconds"])
        state = json.loads((here.sandbox / ".pulumi" / "stacks" / "slipway" / f"{stack}.json").read_text())
        name, forced = longest(chains(released=released), state)
        yield told(f"{what}: the longest chain that is forced ({name})", forced, "s of the virtual clock")
        yield told(f"{what}: what the command reports", taken, "s of the virtual clock")
        yield at_most(f"{what}: against the chain", taken / forced, LIMIT, "times")


def chains(*, released: bool) -> dict[str, list[str]]:
    """The types along each chain."""
    found = yaml.safe_load(CHAINS.read_text(encoding="utf-8"))
    return {
        name: [link["type"] for link in (*chain["links"], *(chain.get("released", ()) if released else ()))]
        for name, chain in found.items()
    }


def longest(chains: Mapping[str, Sequence[str]], state: Mapping[str, Any]) -> tuple[str, float]:
    """The chain that takes longest, and how long. Raises ValueError for one that the program's resources do not follow."""
    waits = state_document.needs(state)
    kinds = {str(each["urn"]): str(each["type"]) for each in state["checkpoint"]["latest"]["resources"]}
    for name, chain in chains.items():
        if broken := _broken(chain, waits, kinds):
            raise ValueError(f"chain {name}: no {broken} waits for what is before it")
    lengths = {name: sum(seconds(kind, "create") for kind in chain) for name, chain in chains.items()}
    return max(lengths.items(), key=lambda pair: pair[1])


def _broken(chain: Sequence[str], waits: Mapping[str, Collection[str]], kinds: Mapping[str, str]) -> str:
    """The first type of which no resource waits for one of those so far; empty where there is one for each."""
    reached: set[str] | None = None
    for kind in chain:
        found = {urn for urn, its in kinds.items() if its == kind}
        reached = found if reached is None else {urn for urn in found if _above(urn, waits) & reached}
        if not reached:
            return kind
    return ""


def _above(urn: str, waits: Mapping[str, Collection[str]]) -> set[str]:
    """All that a resource waits for, directly or not."""
    found: set[str] = set()
    left = [urn]
    while left:
        more = set(waits[left.pop()]) - found
        found |= more
        left += more
    return found
