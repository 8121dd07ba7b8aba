"""Promising a thing only once it can be used."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi import Output


def usable(value: Output[str], after: Sequence[pulumi.CustomResource]) -> Output[str]:
    """The value, known only once what it needs (its grants, a connection) is there: whoever reads it waits for that."""
    return Output.all(value, [resource.id for resource in after]).apply(lambda known: str(known[0]))
