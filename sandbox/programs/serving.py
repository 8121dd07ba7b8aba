"""The stand-ins on a path: little programs that ask this process, which has the world open already."""

from __future__ import annotations

import json
import shlex
import socketserver
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sandbox.clouds.protocol import CloudError
from sandbox.clouds.world import World
from sandbox.programs import docker, gcloud, scanner
from sandbox.programs.caller import Caller, NotSupported

PROGRAMS = {"docker": docker.run, "gcloud": gcloud.run}
"""Whatever else is asked for is a scanner."""

_CLIENT = """
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as there:
    there.connect(sys.argv[1])
    asked = {"arguments": sys.argv[2:], "folder": os.getcwd(), "environment": dict(os.environ)}
    there.sendall(json.dumps(asked).encode() + b"\\n")
    answer = json.loads(there.makefile().readline())
sys.stdout.write(answer["out"])
sys.stderr.write(answer["err"])
sys.exit(answer["code"])
"""


@contextmanager
def served(folder: Path, world: World, account: str, scanners: Iterable[str]) -> Iterator[Path]:
    """A folder for the path, with docker, gcloud and these scanners, which act as a service account. `folder` must have a short
    name: the socket is in it."""
    path = folder / "programs.socket"

    class Answers(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            # A step that is stopped takes its programs along, in the middle of a word or before the answer.
            with suppress(ConnectionError):
                line = self.rfile.readline()
                if line.endswith(b"\n"):
                    self.wfile.write(json.dumps(_answer(world, account, json.loads(line))).encode() + b"\n")

    programs = folder / "bin"
    programs.mkdir()
    client = folder / "client.py"
    client.write_text(_CLIENT, encoding="utf-8")
    for name in {*PROGRAMS, *scanners}:
        words = (sys.executable, "-I", "-S", str(client), str(path), name)
        start = " ".join(shlex.quote(word) for word in words)
        (programs / name).write_text(f'#!/bin/sh\nexec {start} "$@"\n', encoding="utf-8")
        (programs / name).chmod(0o755)
    with socketserver.ThreadingUnixStreamServer(str(path), Answers) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield programs
        finally:
            server.shutdown()
            thread.join()


def _answer(world: World, account: str, asked: dict[str, Any]) -> dict[str, Any]:
    name, *arguments = asked["arguments"]
    caller = Caller(world, account, asked["environment"], Path(asked["folder"]))
    try:
        code = PROGRAMS.get(name, scanner.run)(caller, arguments)
    except CloudError as error:
        code = caller.complain(f"{name}: {error.message}")
    except NotSupported as error:
        code = caller.complain(f"{name}: the sandbox's {name} does not know {error}")
    return {"code": code, "out": "".join(caller.said), "err": "".join(caller.complaints)}
