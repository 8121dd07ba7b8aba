"""A provider for tests: things kept in a JSON file, so that several processes and the real CLI see the same ones.

Inputs of a Thing: `name` (made up from the seed if absent), `size` (a change updates), `kind` (a change replaces),
`zone` (a change replaces, deleting first), `password`, `parts`, and `fail`, which makes operations fail: `create`,
`update`, `delete` refuse; `init` makes the thing but it does not become ready.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from sandbox.values import UNKNOWN, from_struct, has_unknowns, to_struct, unwrap

VERSION = "1.2.3"
REPLACING = ("kind", "zone")


class Things(provider_pb2_grpc.ResourceProviderServicer):
    """Package `test`. `calls` holds (method, name of the URN) in order, for this process."""

    at_once = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self.calls: list[tuple[str, str]] = []
        self.configured: dict[str, dict[str, Any]] = {}

    @contextmanager
    def store(self) -> Iterator[dict[str, Any]]:
        """The things by ID, locked against other processes, written back."""
        with Path(f"{self.path}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            things = json.loads(self.path.read_text()) if self.path.exists() else {}
            before = json.dumps(things)
            yield things
            if json.dumps(things) != before:
                self.path.write_text(json.dumps(things))

    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse()

    def Attach(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=VERSION)

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        old, new = from_struct(request.old_inputs), from_struct(request.news)
        changed = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some if changed else none, diffs=changed, replaces=[key for key in changed if key == "account"]
        )

    def Configure(self, request: Any, context: Any) -> Any:
        self.configured[context.peer()] = unwrap(from_struct(request.args))
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:
        self._called("Check", request)
        olds, news = from_struct(request.olds), from_struct(request.news)
        news.setdefault("name", olds.get("name") or f"{request.name}-{request.randomSeed.hex()[:7]}")
        failures = []
        if isinstance(news.get("size"), str) and news["size"] != UNKNOWN:
            failures.append(provider_pb2.CheckFailure(property="size", reason="must be a number"))
        return provider_pb2.CheckResponse(inputs=to_struct(news), failures=failures)

    def Diff(self, request: Any, context: Any) -> Any:
        self._called("Diff", request)
        old, new = from_struct(request.old_inputs), from_struct(request.news)
        changed = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
        detailed = {}
        for key in changed:
            kind = "ADD" if key not in old else "DELETE" if key not in new else "UPDATE"
            kind += "_REPLACE" if key in REPLACING else ""
            detailed[key] = provider_pb2.PropertyDiff(kind=provider_pb2.PropertyDiff.Kind.Value(kind), inputDiff=True)
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some if changed else none,
            diffs=changed,
            replaces=[key for key in changed if key in REPLACING],
            detailedDiff=detailed,
            hasDetailedDiff=True,
            deleteBeforeReplace="zone" in changed,
        )

    def Create(self, request: Any, context: Any) -> Any:
        news = from_struct(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=to_struct({**news, "address": UNKNOWN}))
        self._called("Create", request)
        assert not has_unknowns(news)
        if news.get("fail") == "create":
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"cannot create {news['name']}")
        with self.store() as things:
            if any(thing["inputs"]["name"] == news["name"] for thing in things.values()):
                context.abort(grpc.StatusCode.ALREADY_EXISTS, f"{news['name']} exists already")
            id_ = f"id-{news['name']}"
            things[id_] = {"urn": request.urn, "inputs": news}
        outputs = self.outputs(id_, news)
        if news.get("fail") == "init":
            _partial(context, id_, outputs, news)
        return provider_pb2.CreateResponse(id=id_, properties=to_struct(outputs))

    def Update(self, request: Any, context: Any) -> Any:
        news = from_struct(request.news)
        if not request.preview:
            self._called("Update", request)
            if news.get("fail") == "update":
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"cannot update {news['name']}")
            with self.store() as things:
                things[request.id]["inputs"] = news
            if news.get("fail") == "init":
                _partial(context, request.id, self.outputs(request.id, news), news)
        return provider_pb2.UpdateResponse(properties=to_struct(self.outputs(request.id, news)))

    def Read(self, request: Any, context: Any) -> Any:
        self._called("Read", request)
        with self.store() as things:
            found = things.get(request.id)
        if found is None:
            return provider_pb2.ReadResponse()
        inputs = found["inputs"]
        outputs = self.outputs(request.id, inputs)
        return provider_pb2.ReadResponse(id=request.id, properties=to_struct(outputs), inputs=to_struct(inputs))

    def Delete(self, request: Any, context: Any) -> Any:
        self._called("Delete", request)
        if from_struct(request.old_inputs).get("fail") == "delete":
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"{request.id} is in use")
        with self.store() as things:
            things.pop(request.id, None)
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> Any:
        args = from_struct(request.args)
        if args.get("say") == "nothing":
            context.abort(grpc.StatusCode.NOT_FOUND, "there is nothing to say")
        answer = provider_pb2.InvokeResponse()
        getattr(answer, "return").CopyFrom(to_struct({"echo": args.get("say"), "account": self._account(context)}))
        return answer

    def outputs(self, id_: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """What a thing shows: its inputs and an address."""
        return {**inputs, "address": f"test://{id_}"}

    def _account(self, context: Any) -> str:
        return str(self.configured[context.peer()].get("account", "none"))

    def _called(self, method: str, request: Any) -> None:
        self.calls.append((method, request.name))


def _partial(context: Any, id_: str, outputs: dict[str, Any], inputs: dict[str, Any]) -> None:
    detail = provider_pb2.ErrorResourceInitFailed(
        id=id_, properties=to_struct(outputs), inputs=to_struct(inputs), reasons=["it does not become ready"]
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message="initialization failed")
    status.details.add().Pack(detail)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, "initialization failed")
