"""The SDK's own cost: a program against a monitor that answers every registration at once with its inputs.

Over gRPC, as every Pulumi program speaks to its engine, the monitor has a process of its own. Without gRPC, as this
project's engine is spoken to, it is an object in the program's process.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import runpy
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime import settings as sdk
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc

from sandbox.engine.monitor import FEATURES
from sandbox.engine.tuning import tuned

PROJECT, STACK = "many-topics", "bench"
PARALLEL = 16
THREADS = PARALLEL * 4
"""As many as the CLI's language host gives a program, and this project's engine."""


class TrivialMonitor(resource_pb2_grpc.ResourceMonitorServicer):
    """Knows nothing, keeps nothing. The context is None where it is called without gRPC."""

    def __init__(self, project: str = PROJECT, stack: str = STACK) -> None:
        self._project, self._stack = project, stack

    def GetDeploymentInfo(self, request: Any, context: Any = None) -> resource_pb2.DeploymentInfo:
        return resource_pb2.DeploymentInfo(
            project=self._project,
            stack=self._stack,
            organization="organization",
            parallel=PARALLEL,
            supportedFeatures=FEATURES,
        )

    def RegisterResource(self, request: Any, context: Any = None) -> resource_pb2.RegisterResourceResponse:
        return resource_pb2.RegisterResourceResponse(
            urn=f"urn:pulumi:{self._stack}::{self._project}::{request.type}::{request.name}",
            id=request.name if request.custom else "",
            object=request.object,
        )

    def RegisterResourceOutputs(self, request: Any, context: Any = None) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, request: Any, context: Any = None) -> empty_pb2.Empty:
        return empty_pb2.Empty()


class TrivialEngine(engine_pb2_grpc.EngineServicer):
    """Swallows what the program logs."""

    def __init__(self) -> None:
        self._root = ""

    def Log(self, request: Any, context: Any = None) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def GetRootResource(self, request: Any, context: Any = None) -> engine_pb2.GetRootResourceResponse:
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    def SetRootResource(self, request: Any, context: Any = None) -> engine_pb2.SetRootResourceResponse:
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()


@contextmanager
def served() -> Iterator[str]:
    """Both services over gRPC for as long as the block lasts; gives their address."""
    server = grpc.server(ThreadPoolExecutor(max_workers=THREADS))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(TrivialMonitor(), server)
    engine_pb2_grpc.add_EngineServicer_to_server(TrivialEngine(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(grace=1).wait()


def run(
    program: Path,
    config: dict[str, str],
    address: str = "",
    *,
    monitor: TrivialMonitor | None = None,
    project: str = PROJECT,
    stack: str = STACK,
) -> None:
    """Run the program against the monitor at this address, or against one in this process. Once in a process."""
    with tuned():
        contextvars.Context().run(_run, program, config, address, monitor or TrivialMonitor(), project, stack)


def _run(
    program: Path, config: dict[str, str], address: str, monitor: TrivialMonitor, project: str, stack: str
) -> None:
    pulumi.runtime.set_all_config(config, [])
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            project=project,
            stack=stack,
            monitor=address or monitor,
            engine=address or TrivialEngine(),
            parallel=PARALLEL,
            dry_run=False,
            organization="organization",
            root_directory=os.getcwd(),
        )
    )
    sdk.ROOT.set(None)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    with ThreadPoolExecutor(max_workers=THREADS) as executor:
        loop.set_default_executor(executor)
        loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: _execute(program)))


def _execute(program: Path) -> None:
    runpy.run_path(str(program), run_name="__main__")
