"""How a change of the cost reads."""

from __future__ import annotations

from costs.change import between
from tests.costs.stacks import CLUSTER, estimated, made, pool

CACHE = made("gcp:redis/instance:Instance", "cache", "Cache", memorySizeGb=1)
LARGER = made("gcp:redis/instance:Instance", "cache", "Cache", memorySizeGb=2)


def test_each_component_with_its_sign() -> None:
    cluster = made(CLUSTER, "it", "Cluster")
    found = between(estimated(cluster, CACHE), estimated(LARGER))
    assert found.line == "cost: -37.23 US dollars a month (Cluster -73.00, Cache +35.77)"
    assert found.as_json() == {
        "currency": "USD",
        "per": "month",
        "total": {"low": -37.23, "high": -37.23},
        "components": {"Cluster": {"low": -73.0, "high": -73.0}, "Cache": {"low": 35.77, "high": 35.77}},
        "unpriced": [],
    }


def test_the_least_and_the_most_where_they_differ() -> None:
    found = between(estimated(pool("e2-standard-4", 1, 2), CACHE), estimated(pool("e2-standard-4", 1, 3), LARGER))
    assert found.line == (
        "cost: least +35.77, most +143.61 US dollars a month (Cluster least +0.00, most +107.84; Cache +35.77)"
    )


def test_what_nobody_can_price_is_said_beside_what_goes() -> None:
    found = between(estimated(pool("e2-standard-4", 1, 1)), estimated(pool("h3-standard-88", 1, 1)))
    assert found.line == (
        "cost: -97.84 US dollars a month (Cluster -97.84); "
        "not known is what this adds or takes away (it: machines of the type h3-standard-88 have no price)"
    )


def test_what_had_no_price_before_either_is_no_change() -> None:
    odd = made("gcp:bigtable/instance:Instance")
    assert not between(estimated(odd), estimated(odd))
    assert between(estimated(), estimated(odd)).line.startswith("cost: not known is what this adds or takes away (it: ")


def test_traffic_is_no_change() -> None:
    assert not between(estimated(), estimated(made("gcp:pubsub/topic:Topic")))
