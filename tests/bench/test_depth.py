"""The chains that the clouds force: each link says why and where that stands, and the program's resources follow it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from bench import depth
from sandbox.clouds.latency import seconds

NETWORK, RANGE, DATABASE = (
    "gcp:compute/network:Network",
    "gcp:compute/globalAddress:GlobalAddress",
    "gcp:sql/databaseInstance:DatabaseInstance",
)


def state(**waits: list[str]) -> dict[str, Any]:
    """Three resources, each with those that it waits for."""
    types = {"network": NETWORK, "range": RANGE, "database": DATABASE}
    resources = [{"urn": name, "type": kind, "dependencies": waits.get(name, [])} for name, kind in types.items()]
    return {"checkpoint": {"latest": {"resources": resources}}}


def test_the_longest_chain_counts() -> None:
    """A link may wait for the one before by way of others."""
    chains = {"short": [NETWORK, RANGE], "long": [NETWORK, DATABASE]}
    waiting = state(range=["network"], database=["range"])
    assert depth.longest(chains, waiting) == ("long", seconds(NETWORK, "create") + seconds(DATABASE, "create"))


@pytest.mark.parametrize("waits", [{}, {"database": ["range"]}])
def test_a_chain_that_nothing_follows_is_refused(waits: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match=rf"^chain one: no {DATABASE} waits for what is before it$"):
        depth.longest({"one": [NETWORK, DATABASE]}, state(**waits))


def test_every_link_has_its_reason_and_its_source() -> None:
    found = yaml.safe_load(depth.CHAINS.read_text())
    for chain in found.values():
        links = [*chain["links"], *chain.get("released", ())]
        assert all(set(link) == {"type", "why", "source"} for link in links)
        assert [link["why"] == "begins" for link in links] == [True, *[False] * (len(links) - 1)]
        assert all(link["source"].startswith("https://") for link in links)


def test_a_release_goes_on_where_the_environment_ends() -> None:
    without, released = depth.chains(released=False), depth.chains(released=True)
    assert without.keys() == released.keys()
    assert all(released[name][: len(chain)] == chain for name, chain in without.items())
    assert released["database"][len(without["database"]) :] == [
        "kubernetes:batch/v1:Job",
        "kubernetes:batch/v1:Job",
        "kubernetes:apps/v1:Deployment",
        "kubernetes:batch/v1:Job",
    ]
