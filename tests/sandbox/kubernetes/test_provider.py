"""The provider's own behaviour: names, diffs, replacement, ownership, unreachable clusters, secrets."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from sandbox.clouds.kubernetes import objects
from sandbox.clouds.protocol import CloudError, Kind, Reason
from sandbox.clouds.world import World
from sandbox.values import UNKNOWN, is_secret, secret, unwrap
from tests.sandbox.kubernetes.conftest import (
    BETTER,
    CLUSTER,
    CONFIG_MAP,
    DEPLOYMENT,
    NAMESPACE,
    SECRET,
    SERVICE,
    Provider,
    Resource,
    deployment,
    kubeconfig,
)

MAP: dict[str, Any] = {"metadata": {"namespace": "dev"}, "data": {"a": "1"}}


def test_auto_name_stays_and_is_marked(provider: Provider) -> None:
    made = provider.create(CONFIG_MAP, "settings", MAP)
    name = made.live["metadata"]["name"]

    assert name.startswith("settings-")
    assert len(name) == len("settings-") + 8
    assert made.id == f"dev/{name}"
    assert made.live["metadata"]["annotations"] == {"pulumi.com/autonamed": "true"}
    assert provider.diff(made, MAP).changes is False


def test_default_namespace_is_the_providers(world: World) -> None:
    provider = Provider(world, namespace="dev")
    provider.create(NAMESPACE, "dev", {"metadata": {"name": "dev"}})

    assert provider.create(CONFIG_MAP, "settings", {"metadata": {"name": "s"}}).id == "dev/s"
    assert Provider(world).create(CONFIG_MAP, "settings", {"metadata": {"name": "s"}}).id == "default/s"


def test_outputs_have_the_real_providers_shape(provider: Provider) -> None:
    made = provider.create(DEPLOYMENT, "api", deployment())
    live = made.live

    assert live["__inputs"] == made.inputs
    assert live["__initialApiVersion"] == "apps/v1"
    assert live["__fieldManager"].startswith("pulumi-kubernetes-")
    assert live["metadata"]["generation"] == live["status"]["observedGeneration"] == 1
    assert live["metadata"]["annotations"] == {"deployment.kubernetes.io/revision": "1"}
    assert sorted(live["metadata"]) == [
        "annotations", "creationTimestamp", "generation", "name", "namespace", "resourceVersion", "uid",
    ]  # fmt: skip
    assert sorted(live["status"]) == [
        "availableReplicas", "conditions", "observedGeneration", "readyReplicas", "replicas", "updatedReplicas",
    ]  # fmt: skip


def test_equal_quantities_are_no_change(provider: Provider) -> None:
    made = provider.create(DEPLOYMENT, "api", deployment(cpu="1"))

    assert provider.diff(made, deployment(cpu="1000m")).changes is False
    assert provider.diff(made, deployment(cpu="1001m")).detailed == {
        "spec.template.spec.containers[0].resources.requests.cpu": Kind.UPDATE
    }


def test_image_is_updated_in_place(provider: Provider) -> None:
    made = provider.create(DEPLOYMENT, "api", deployment())
    diff = provider.diff(made, deployment(BETTER))

    assert diff.detailed == {"spec.template.spec.containers[0].image": Kind.UPDATE}
    assert (list(diff.replaces), diff.delete_before_replace) == ([], False)
    assert provider.diff(made, deployment(BETTER), ("spec.template.spec.containers[0].image",)).changes is False


def test_what_a_program_no_longer_sets_goes(provider: Provider) -> None:
    manifest = {"metadata": {"name": "api", "namespace": "dev", "labels": {"a": "1", "b": "2"}}}
    made = provider.create("kubernetes:core/v1:ServiceAccount", "api", manifest)
    less = {"metadata": {"name": "api", "namespace": "dev", "labels": {"a": "1"}}}

    assert provider.diff(made, less).detailed == {"metadata.labels.b": Kind.DELETE}
    assert provider.update(made, less).live["metadata"]["labels"] == {"a": "1"}


def test_replacement_deletes_first_only_where_the_name_is_fixed(provider: Provider) -> None:
    named = provider.create(
        CONFIG_MAP, "named", {"metadata": {"name": "named", "namespace": "dev"}, "data": {"a": "1"}}
    )
    other = {"metadata": {"name": "named", "namespace": "dev"}, "data": {"a": "2"}}
    auto = provider.create(CONFIG_MAP, "auto", MAP)

    fixed_name = provider.diff(named, other)
    auto_name = provider.diff(auto, {**MAP, "data": {"a": "2"}})
    renamed = provider.diff(named, {**other, "metadata": {"name": "renamed", "namespace": "dev"}})

    assert (list(fixed_name.replaces), fixed_name.delete_before_replace) == (["data.a"], True)
    assert (list(auto_name.replaces), auto_name.delete_before_replace) == (["data.a"], False)
    assert (sorted(renamed.replaces), renamed.delete_before_replace) == (["data.a", "metadata.name"], False)


def test_config_maps_can_be_declared_mutable(world: World) -> None:
    provider = Provider(world, enableConfigMapMutable="true")
    made = provider.create(CONFIG_MAP, "s", {"metadata": {"name": "s"}, "data": {"a": "1"}})
    fixed = provider.create(CONFIG_MAP, "f", {"metadata": {"name": "f"}, "data": {"a": "1"}, "immutable": True})

    assert list(provider.diff(made, {"metadata": {"name": "s"}, "data": {"a": "2"}}).replaces) == []
    assert list(provider.diff(fixed, {"metadata": {"name": "f"}, "data": {"a": "2"}, "immutable": True}).replaces) == [
        "data.a"
    ]


def test_unknown_value_is_a_change_and_replaces_where_a_known_one_would(provider: Provider) -> None:
    made = provider.create(DEPLOYMENT, "api", deployment())
    unknown_name = deployment()
    unknown_name["metadata"]["namespace"] = UNKNOWN

    assert list(provider.diff(made, deployment(UNKNOWN)).replaces) == []
    assert provider.diff(made, deployment(UNKNOWN)).changes is True
    assert list(provider.diff(made, unknown_name).replaces) == ["metadata.namespace"]


def test_taken_name_is_refused(provider: Provider) -> None:
    provider.create(DEPLOYMENT, "api", deployment())

    with pytest.raises(CloudError, match=r'deployments.apps "api" already exists') as refusal:
        provider.create(DEPLOYMENT, "another", deployment())
    assert refusal.value.reason is Reason.ALREADY_EXISTS
    with pytest.raises(CloudError, match='namespaces "default" already exists'):
        provider.create(NAMESPACE, "default", {"metadata": {"name": "default"}})


def test_namespace_must_exist_and_takes_all_with_it(provider: Provider, world: World) -> None:
    elsewhere = {"metadata": {"name": "s", "namespace": "nowhere"}}
    with pytest.raises(CloudError, match='namespaces "nowhere" not found'):
        provider.create(CONFIG_MAP, "s", elsewhere)
    provider.create(DEPLOYMENT, "api", deployment())
    kept = provider.create(CONFIG_MAP, "kept", {"metadata": {"name": "kept", "namespace": "default"}})

    provider.delete(Resource(NAMESPACE, "dev", "dev"))

    with world.read() as tx:
        assert [entity.resource_id for entity in tx.list(objects.CLOUD)] == [kept.id]


def test_deleting_twice_is_no_error_and_a_read_finds_nothing(provider: Provider) -> None:
    made = provider.create(DEPLOYMENT, "api", deployment())
    provider.delete(made)
    provider.delete(made)

    assert provider.cloud.read("one", made.urn, made.id, DEPLOYMENT, made.inputs, made.outputs).id == ""
    with pytest.raises(CloudError, match=r'update of resource "urn:.*" failed: deployments.apps "api" not found'):
        provider.update(made, deployment(BETTER))


def test_read_gives_back_what_was_made(provider: Provider) -> None:
    made = provider.create(SERVICE, "api", {"metadata": {"name": "api"}, "spec": {"ports": [{"port": 80}]}})
    found = provider.cloud.read("one", made.urn, made.id, SERVICE, made.inputs, made.outputs)

    assert (found.id, found.inputs, found.properties) == (made.id, made.inputs, made.outputs)


def test_import_takes_the_live_object_as_inputs(provider: Provider) -> None:
    made = provider.create(CONFIG_MAP, "s", {"metadata": {"name": "s"}, "data": {"a": "1"}})
    found = provider.cloud.read("one", made.urn, made.id, CONFIG_MAP, {}, {})

    assert found.inputs == made.inputs


def test_preview_says_what_is_known_and_changes_nothing(provider: Provider, world: World) -> None:
    urn = Resource(SERVICE, "api").urn
    inputs = provider.cloud.check(
        "one", urn, SERVICE, {}, {"metadata": {"name": "api"}, "spec": {"ports": [{"port": 80}]}}, b""
    ).inputs
    planned = provider.cloud.create("one", urn, SERVICE, inputs, True, 0)

    assert planned.id == ""
    assert planned.properties["spec"]["type"] == "ClusterIP"
    assert "uid" not in planned.properties["metadata"]
    assert "clusterIP" not in planned.properties["spec"]
    with world.read() as tx:
        assert tx.list(objects.CLOUD, SERVICE) == []


def test_cluster_that_is_gone_is_unreachable(provider: Provider, world: World) -> None:
    made = provider.create(DEPLOYMENT, "api", deployment())
    with world.transaction() as tx:
        tx.delete("gcp", "gcp:container/cluster:Cluster", CLUSTER)

    message = (
        "configured Kubernetes cluster is unreachable: unable to load schema information from the API server: "
        'Get "https://34.1.2.3/openapi/v2'
    )
    with pytest.raises(CloudError) as refusal:
        provider.update(made, deployment(BETTER))
    assert refusal.value.message.startswith(message)
    assert refusal.value.reason is Reason.UNAVAILABLE
    with pytest.raises(CloudError, match="PULUMI_K8S_DELETE_UNREACHABLE"):
        provider.delete(made)
    forgiving = Provider(world, deleteUnreachable="true")
    forgiving.delete(made)
    assert forgiving.cloud.read("one", made.urn, made.id, DEPLOYMENT, made.inputs, made.outputs).id == ""


def test_certificate_of_a_former_cluster_is_refused(world: World) -> None:
    provider = Provider(world, kubeconfig=kubeconfig(authority="T1RIRVI="))

    with pytest.raises(CloudError, match="x509: certificate signed by unknown authority"):
        provider.create(NAMESPACE, "dev", {"metadata": {"name": "dev"}})


def test_secrets_are_marked_everywhere(provider: Provider) -> None:
    manifest = {"metadata": {"name": "db", "namespace": "dev"}, "stringData": {"password": secret("hunter2")}}
    made = provider.create(SECRET, "db", manifest)
    encoded = base64.b64encode(b"hunter2").decode()

    assert is_secret(made.inputs["data"])
    assert is_secret(made.outputs["data"])
    assert is_secret(made.outputs["__inputs"]["data"])
    assert unwrap(made.outputs["data"]) == {"password": encoded}
    assert "stringData" not in made.outputs


def test_secret_in_a_pods_environment_is_marked(provider: Provider) -> None:
    manifest = deployment(container={"env": [{"name": "TOKEN", "value": secret("hunter2")}]})
    made = provider.create(DEPLOYMENT, "api", manifest)

    for outputs in (made.outputs, made.outputs["__inputs"]):
        assert is_secret(outputs["spec"]["template"]["spec"]["containers"])
    assert made.reasons == ()
    assert provider.diff(made, manifest).changes is False


def test_what_was_made_is_found_by_its_urn(provider: Provider, world: World) -> None:
    made = provider.create(DEPLOYMENT, "api", deployment())

    assert world.resolve(made.urn, []) == (made.id, made.outputs)
    assert world.resolve(made.urn, [(made.id, made.outputs)]) is None
