"""The policy pack as Pulumi starts it: a server of its own, asked about resources over gRPC."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi.runtime.proto import analyzer_pb2_grpc as rpc

PROGRAM = Path(__file__).resolve().parents[2]
PYTHON = PROGRAM / ".policies" / "bin" / "python"
"""Where `make policies` has put Pulumi's policy SDK."""


@contextmanager
def serving(stack: str, config_dir: Path = PROGRAM) -> Iterator[rpc.AnalyzerStub]:
    """The pack for a stack, until the block ends."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("SLIPWAY_", "PULUMI_", "PYTHON"))}
    told = {"PULUMI_PROJECT": "slipway", "PULUMI_STACK": stack, "PULUMI_DRY_RUN": "true"}
    server = subprocess.Popen(
        [PYTHON, "-u", PROGRAM / "policies"],
        env={**clean, **told, "SLIPWAY_CONFIG_DIR": str(config_dir)},
        cwd=config_dir,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout
        port = server.stdout.readline().strip()
        assert port, "the pack has not started"
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield rpc.AnalyzerStub(channel)
    finally:
        server.kill()
        server.communicate()


def request(type: str, name: str, props: Mapping[str, Any], *, protect: bool = False) -> proto.AnalyzeRequest:
    """A resource as the engine asks about it."""
    found = struct_pb2.Struct()
    found.update(dict(props))
    urn = f"urn:pulumi:dev::slipway::{type}::{name}"
    options = proto.AnalyzerResourceOptions(protect=protect)
    return proto.AnalyzeRequest(type=type, name=name, urn=urn, properties=found, options=options)
