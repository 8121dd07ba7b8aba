"""`slipway sandbox serve`: the emulated providers over gRPC, for the real Pulumi CLI to attach to.

Loopback only. Each CLI opens a connection for each provider instance and configures it there, so one server serves
several CLIs and projects at once. The exports also give the CLI the sandbox's own state backend and passphrase, and
keep it from downloading the real plugins.
"""

from __future__ import annotations

import shlex
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.clouds import open_providers

# Fixed and known: nothing in a sandbox is secret.
PASSPHRASE = "slipway-sandbox"
# Pulumi runs as many operations at once as its --parallel says; more threads than that wait for the world's lock.
_THREADS = 32
# Pulumi's own limit for messages between engine and plugins, 400 MB.
_MESSAGE_BYTES = 400 * 1024 * 1024


def exports(sandbox_dir: Path, ports: Mapping[str, int]) -> dict[str, str]:
    """The environment that attaches a Pulumi CLI to the servers on these ports."""
    return {
        "PULUMI_DEBUG_PROVIDERS": ",".join(f"{package}:{port}" for package, port in sorted(ports.items())),
        "PULUMI_BACKEND_URL": f"file://{sandbox_dir.resolve()}",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def export_lines(environment: Mapping[str, str]) -> list[str]:
    """The same as lines for a shell to evaluate."""
    return [f"export {key}={shlex.quote(value)}" for key, value in environment.items()]


@contextmanager
def serving(sandbox_dir: Path) -> Iterator[dict[str, str]]:
    """Servers for as long as the block lasts; gives the environment that attaches to them."""
    sandbox_dir.mkdir(parents=True, exist_ok=True)
    servers: list[grpc.Server] = []
    ports: dict[str, int] = {}
    options = [("grpc.max_receive_message_length", _MESSAGE_BYTES), ("grpc.max_send_message_length", _MESSAGE_BYTES)]
    try:
        for package, servicer in open_providers(sandbox_dir / "world.sqlite").items():
            server = grpc.server(ThreadPoolExecutor(max_workers=_THREADS), options=options)
            provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
            ports[package] = server.add_insecure_port("127.0.0.1:0")
            server.start()
            servers.append(server)
        yield exports(sandbox_dir, ports)
    finally:
        for server in servers:
            server.stop(grace=5).wait()


def serve(sandbox_dir: Path, on_ready: Callable[[dict[str, str]], None]) -> None:
    """Serve until interrupted (Ctrl-C or SIGTERM). `on_ready` gets the environment once all servers listen."""
    stop = threading.Event()
    previous = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with serving(sandbox_dir) as environment:
            on_ready(environment)
            stop.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
