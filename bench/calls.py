"""What one call of a provider costs, in process as the engine makes it, and over gRPC as the Pulumi CLI makes it."""

from __future__ import annotations

import itertools
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from bench.children import beside, in_child
from bench.figure import Figure, told
from sandbox.clouds import open_providers
from sandbox.clouds.server import serving
from sandbox.engine.plugins import Plugin

COUNT = 500
TYPE = "gcp:pubsub/topic:Topic"
SEED = bytes(32)


def figures(count: int = COUNT) -> Iterator[Figure]:
    """Median of `count` calls of each kind, one after the other, all of a Pub/Sub topic."""
    with tempfile.TemporaryDirectory(prefix="slipway-bench-") as folder:
        inside = in_child(in_process, Path(folder) / "inside.sqlite", count).result
    with tempfile.TemporaryDirectory(prefix="slipway-bench-") as folder, beside(lambda: serving(Path(folder))) as env:
        ports = dict(pair.split(":") for pair in env["PULUMI_DEBUG_PROVIDERS"].split(","))
        outside = in_child(over_grpc, int(ports["gcp"]), count).result
    for operation, milliseconds in inside.items():
        yield told(f"provider call, {operation}: in process", milliseconds, "ms")
        yield told(f"provider call, {operation}: over gRPC", outside[operation], "ms")


def in_process(world: Path, count: int) -> dict[str, float]:
    """Milliseconds by operation."""
    return _measured(open_providers(world)["gcp"], count)


def over_grpc(port: int, count: int) -> dict[str, float]:
    """Milliseconds by operation, to a server in another process."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        return _measured(provider_pb2_grpc.ResourceProviderStub(channel), count)


def _measured(provider: Any, count: int) -> dict[str, float]:
    plugin = Plugin(provider, "gcp")
    plugin.configure("urn:pulumi:bench::calls::pulumi:providers:gcp::default", "id", {"project": "bench-project"})
    taken: dict[str, list[float]] = {"check": [], "create": [], "diff": []}
    for number in range(count):
        urn = f"urn:pulumi:bench::calls::{TYPE}::topic-{number}"
        moments = [time.perf_counter()]
        news = plugin.check(urn, {}, {"labels": {"team": "bench"}}, SEED).inputs
        moments.append(time.perf_counter())
        live = plugin.create(urn, news, 0, preview=False)
        moments.append(time.perf_counter())
        plugin.diff(urn, live.id, news, live.outputs, news, ())
        moments.append(time.perf_counter())
        for each, (start, end) in zip(taken.values(), itertools.pairwise(moments), strict=True):
            each.append(end - start)
    return {operation: statistics.median(each) * 1000 for operation, each in taken.items()}
