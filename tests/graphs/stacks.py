"""Stacks for pictures: made up ones, and any that a property test draws."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from delivery.engines import Kept
from delivery.graph import Box, Graph
from delivery.graph_edges import Edge
from delivery.graph_kinds import FRAMES, PREFIX, STACK

ROOT = Kept(urn=f"urn:pulumi:dev::slipway::{STACK}::slipway-dev", type=STACK, custom=False)


def component(kind: str, name: str) -> Kept:
    """A component of our own directly below the stack."""
    type = PREFIX + kind
    return Kept(urn=f"urn:pulumi:dev::slipway::{type}::{name}", type=type, custom=False, parent=ROOT.urn)


def resource(
    within: Kept, type: str, name: str, uses: Sequence[Kept] = (), after: Sequence[Kept] = (), **inputs: object
) -> Kept:
    """A resource in a component, made of what it uses, after others."""
    head, _, _ = within.urn.rpartition("::")
    used = frozenset(each.urn for each in uses)
    return Kept(
        urn=f"{head}${type}::{name}",
        type=type,
        custom=True,
        parent=within.urn,
        inputs=inputs,
        uses=used,
        needs=frozenset({within.urn, *used, *(each.urn for each in after)}),
    )


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any picture: boxes in frames and alone, and arrows between them, also from frames, and in circles."""
    framed = draw(st.lists(st.sampled_from(list(FRAMES)), max_size=4, unique=True))
    homes = draw(st.lists(st.sampled_from(["", *framed]), min_size=1, max_size=14))
    boxes = tuple(
        Box(key=f"b{place}", title=f"box {place}", label="thing", frame=home) for place, home in enumerate(homes)
    )
    frames = tuple(Box(key=frame, title=frame, label="") for frame in framed if frame in homes)
    keys = [each.key for each in (*boxes, *frames)]
    pairs = draw(st.lists(st.tuples(st.sampled_from(keys), st.sampled_from(keys)), max_size=24, unique=True))
    home = {box.key: box.frame for box in boxes}
    meanings = ("", "publishes to", "receives from", "publishes to and receives from")
    edges = tuple(
        Edge(source, target, draw(st.sampled_from(meanings)))
        for source, target in pairs
        if source != target and home.get(source) != target and source != home.get(target)
    )
    return Graph(stack="any", frames=frames, boxes=boxes, edges=edges)
