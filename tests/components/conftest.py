"""Components built against Pulumi's mocks: what they register, with which inputs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pulumi
import pytest


@dataclass(frozen=True)
class Registered:
    """One resource that a component registered."""

    type: str
    name: str
    inputs: dict[str, Any]


class Recorder(pulumi.runtime.Mocks):
    """Answers as a provider that knows nothing but what it is told, and remembers it."""

    def __init__(self) -> None:
        self.registered: list[Registered] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.registered.append(Registered(args.typ, args.name, args.inputs))
        made = {"member": f"serviceAccount:{args.name}", "email": f"{args.name}@p", "address": "203.0.113.1"}
        record = {"name": f"_acme-challenge.{args.name}.", "type": "CNAME", "data": "authorize."}
        known = {"dnsResourceRecords": [record], "metadata": {"name": args.name}, "name": args.name}
        return f"{args.name}-id", {**made, **known, **args.inputs}

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        raise AssertionError(f"a component called {args.token}")


Build = Callable[[Callable[[], Any]], list[Registered]]


@pytest.fixture
def build() -> Build:
    """Runs a function that makes components; returns what was registered, components left out, by type and name."""

    def run(make: Callable[[], Any]) -> list[Registered]:
        recorder = Recorder()
        asyncio.set_event_loop(asyncio.new_event_loop())
        pulumi.runtime.set_mocks(recorder, project="slipway", stack="test")
        pulumi.runtime.test(lambda: make() and None)()
        resources = [resource for resource in recorder.registered if not resource.type.startswith("slipway:")]
        return sorted(resources, key=lambda resource: (resource.type, resource.name))

    return run
