"""Everything that the default program makes is priced, paid by use, or free for a reason."""

from __future__ import annotations

from decimal import Decimal

import pytest

from costs import kinds
from tests.costs.stacks import dollars, estimated, inventory


@pytest.mark.parametrize("stack", ["shared", "dev", "prod"])
def test_every_type_is_in_one_of_the_lists(stack: str) -> None:
    types = {each.type for each in inventory(stack)}
    assert [kind for kind in sorted(types) if kind not in kinds.PRICED and not kinds.free(kind)] == []
    assert not kinds.PRICED.keys() & kinds.FREE.keys()
    assert all(kinds.FREE.values())


def test_a_type_that_is_new_is_in_none() -> None:
    assert kinds.free("gcp:bigtable/instance:Instance") == ""
    assert kinds.free("gcp:bigtable/instanceIamMember:InstanceIamMember") != ""
    assert kinds.free("kubernetes:example.com/v1:Thing") == ""


@pytest.mark.parametrize("stack", ["shared", "dev", "prod"])
def test_nothing_of_the_default_stacks_is_without_a_price(stack: str) -> None:
    assert estimated(*inventory(stack)).unpriced == ()


def test_what_the_default_stacks_cost() -> None:
    """A change of a default's size shows here, as one of a price does. The database of prod: 128 cores with its standby for 0.0413 an
    hour are 3859.07, 512 GiB for 0.007 are 2616.32, and 2000 GiB of disk for 0.17 a month are 340."""
    sums = {stack: (found.total.low, found.total.high) for stack in ("dev", "prod") if (found := estimated(*inventory(stack)))}  # fmt: skip
    assert sums == {
        "dev": dollars("270.30", "1173.70"),
        "prod": dollars("8928.05", "19309.38"),
    }
    prod = estimated(*inventory("prod")).components
    assert {name: prod[name].low for name in ("DatabaseInstance", "NodePool", "Cluster", "Instance")} == {
        "DatabaseInstance": Decimal("6815.39"),
        "NodePool": Decimal("1761.51"),
        "Cluster": Decimal("73.00"),
        "Instance": Decimal("197.10"),
    }


def test_what_is_paid_by_use_has_its_unit_price() -> None:
    found = {(one.price, one.usd, one.per) for one in estimated(*inventory("prod")).by_use}
    assert found == {
        ("internet", 0.12, "GiB to the internet (first TiB)"),
        ("load-balanced", 0.008, "GiB in or out"),
        ("nat-data", 0.045, "GiB in or out"),
        ("messages", 40, "TiB sent or received"),
        ("storage", 0.02, "GiB and month"),
        ("storage-writes", 0.05, "10000 writes or lists"),
        ("storage-reads", 0.004, "10000 reads"),
        ("sql-ssd", 0.17, "GiB and month"),
        ("sql-backup", 0.08, "GiB and month"),
        ("logs", 0.5, "GiB"),
        ("network-logs", 0.25, "GiB"),
        ("samples", 0.06, "million samples"),
        ("uptime-checks", 0.3, "1000 executions"),
        ("run-requests", 0.4, "million requests"),
        ("armor-requests", 0.75, "million requests"),
        ("dns-queries", 0.4, "million queries"),
        ("key-use", 0.03, "10000 operations"),
        ("secret-access", 0.03, "10000 accesses"),
    }
