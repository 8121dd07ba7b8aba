"""A world with one GKE cluster, a registry and a provider that is configured for it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sandbox.clouds import registry
from sandbox.clouds.kubernetes.cloud import KubernetesCloud
from sandbox.clouds.kubernetes.clusters import CLUSTER_TYPE, POOL_TYPE
from sandbox.clouds.protocol import CheckFailure, Diffed, PartialFailure
from sandbox.clouds.world import Entity, World
from sandbox.values import unwrap

ENDPOINT = "34.1.2.3"
AUTHORITY = "Q0E="
CLUSTER = "projects/p/locations/us-west1-a/clusters/c"
REFERENCE = "us-west1-docker.pkg.dev/p/r/api"
GOOD, BETTER, CRASHING, MISSING = (f"{REFERENCE}@sha256:{letter * 64}" for letter in "abcd")

NAMESPACE = "kubernetes:core/v1:Namespace"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SERVICE = "kubernetes:core/v1:Service"
JOB = "kubernetes:batch/v1:Job"
AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
SECRET = "kubernetes:core/v1:Secret"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
VOLUME_CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
QUOTA = "kubernetes:core/v1:ResourceQuota"


def kubeconfig(endpoint: str = ENDPOINT, authority: str = AUTHORITY) -> str:
    """A kubeconfig as components/cluster.py writes it."""
    cluster = {"server": f"https://{endpoint}", "certificate-authority-data": authority}
    return json.dumps(
        {
            "current-context": "c",
            "clusters": [{"name": "c", "cluster": cluster}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "c"}}],
            "users": [{"name": "c", "user": {}}],
        }
    )


def put_pool(
    world: World, name: str = "default", machine: str = "e2-standard-4", nodes: int = 2, **config: Any
) -> None:
    """A pool of one zone, or another size for one that is there."""
    inputs = {
        "cluster": CLUSTER,
        "autoscaling": {"minNodeCount": 1, "maxNodeCount": nodes},
        "nodeConfig": {"machineType": machine, **config},
    }
    with world.transaction() as tx:
        tx.put(Entity("gcp", POOL_TYPE, f"{CLUSTER}/nodePools/{name}", "", CLUSTER, inputs, {}))


@dataclass
class Resource:
    """One resource as an engine keeps it: checked inputs, outputs, id, and why it is not live."""

    type: str
    name: str
    id: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()

    @property
    def urn(self) -> str:
        return f"urn:pulumi:dev::slipway::{self.type}::{self.name}"

    @property
    def live(self) -> dict[str, Any]:
        """The object in clear, as the cluster has it."""
        clear: dict[str, Any] = unwrap(self.outputs)
        return clear


class Provider:
    """Drives the provider as an engine does."""

    def __init__(self, world: World, **settings: Any) -> None:
        self.world = world
        self.cloud = KubernetesCloud(world)
        self.cloud.configure("one", {"kubeconfig": kubeconfig(), **settings})

    def check(self, type: str, name: str, manifest: dict[str, Any]) -> list[CheckFailure]:
        return list(self.cloud.check("one", Resource(type, name).urn, type, {}, manifest, b"seed").failures)

    def create(self, type: str, name: str, manifest: dict[str, Any]) -> Resource:
        resource = Resource(type, name)
        resource.inputs = self._checked(resource, manifest)
        try:
            made = self.cloud.create("one", resource.urn, type, resource.inputs, False, 0)
            resource.id, resource.outputs = made.id, made.properties
        except PartialFailure as failure:
            resource.id, resource.outputs, resource.reasons = failure.id, failure.properties, failure.reasons
        return resource

    def diff(self, resource: Resource, manifest: dict[str, Any], ignore: tuple[str, ...] = ()) -> Diffed:
        news = self._checked(resource, manifest)
        return self.cloud.diff(
            "one", resource.urn, resource.id, resource.type, resource.inputs, resource.outputs, news, ignore
        )

    def update(self, resource: Resource, manifest: dict[str, Any]) -> Resource:
        news = self._checked(resource, manifest)
        state = (resource.urn, resource.id, resource.type, resource.inputs, resource.outputs, news)
        resource.reasons = ()
        try:
            resource.outputs = dict(self.cloud.update("one", *state, False, 0, []))
            resource.inputs = news
        except PartialFailure as failure:
            # Pulumi keeps the former inputs of an update that failed.
            resource.outputs, resource.reasons = failure.properties, failure.reasons
        return resource

    def adopt(self, resource: Resource, name: str, manifest: dict[str, Any]) -> Resource:
        """The object of another stack's resource, imported under a name of its own."""
        other = Resource(resource.type, name, resource.id)
        found = self.cloud.read("one", other.urn, other.id, other.type, {}, {})
        other.inputs, other.outputs = self._checked(other, manifest), dict(found.properties)
        return other

    def delete(self, resource: Resource) -> None:
        self.cloud.delete("one", resource.urn, resource.id, resource.type, resource.inputs, resource.outputs, 0)

    def _checked(self, resource: Resource, manifest: dict[str, Any]) -> dict[str, Any]:
        checked = self.cloud.check("one", resource.urn, resource.type, resource.inputs, manifest, b"seed")
        assert list(checked.failures) == []
        return checked.inputs


def deployment(image: str = GOOD, replicas: int = 2, cpu: str = "500m", **pod: Any) -> dict[str, Any]:
    """The manifest of a Deployment `api` in namespace `dev`."""
    labels = {"app": "api"}
    container = {"name": "api", "image": image, "resources": {"requests": {"cpu": cpu, "memory": "512Mi"}}}
    container |= pod.pop("container", {})
    return {
        "metadata": {"name": "api", "namespace": "dev"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container], **pod}},
        },
    }


def job(image: str = GOOD, **spec: Any) -> dict[str, Any]:
    """The manifest of a Job `migrate` in namespace `dev`."""
    pod = {"restartPolicy": "Never", "containers": [{"name": "migrate", "image": image}]}
    return {"metadata": {"name": "migrate", "namespace": "dev"}, "spec": {"template": {"spec": pod}, **spec}}


def make_world(folder: Path) -> World:
    """A cluster of two e2-standard-4 (3.92 vCPU for pods each), a registry with two good images and a crashing one."""
    world = World(folder / "world.sqlite")
    outputs = {
        "endpoint": ENDPOINT,
        "masterAuth": {"clusterCaCertificate": AUTHORITY},
        "location": "us-west1-a",
        "servicesIpv4Cidr": "10.20.0.0/20",
        "_uid": "uid1",
    }
    with world.transaction() as tx:
        tx.put(Entity("gcp", CLUSTER_TYPE, CLUSTER, "", "", {}, outputs))
        tx.put(Entity("gcp", registry.REPOSITORY_TYPE, "projects/p/locations/us-west1/repositories/r", ""))
    put_pool(world)
    for image in (GOOD, BETTER, CRASHING):
        reference, _, digest = image.partition("@")
        registry.push(world, reference, digest, crash=image == CRASHING)
    return world


@pytest.fixture
def world(tmp_path: Path) -> World:
    """See `make_world`."""
    return make_world(tmp_path)


@pytest.fixture
def provider(world: World) -> Provider:
    """A provider with namespace `dev` made."""
    provider = Provider(world)
    provider.create(NAMESPACE, "dev", {"metadata": {"name": "dev"}})
    return provider
