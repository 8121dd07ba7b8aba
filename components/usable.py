"""Promising a thing only once it can be used."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi import Output


def usable(value: Output[str], after: Sequence[pulumi.CustomResource]) -> Output[str]:
    """The value, known only once what it needs (its grants, a connection) is there: whoever reads it waits for that.

    A URN comes with its resource, and unlike an id a plan knows it: so what is new beside a value does not seem to change
    all that reads it.
    """
    return Output.all(value, [resource.urn for resource in after]).apply(lambda known: str(known[0]))
