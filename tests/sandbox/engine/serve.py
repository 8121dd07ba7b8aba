"""The test provider over gRPC, for the real CLI: `python -m tests.sandbox.engine.serve THINGS.json` prints its port."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from tests.sandbox.engine.provider import Things


def main() -> None:
    """Serve until stdin is closed, so that no server outlives its test."""
    server = grpc.server(ThreadPoolExecutor(max_workers=32))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Things(Path(sys.argv[1])), server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    sys.stdin.read()
    server.stop(0)


if __name__ == "__main__":
    main()
