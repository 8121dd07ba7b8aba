"""Pods that mount secrets of Secret Manager: started only where the secret is there and their principal may read it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.clouds.kubernetes.clusters import CLUSTER_TYPE
from sandbox.clouds.world import Entity, World
from tests.sandbox.kubernetes.conftest import CLUSTER, DEPLOYMENT, Provider, deployment

CLASS = "kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass"
SECRET = "projects/p/secrets/clerk"
ACCOUNT = (
    "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p.svc.id.goog/subject/ns/dev/sa/"
)
VOLUME = {
    "name": "secrets",
    "csi": {"driver": "secrets-store-gke.csi.k8s.io", "volumeAttributes": {"secretProviderClass": "files"}},
}
DENIED = "Permission 'secretmanager.versions.access' denied for resource '{}' (or it may not exist)."


@pytest.fixture
def world(world: World) -> World:
    """The cluster with GKE's add-on and its workload pool."""
    with world.transaction() as tx:
        cluster = tx.get("gcp", CLUSTER_TYPE, CLUSTER)
        assert cluster
        more = {
            "secretManagerConfig": {"enabled": True},
            "workloadIdentityConfig": {"workloadPool": "p.svc.id.goog"},
        }
        tx.put(Entity("gcp", CLUSTER_TYPE, CLUSTER, "", "", {}, {**cluster.outputs, **more}))
    return world


def put_secret(world: World, version: bool = True, member: str = "default", **facts: Any) -> None:
    """A secret, one version of it unless told otherwise, and one grant."""
    with world.transaction() as tx:
        kind = "gcp:secretmanager/secret"
        tx.put(Entity("gcp", f"{kind}:Secret", SECRET, "", "", {}, {"name": "projects/1/secrets/clerk"}))
        if version:
            tx.put(Entity("gcp", f"{kind}Version:SecretVersion", f"{SECRET}/versions/1", "", SECRET, {}, facts))
        grant = {"role": "roles/secretmanager.secretAccessor", "member": ACCOUNT + member}
        tx.put(Entity("gcp", f"{kind}IamMember:SecretIamMember", f"{SECRET}/grant", "", SECRET, {}, grant))


def mounted(provider: Provider, resource: str = f"{SECRET}/versions/1", by: str = "gke") -> tuple[str, ...]:
    """Why a Deployment that mounts the resource does not become ready; empty where it does."""
    entries = json.dumps([{"resourceName": resource, "path": "clerk"}])
    given = {"provider": by, "parameters": {"secrets": entries}}
    provider.create(CLASS, "files", {"metadata": {"name": "files", "namespace": "dev"}, "spec": given})
    return provider.create(DEPLOYMENT, "api", deployment(replicas=1, volumes=[VOLUME])).reasons


@pytest.mark.parametrize("resource", [f"{SECRET}/versions/1", "projects/1/secrets/clerk/versions/latest"])
def test_a_secret_that_the_pod_may_read_is_mounted(provider: Provider, resource: str) -> None:
    put_secret(provider.world)
    assert mounted(provider, resource) == ()


@pytest.mark.parametrize(
    ("secret", "resource", "reason"),
    [
        ({"member": "other"}, f"{SECRET}/versions/1", f"code = PermissionDenied desc = {DENIED}"),
        ({}, "projects/p/secrets/clark/versions/1", f"code = PermissionDenied desc = {DENIED}"),
        ({}, f"{SECRET}/versions/2", "code = NotFound desc = Secret Version [{}] not found."),
        ({"version": False}, f"{SECRET}/versions/latest", "code = NotFound desc = Secret Version [{}] not found."),
        ({"enabled": False}, f"{SECRET}/versions/1", "code = NotFound desc = Secret Version [{}] not found."),
    ],
    ids=["granted to another", "no such secret", "no such version", "no version at all", "disabled"],
)
def test_any_other_keeps_the_pod_from_starting(
    provider: Provider, secret: dict[str, Any], resource: str, reason: str
) -> None:
    put_secret(provider.world, **secret)
    [told] = [text for text in mounted(provider, resource) if "MountVolume.SetUp failed" in text]
    assert 'MountVolume.SetUp failed for volume "secrets" : rpc error: code = Unknown desc = failed to mount' in told
    assert told.endswith(reason.format(resource))


def test_the_add_on_is_another_provider_than_the_driver_it_was_made_from(provider: Provider) -> None:
    put_secret(provider.world)
    assert any('provider not found: provider "gcp"' in text for text in mounted(provider, by="gcp"))


def test_a_class_that_is_not_there_is_named(provider: Provider) -> None:
    reasons = provider.create(DEPLOYMENT, "api", deployment(replicas=1, volumes=[VOLUME])).reasons
    assert any('SecretProviderClass.secrets-store.csi.x-k8s.io "files" not found' in text for text in reasons)
