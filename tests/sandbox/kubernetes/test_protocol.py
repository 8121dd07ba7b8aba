"""The provider over gRPC, as the Pulumi CLI meets it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from sandbox.clouds.faults import Faults
from sandbox.clouds.kubernetes.cloud import KubernetesCloud
from sandbox.clouds.servicer import ProviderServicer
from sandbox.clouds.world import World
from sandbox.values import from_struct, is_secret, to_struct
from tests.sandbox.kubernetes.conftest import DEPLOYMENT, MISSING, NAMESPACE, SECRET, Resource, deployment, kubeconfig


@pytest.fixture
def address(world: World) -> Iterator[str]:
    """A server over the world."""
    server = grpc.server(ThreadPoolExecutor(max_workers=4))
    servicer = ProviderServicer(KubernetesCloud(world), Faults(world))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(grace=None).wait()


@pytest.fixture
def stub(address: str) -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    """One configured provider instance, with namespace `dev` made."""
    with grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        stub.Configure(provider_pb2.ConfigureRequest(args=to_struct({"kubeconfig": kubeconfig()})))
        create(stub, NAMESPACE, "dev", {"metadata": {"name": "dev"}})
        yield stub


def create(
    stub: provider_pb2_grpc.ResourceProviderStub, type_: str, name: str, manifest: dict[str, object]
) -> provider_pb2.CreateResponse:
    urn = Resource(type_, name).urn
    checked = stub.Check(provider_pb2.CheckRequest(urn=urn, news=to_struct(manifest), randomSeed=b"seed"))
    assert not checked.failures
    return stub.Create(provider_pb2.CreateRequest(urn=urn, properties=checked.inputs))


def test_partial_failure_carries_what_was_made(stub: provider_pb2_grpc.ResourceProviderStub) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        create(stub, DEPLOYMENT, "api", deployment(MISSING))

    assert raised.value.code() is grpc.StatusCode.UNKNOWN
    (binary,) = [value for key, value in raised.value.trailing_metadata() if key == "grpc-status-details-bin"]
    detail = provider_pb2.ErrorResourceInitFailed()
    status_pb2.Status.FromString(binary).details[0].Unpack(detail)
    assert detail.id == "dev/api"
    assert "Minimum number of live Pods was not attained" in detail.reasons
    assert from_struct(detail.properties)["status"]["unavailableReplicas"] == 2


def test_data_of_a_secret_is_marked_on_the_wire(stub: provider_pb2_grpc.ResourceProviderStub) -> None:
    made = create(stub, SECRET, "db", {"metadata": {"namespace": "dev"}, "stringData": {"password": "hunter2"}})

    outputs = from_struct(made.properties)
    assert is_secret(outputs["data"])
    assert is_secret(outputs["__inputs"]["data"])


def test_instances_are_told_apart_by_their_connection(
    address: str, stub: provider_pb2_grpc.ResourceProviderStub
) -> None:
    with grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
        other = provider_pb2_grpc.ResourceProviderStub(channel)
        other.Configure(provider_pb2.ConfigureRequest(args=to_struct({"kubeconfig": kubeconfig("34.9.9.9")})))

        with pytest.raises(grpc.RpcError, match="configured Kubernetes cluster is unreachable"):
            create(other, NAMESPACE, "other", {"metadata": {"name": "other"}})
        assert create(stub, NAMESPACE, "other", {"metadata": {"name": "other"}}).id == "other"
