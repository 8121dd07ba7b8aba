"""The SDK's own time for a program of this project: it runs against a monitor that knows every answer beforehand.

The answers are those of an update by the engine, so the program goes the same way; nothing is checked, compared or kept.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from pulumi.runtime.proto import resource_pb2

from bench import floor
from bench.updating import project_of, update
from delivery.place import CONFIG_DIR
from sandbox.engine.monitor import Monitor

_RUN: Any = import_module("sandbox.engine.run")
"""The module, whose name its package gives to the function."""

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Answers:
    """What a program was answered: as bytes, since messages of protobuf do not go from process to process."""

    registrations: Mapping[Key, bytes]
    invokes: Mapping[tuple[str, bytes], bytes]


def answers(program: Path, config: Path, sandbox: Path, stack: str) -> Answers:
    """Those of an update in this sandbox. Raises RuntimeError where it fails. Once in a process."""
    registrations: dict[Key, bytes] = {}
    invokes: dict[tuple[str, bytes], bytes] = {}

    class Listening(Monitor):
        """Writes down what it answers."""

        def RegisterResource(self, request: Any, *args: Any) -> Any:
            key = _key(request)
            answer = super().RegisterResource(request, *args)
            registrations[key] = answer.SerializeToString()
            return answer

        def Invoke(self, request: Any, *args: Any) -> Any:
            answer = super().Invoke(request, *args)
            invokes[_asked(request)] = answer.SerializeToString()
            return answer

    _RUN.Monitor = Listening
    update(program, config, sandbox, stack)
    return Answers(registrations, invokes)


def seconds(program: Path, config: Path, stack: str, known: Answers) -> float:
    """How long a processor is busy with the program when each answer comes at once. Once in a process."""

    class Replaying(floor.TrivialMonitor):
        """Answers from the recording."""

        def RegisterResource(self, request: Any, context: Any = None) -> Any:
            return resource_pb2.RegisterResourceResponse.FromString(known.registrations[_key(request)])

        def Invoke(self, request: Any, context: Any = None) -> Any:
            return resource_pb2.ResourceInvokeResponse.FromString(known.invokes[_asked(request)])

    project, values, _, _ = project_of(program, config, stack)
    os.environ[CONFIG_DIR] = str(config)
    begun = time.process_time()
    floor.run(
        program / "__main__.py", dict(values), monitor=Replaying(project.name, stack), project=project.name, stack=stack
    )
    return time.process_time() - begun


def _key(request: Any) -> Key:
    return request.type, request.name, request.parent.rpartition("::")[2]


def _asked(request: Any) -> tuple[str, bytes]:
    return request.tok, request.args.SerializeToString(deterministic=True)
