"""Stacks made of a few resources, as a state has them, and the whole of those in `tests/inventory`."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from costs import estimate
from costs.assumptions import Assumptions
from costs.estimate import Estimate
from costs.resource import Resource
from costs.stack import Stack
from costs.table import load

FOLDER = Path(__file__).resolve().parents[1] / "inventory"
POOL = "gcp:container/nodePool:NodePool"
CLUSTER = "gcp:container/cluster:Cluster"


def made(kind: str, name: str = "it", component: str = "Thing", /, **inputs: Any) -> Resource:
    """A resource in a component."""
    return Resource(f"urn:pulumi:dev::slipway::slipway:index:{component}${kind}::{name}", kind, inputs)


def pool(machine: str, least: int, most: int, location: str = "us-west1-a", **config: Any) -> Resource:
    """A node pool."""
    return made(
        POOL,
        "it",
        "Cluster",
        location=location,
        autoscaling={"minNodeCount": least, "maxNodeCount": most},
        nodeConfig={"machineType": machine, "diskSizeGb": 100, "diskType": "pd-balanced", **config},
    )


def estimated(*resources: Resource, region: str = "us-west1", **assumed: float) -> Estimate:
    """The estimate of a stack of these resources."""
    return estimate.of(Stack("dev", region, resources, Assumptions.model_validate(assumed)), load())


def cost(*resources: Resource, region: str = "us-west1", **assumed: float) -> tuple[Decimal, Decimal]:
    """The least and the most of it, where all of it has a price."""
    found = estimated(*resources, region=region, **assumed)
    assert found.unpriced == ()
    return found.total.low, found.total.high


def dollars(low: str, high: str = "") -> tuple[Decimal, Decimal]:
    """The least and the most, as they are written."""
    return Decimal(low), Decimal(high or low)


@lru_cache
def inventory(stack: str) -> tuple[Resource, ...]:
    """What a stack of the default program is made of. The file has no parents: each type stands for its own component."""
    found = yaml.load((FOLDER / f"{stack}.yaml").read_text(), yaml.CSafeLoader)
    pairs = [(key.split(" ", 1), inputs) for key, inputs in found.items()]
    return tuple(made(kind, name, kind.rpartition(":")[2], **inputs) for (kind, name), inputs in pairs)
