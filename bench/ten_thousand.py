"""10,000 new resources: whether the engine's own part grows with their number, and what it keeps in memory."""

from __future__ import annotations

from collections.abc import Iterator

from bench import floor, topics
from bench.children import beside, in_child
from bench.figure import Figure, at_most, told

COUNT = 10_000
GIB = 1024.0


def figures(count: int = COUNT) -> Iterator[Figure]:
    """One run each, one after the other: together they take minutes."""
    what = f"{count:,} new resources"
    with beside(floor.served) as address:
        sdk = in_child(topics.sdk, count, address)
    bare = in_child(topics.sdk, count)
    engine = in_child(topics.engine, count)
    yield told(f"{what}: the SDK alone, monitor over gRPC (the floor)", sdk.seconds, "s")
    yield told(f"{what}: the SDK alone, monitor in the same process", bare.seconds, "s")
    yield told(f"{what}: engine, emulated cloud and state", engine.seconds, "s")
    yield at_most(f"{what}: engine against the floor", engine.seconds / sdk.seconds, 1.5, "times")
    yield told(f"{what}: engine against the monitor in the same process", engine.seconds / bare.seconds, "times")
    yield told(f"{what}: memory of the SDK alone, without gRPC", bare.mib / GIB, "GiB")
    yield at_most(f"{what}: memory of engine, emulated cloud and program", engine.mib / GIB, 1.2, "GiB")
