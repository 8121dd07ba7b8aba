"""A block of addresses becomes ranges that lie in it, apart from each other, and large enough."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.environment import Environment
from model.network import PRIVATE
from model.order import order
from model.ranges import LARGEST, SMALLEST, ranges
from model.stacks import load_environment

REPOSITORY = Path(__file__).parents[2]


@st.composite
def blocks(draw: st.DrawFn) -> IPv4Network:
    """Any block that a stack file may name."""
    private = draw(st.sampled_from(PRIVATE))
    prefix = draw(st.integers(max(LARGEST, private.prefixlen), SMALLEST))
    number = draw(st.integers(0, 2 ** (prefix - private.prefixlen) - 1))
    return IPv4Network((int(private.network_address) + number * 2 ** (32 - prefix), prefix))


@given(blocks())
def test_all_lie_in_the_block_and_none_overlaps_another(block: IPv4Network) -> None:
    found = list(vars(ranges(block)).values())
    assert all(each.subnet_of(block) for each in found)
    assert not any(one.overlaps(other) for one, other in combinations(found, 2))


@given(blocks())
def test_each_is_as_large_as_its_api_demands(block: IPv4Network) -> None:
    """A subnetwork /29, one node's pods /24, Services /28; Cloud SQL a /24 of the managed services' range, and caches what
    is beside it: a /29 for each, or a /28 with read replicas."""
    found = ranges(block)
    assert found.nodes.prefixlen <= 29
    assert found.pods.prefixlen <= 24
    assert found.services.prefixlen <= 28
    _, *beside = found.private_services.subnets(new_prefix=24)
    assert beside, "Cloud SQL leaves nothing to the caches"


@given(blocks())
def test_the_nodes_that_fit_have_addresses_and_each_a_range_of_pods(block: IPv4Network) -> None:
    found = ranges(block)
    assert found.most_nodes >= 1
    assert found.most_nodes * 256 <= found.pods.num_addresses
    assert found.most_nodes + 4 <= found.nodes.num_addresses


@given(st.data())
def test_a_larger_block_never_has_room_for_fewer_nodes(data: st.DataObject) -> None:
    block = data.draw(blocks().filter(lambda found: found.prefixlen > LARGEST))
    assert ranges(block.supernet()).most_nodes >= ranges(block).most_nodes


def test_the_ranges_of_a_13() -> None:
    assert {key: str(found) for key, found in vars(ranges(IPv4Network("10.8.0.0/13"))).items()} == {
        "nodes": "10.10.0.0/20",
        "services": "10.10.16.0/20",
        "private_services": "10.11.0.0/16",
        "pods": "10.12.0.0/14",
    }


def environments() -> dict[str, Environment]:
    found = {stack: load_environment(stack, REPOSITORY) for stack in order(REPOSITORY)}
    return {stack: loaded for stack, loaded in found.items() if isinstance(loaded, Environment)}


def test_no_two_environments_share_an_address() -> None:
    """They could be joined one day."""
    named = [IPv4Network(stack.network.range) for stack in environments().values()]
    assert len(named) == 3
    assert not any(one.overlaps(other) for one, other in combinations(named, 2))


@pytest.mark.parametrize(("stack", "most"), [("dev", 13), ("staging", 13), ("prod", 31)])
def test_the_largest_cluster_of_each_environment_fits(stack: str, most: int) -> None:
    found = environments()[stack]
    assert (found.cluster.most_nodes, found.network.ranges.most_nodes) == (most, 1024)
