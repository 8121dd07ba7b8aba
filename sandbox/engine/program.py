"""Running a Pulumi program in this process against a monitor."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import os
import runpy
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime import settings as sdk
from pulumi.runtime.proto import engine_pb2

from sandbox.engine.crashes import Crash, crash_of, follow_applies, origins
from sandbox.engine.deployment import Deployment
from sandbox.engine.loop import Direct, PatientLoop
from sandbox.engine.monitor import SHUT_DOWN, Monitor
from sandbox.engine.remembered import remember
from sandbox.engine.transforms import Callbacks

_OVER = (SHUT_DOWN, "Resource monitor has terminated")
"""What the SDK says once the run is over, of registrations and of functions."""
_SEVERITIES = {0: "debug", 1: "info", 2: "warning", 3: "error"}


class Engine:
    """Pulumi's Engine service for a program in this process: logging, and the stack's own URN."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._root = ""

    def Log(self, request: Any) -> Any:
        """A message of the program."""
        severity = _SEVERITIES[request.severity]
        if self._deployment.over and SHUT_DOWN in request.message:
            return empty_pb2.Empty()
        if severity != "debug":
            self._deployment.note(request.urn, severity, request.message.rstrip("\n"))
        return empty_pb2.Empty()

    def GetRootResource(self, request: Any) -> Any:
        """The stack's URN, once set."""
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    def SetRootResource(self, request: Any) -> Any:
        """Remember the stack's URN."""
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    def RequirePulumiVersion(self, request: Any) -> Any:
        """Any version will do: the program runs here or is refused by name."""
        return engine_pb2.RequirePulumiVersionResponse()


def execute(
    deployment: Deployment,
    monitor: Monitor,
    main: Path,
    project_dir: Path,
    config: Mapping[str, str],
    secret_keys: frozenset[str],
    env: Mapping[str, str],
) -> Crash | None:
    """Run the program until all that it registered has settled. None if it did not raise.

    Every run has its own loop and context, so several can follow each other in a process. Not for use from two threads.
    """
    remember()
    follow_applies()
    context = contextvars.Context()
    return context.run(_execute, deployment, monitor, main, project_dir, config, secret_keys, env)


def _execute(
    deployment: Deployment,
    monitor: Monitor,
    main: Path,
    project_dir: Path,
    config: Mapping[str, str],
    secret_keys: frozenset[str],
    env: Mapping[str, str],
) -> Crash | None:
    pulumi.runtime.set_all_config(dict(config), sorted(secret_keys))
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            project=deployment.project,
            stack=deployment.stack,
            monitor=monitor,
            engine=Engine(deployment),
            parallel=deployment.parallel,
            dry_run=deployment.dry_run,
            organization="organization",
            root_directory=str(project_dir),
        )
    )
    sdk.ROOT.set(None)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = PatientLoop(
        Direct(now=lambda: monitor.at_once, together=deployment.together, at_most=max(deployment.parallel, 1))
    )
    # As many threads as the CLI's language host has, since registrations wait in them for what they depend on.
    executor = ThreadPoolExecutor(max_workers=max(deployment.parallel, 1) * 4)
    loop.set_default_executor(executor)
    with _surroundings(project_dir, env):
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(loop.last(_run(monitor, main)))
        except pulumi.RunError as error:
            if not deployment.over:
                deployment.note("", "error", str(error))
                deployment.failed.set()
        except SystemExit as stop:
            if stop.code not in (None, 0):
                deployment.note("", "error", f"the program exited with code {stop.code}")
                deployment.failed.set()
        except Exception as error:  # noqa: BLE001 - whatever the program raises is reported
            return None if deployment.over and _echo(error) else crash_of(error, main)
        finally:
            executor.shutdown(wait=True)
            _discard(loop)
            asyncio.set_event_loop(None)
    return None


async def _run(monitor: Monitor, main: Path) -> None:
    monitor.callbacks = Callbacks(monitor)
    setattr(sdk.SETTINGS, "callbacks", monitor.callbacks)  # noqa: B010 - a descriptor that type checkers misread

    def program() -> None:
        runpy.run_path(str(main), run_name="__main__")

    await pulumi.runtime.run_in_stack(program)


def _discard(loop: asyncio.AbstractEventLoop) -> None:
    """Close the loop of a program that may have stopped anywhere."""
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


@contextmanager
def _surroundings(directory: Path, env: Mapping[str, str]) -> Iterator[None]:
    """Working directory, import path, environment and arguments as the CLI sets them; put back afterwards.

    Modules that the program imports from its own folder are forgotten: the next run may be of another program.
    """
    before = os.getcwd(), list(sys.path), list(sys.argv), dict(os.environ)
    known = set(sys.modules)
    os.chdir(directory)
    os.environ.update(env)
    sys.argv = [str(directory)]
    try:
        yield
    finally:
        os.chdir(before[0])
        sys.path[:], sys.argv[:] = before[1], before[2]
        for name in set(os.environ) - set(before[3]):
            del os.environ[name]
        os.environ.update(before[3])
        for name in set(sys.modules) - known:
            file = getattr(sys.modules[name], "__file__", None)
            if file and Path(file).is_relative_to(directory) and "site-packages" not in file:
                del sys.modules[name]


def _echo(error: BaseException) -> bool:
    """Whether an exception only repeats that the run has failed already."""
    return any(isinstance(each, pulumi.RunError) or any(text in str(each) for text in _OVER) for each in origins(error))
