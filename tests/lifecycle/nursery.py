"""A second process that forks a `slipway` for each step of a build that calls one, so that none has to pay for the imports.

Steps find it as the `slipway` beside the interpreter, as they find the real one: a folder that mirrors the virtual environment, but for
this one program, which asks the process here, hands over its standard streams and ends as the command does. Whoever stops the program stops the
command.
"""

from __future__ import annotations

import json
import os
import select
import shlex
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

LINE = 1_000_000
"""Bytes of a request: arguments and variables."""
PATIENCE_SECONDS = 5.0
"""How long a command that is stopped may take to end before it is killed."""

_CLIENT = """
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as there:
    there.connect(sys.argv[1])
    asked = {"arguments": sys.argv[2:], "folder": os.getcwd(), "environment": dict(os.environ)}
    socket.send_fds(there, [b"!"], [0, 1, 2])
    there.sendall(json.dumps(asked).encode() + b"\\n")
    sys.exit(int(there.recv(16) or b"1"))
"""


def start(folder: Path, command: Callable[[list[str]], int]) -> None:
    """Fork the process, which lives as long as this one, and make its program the `slipway` of this interpreter. Where a system cannot wait
    for a process and a stream at once, the real one stays."""
    if not hasattr(os, "pidfd_open"):
        return
    address = folder / "socket"
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(address))
    server.listen(64)
    parent = os.getpid()
    if os.fork() == 0:
        _serve(server, parent, command)
    server.close()
    _mirrored(folder, address)


def _mirrored(folder: Path, address: Path) -> None:
    here, programs = Path(sys.executable).parent, folder / "bin"
    programs.mkdir()
    for program in here.iterdir():
        (programs / program.name).symlink_to(program)
    for other in ("lib", "pyvenv.cfg"):
        if (here.parent / other).exists():
            (folder / other).symlink_to(here.parent / other)
    client = folder / "client.py"
    client.write_text(_CLIENT, encoding="utf-8")
    words = " ".join(shlex.quote(word) for word in (sys.executable, "-I", "-S", str(client), str(address)))
    (programs / "slipway").unlink(missing_ok=True)
    (programs / "slipway").write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
    (programs / "slipway").chmod(0o755)
    sys.executable = str(programs / Path(sys.executable).name)


def _serve(server: socket.socket, parent: int, command: Callable[[list[str]], int]) -> NoReturn:
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    server.settimeout(1.0)
    while os.getppid() == parent:
        try:
            asking, _ = server.accept()
        except TimeoutError:
            continue
        if os.fork() == 0:
            server.close()
            _answer(asking, command)
        asking.close()
    os._exit(0)


def _answer(asking: socket.socket, command: Callable[[list[str]], int]) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asking.setblocking(True)
    _, streams, _, _ = socket.recv_fds(asking, 1, 3)
    with asking.makefile("rb") as file:
        request = json.loads(file.readline(LINE))
    child = os.fork()
    if child == 0:
        asking.close()
        _become(request, streams, command)
    with suppress(ProcessLookupError, PermissionError):
        os.setpgid(child, child)
    for stream in streams:
        os.close(stream)
    process = os.pidfd_open(child)
    ready, _, _ = select.select([process, asking], [], [])
    if process not in ready:
        # The program that asked was stopped.
        _end(child, process)
    _, status = os.waitpid(child, 0)
    with suppress(OSError):
        asking.sendall(str(os.waitstatus_to_exitcode(status) & 0xFF).encode())
    os._exit(0)


def _end(child: int, process: int) -> None:
    os.killpg(child, signal.SIGTERM)
    if not select.select([process], [], [], PATIENCE_SECONDS)[0]:
        os.killpg(child, signal.SIGKILL)


def _become(request: dict[str, object], streams: list[int], command: Callable[[list[str]], int]) -> NoReturn:
    code = 1
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        os.chdir(str(request["folder"]))
        os.environ.clear()
        os.environ.update(request["environment"])  # type: ignore[call-overload]
        code = command(list(request["arguments"]))  # type: ignore[call-overload]
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
