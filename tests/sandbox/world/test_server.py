"""The providers over gRPC, as a Pulumi CLI speaks to them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from sandbox.clouds.faults import OPERATIONS, Effect, Fault, Faults
from sandbox.clouds.server import export_lines, serving
from sandbox.clouds.world import World
from sandbox.values import from_struct, to_struct

TOPIC = "gcp:pubsub/topic:Topic"
URN = "urn:pulumi:dev::p::gcp:pubsub/topic:Topic::events"


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    with serving(tmp_path) as exported:
        yield exported


def connect(environment: dict[str, str], package: str) -> provider_pb2_grpc.ResourceProviderStub:
    """A connection of its own: Python's channels to one address share one otherwise."""
    ports = dict(pair.split(":") for pair in environment["PULUMI_DEBUG_PROVIDERS"].split(","))
    options = [("grpc.use_local_subchannel_pool", 1)]
    return provider_pb2_grpc.ResourceProviderStub(grpc.insecure_channel(f"127.0.0.1:{ports[package]}", options))


def create(
    stub: provider_pb2_grpc.ResourceProviderStub, name: str, preview: bool = False
) -> provider_pb2.CreateResponse:
    inputs = to_struct({"name": name})
    return stub.Create(provider_pb2.CreateRequest(urn=URN, type=TOPIC, properties=inputs, preview=preview))


def test_the_exports_attach_a_cli_and_keep_it_from_downloading(environment: dict[str, str], tmp_path: Path) -> None:
    lines = export_lines(environment)

    assert f"export PULUMI_BACKEND_URL=file://{tmp_path}" in lines
    assert "export PULUMI_CONFIG_PASSPHRASE=slipway-sandbox" in lines
    assert "export PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true" in lines
    assert lines[0].startswith("export PULUMI_DEBUG_PROVIDERS=gcp:")
    assert ",github:" in lines[0]
    assert ",kubernetes:" in lines[0]


@pytest.mark.parametrize("package", ["gcp", "github", "kubernetes"])
def test_the_versions_are_the_sdks(environment: dict[str, str], package: str) -> None:
    info = connect(environment, package).GetPluginInfo(empty_pb2.Empty())

    assert info.version == version(f"pulumi_{package}")


def test_each_connection_has_its_own_configuration(environment: dict[str, str]) -> None:
    ids = []
    for project in ("acme-dev", "acme-prod"):
        stub = connect(environment, "gcp")
        stub.Configure(provider_pb2.ConfigureRequest(args=to_struct({"project": project})))
        ids.append((stub, project))

    assert [create(stub, "events").id for stub, _ in ids] == [f"projects/{it}/topics/events" for _, it in ids]


def test_a_preview_makes_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    stub = connect(environment, "gcp")
    stub.Configure(provider_pb2.ConfigureRequest(args=to_struct({"project": "acme"})))
    planned = create(stub, "events", preview=True)

    assert (planned.id, from_struct(planned.properties)["name"]) == ("", "events")
    with World(tmp_path / "world.sqlite").read() as tx:
        assert tx.list("gcp") == []


def test_errors_carry_code_and_remedy(environment: dict[str, str]) -> None:
    stub = connect(environment, "gcp")
    stub.Configure(provider_pb2.ConfigureRequest(args=to_struct({"project": "acme"})))
    create(stub, "events")
    with pytest.raises(grpc.RpcError) as caught:
        create(stub, "events")

    assert caught.value.code() is grpc.StatusCode.ALREADY_EXISTS
    assert "Choose another name, or import it" in caught.value.details()


def test_a_type_that_is_not_emulated_is_refused_by_name(environment: dict[str, str]) -> None:
    stub = connect(environment, "gcp")
    with pytest.raises(grpc.RpcError) as caught:
        stub.Check(provider_pb2.CheckRequest(urn=URN, type="gcp:bigquery/dataset:Dataset"))

    assert caught.value.details() == (
        "type gcp:bigquery/dataset:Dataset is not emulated; docs/reference/sandbox-coverage.md lists what is"
    )


def test_a_crash_after_the_doing_loses_only_the_answer(environment: dict[str, str], tmp_path: Path) -> None:
    world = World(tmp_path / "world.sqlite")
    Faults(world).plan(Fault(TOPIC, "create", Effect.CRASH))
    stub = connect(environment, "gcp")
    stub.Configure(provider_pb2.ConfigureRequest(args=to_struct({"project": "acme"})))
    with pytest.raises(grpc.RpcError) as caught:
        create(stub, "events")

    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    found = world.resolve(URN, [])
    assert found is not None
    assert found[0] == "projects/acme/topics/events"


@pytest.mark.parametrize(
    ("effect", "code"),
    [
        (Effect.FAIL, grpc.StatusCode.UNAVAILABLE),
        (Effect.CRASH, grpc.StatusCode.UNAVAILABLE),
        (Effect.TIMEOUT, grpc.StatusCode.DEADLINE_EXCEEDED),
        (Effect.QUOTA, grpc.StatusCode.RESOURCE_EXHAUSTED),
        (Effect.PERMISSION, grpc.StatusCode.PERMISSION_DENIED),
    ],
)
def test_every_effect_strikes_every_operation(
    environment: dict[str, str], tmp_path: Path, effect: Effect, code: grpc.StatusCode
) -> None:
    stub = connect(environment, "gcp")
    stub.Configure(provider_pb2.ConfigureRequest(args=to_struct({"project": "acme"})))
    create(stub, "news")
    function, id_, state = "gcp:organizations/getProject:getProject", "projects/acme/topics/news", {"name": "news"}
    known = {"urn": URN, "type": TOPIC, "id": id_}
    calls = {
        "create": lambda: create(stub, "events"),
        "read": lambda: stub.Read(provider_pb2.ReadRequest(**known, properties=to_struct(state))),
        "update": lambda: stub.Update(
            provider_pb2.UpdateRequest(
                **known, olds=to_struct(state), old_inputs=to_struct(state), news=to_struct(state)
            )
        ),
        "delete": lambda: stub.Delete(provider_pb2.DeleteRequest(**known, properties=to_struct(state))),
        "invoke": lambda: stub.Invoke(provider_pb2.InvokeRequest(tok=function, args=to_struct({"projectId": "acme"}))),
    }
    assert set(calls) == set(OPERATIONS)
    faults = Faults(World(tmp_path / "world.sqlite"))
    for operation, call in calls.items():
        faults.plan(Fault(function if operation == "invoke" else TOPIC, operation, effect))
        with pytest.raises(grpc.RpcError, match=f"planned fault: .*{operation} of ") as caught:
            call()
        assert caught.value.code() is code, operation
