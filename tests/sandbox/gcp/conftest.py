"""A project on an emulated Google Cloud, and short ways to make, change and delete things in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sandbox.clouds.gcp.catalogue import TYPES
from sandbox.clouds.gcp.cloud import GoogleCloud
from sandbox.clouds.protocol import Checked, Diffed
from sandbox.clouds.world import World

TOKENS = {token.split(":")[1].split("/")[0] + "." + token.rsplit(":", 1)[1]: token for token in TYPES}
"""`pubsub.Topic` for `gcp:pubsub/topic:Topic`."""


@dataclass(frozen=True)
class Made:
    """One resource as a state knows it."""

    type: str
    urn: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.outputs[key]


@dataclass
class Google:
    """One provider instance for project `acme` in `us-west1`."""

    world: World
    cloud: GoogleCloud = field(init=False)

    def __post_init__(self) -> None:
        self.cloud = GoogleCloud(self.world)
        self.configure(project="acme", region="us-west1")

    def configure(self, **inputs: Any) -> None:
        self.cloud.configure("instance", inputs)

    def check(self, type: str, name: str, inputs: dict[str, Any], olds: dict[str, Any] | None = None) -> Checked:
        seed = hashlib.sha256(name.encode()).digest()
        return self.cloud.check("instance", urn(type, name), TOKENS[type], olds or {}, inputs, seed)

    def failures(self, type: str, /, **inputs: Any) -> dict[str, str]:
        """What Check finds wrong, by property."""
        return {failure.property: failure.reason for failure in self.check(type, "thing", inputs).failures}

    def plan(self, type: str, name: str, /, **inputs: Any) -> dict[str, Any]:
        checked = self.check(type, name, inputs)
        assert checked.failures == []
        made = self.cloud.create("instance", urn(type, name), TOKENS[type], checked.inputs, True, 0)
        assert made.id == ""
        return made.properties

    def make(self, type: str, name: str, /, **inputs: Any) -> Made:
        checked = self.check(type, name, inputs)
        assert checked.failures == []
        made = self.cloud.create("instance", urn(type, name), TOKENS[type], checked.inputs, False, 0)
        return Made(type, urn(type, name), made.id, checked.inputs, made.properties)

    def diff(self, made: Made, ignore: tuple[str, ...] = (), **changes: Any) -> Diffed:
        """What changing these inputs would do; None takes one away."""
        news = self._changed(made, changes)
        return self.cloud.diff(
            "instance", made.urn, made.id, TOKENS[made.type], made.inputs, made.outputs, news, list(ignore)
        )

    def update(self, made: Made, preview: bool = False, **changes: Any) -> Made:
        news = self._changed(made, changes)
        outputs = self.cloud.update(
            "instance", made.urn, made.id, TOKENS[made.type], made.inputs, made.outputs, news, preview, 0, []
        )
        return Made(made.type, made.urn, made.id, news, outputs)

    def read(self, made: Made) -> dict[str, Any] | None:
        """The outputs now, or None where it is gone."""
        found = self.cloud.read("instance", made.urn, made.id, TOKENS[made.type], made.inputs, made.outputs)
        return found.properties if found.id else None

    def delete(self, made: Made) -> None:
        self.cloud.delete("instance", made.urn, made.id, TOKENS[made.type], made.inputs, made.outputs, 0)

    def network(self) -> Made:
        return self.make("compute.Network", "main", name="main", autoCreateSubnetworks=False)

    def private_network(self) -> Made:
        """A network with private service access."""
        network = self.network()
        addresses = self.make(
            "compute.GlobalAddress",
            "services",
            name="services",
            purpose="VPC_PEERING",
            addressType="INTERNAL",
            prefixLength=16,
            network=network.id,
        )
        self.make(
            "servicenetworking.Connection",
            "services",
            network=network.id,
            service="servicenetworking.googleapis.com",
            reservedPeeringRanges=[addresses["name"]],
        )
        return network

    def cluster(self, **inputs: Any) -> Made:
        given = {"name": "main", "location": "us-west1", "initialNodeCount": 1, "removeDefaultNodePool": True}
        return self.make("container.Cluster", "main", **{**given, "deletionProtection": False, **inputs})

    def instance(self, network: Made, **inputs: Any) -> Made:
        settings = {
            "tier": "db-custom-2-7680",
            "ipConfiguration": {"ipv4Enabled": False, "privateNetwork": network.id},
        }
        given = {"name": "main", "databaseVersion": "POSTGRES_15", "settings": settings, "deletionProtection": False}
        return self.make("sql.DatabaseInstance", "main", **{**given, **inputs})

    def _changed(self, made: Made, changes: dict[str, Any]) -> dict[str, Any]:
        defaulted = made.inputs.get("__defaults", [])
        given = {key: value for key, value in made.inputs.items() if key not in defaulted and key != "__defaults"}
        wanted = {key: value for key, value in {**given, **changes}.items() if value is not None}
        checked = self.check(made.type, made.urn.rsplit("::", 1)[1], wanted, made.inputs)
        assert checked.failures == []
        return checked.inputs


def urn(type: str, name: str) -> str:
    return f"urn:pulumi:dev::p::{TOKENS[type]}::{name}"


@pytest.fixture
def google(tmp_path: Path) -> Google:
    return Google(World(tmp_path / "world.sqlite"))
