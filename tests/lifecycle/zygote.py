"""A process that has imported everything once, and whose forks fork a `slipway` for each command that they are told to run.

Started by `commands.py`, never imported: it must have no thread, no event loop and no open database when it forks. It listens on a socket,
each of whose connections gets a fork of its own: that of a worker of the tests. Requests and answers are lines of JSON. It ends with its
stdin, once its forks have ended.
"""

import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any, TextIO

import yaml

import delivery
from delivery import cli, command_line, engine_sandbox
from tests.lifecycle import nursery


def start(request: dict[str, Any]) -> int:
    """Fork a command in its own process group; its output goes to files. Returns the process id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number, name in ((1, "out"), (2, "err")):
            handle = os.open(request[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(handle, number)
        os.chdir(request["folder"])
        os.environ.update(request["environment"])
        code = ended(request["arguments"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def ended(arguments: list[str]) -> int:
    """The exit code of a command."""
    try:
        cli.main(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def main() -> None:
    """Import, say so, and fork until stdin ends."""
    program, address = Path(sys.argv[1]), sys.argv[2]
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in program.glob("Pulumi.*.yaml")]
    engine_sandbox.warm_up(program, *(file["encryptionsalt"] for file in files if "encryptionsalt" in file))
    command_line.built(cli.app)
    for each in pkgutil.walk_packages(delivery.__path__, "delivery."):
        # Commands import what they need when they do.
        importlib.import_module(each.name)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        forks = []
        while sys.stdin not in select.select([server, sys.stdin], [], [])[0]:
            asking, _ = server.accept()
            if not (child := os.fork()):
                server.close()
                serve(asking)
                return
            forks.append(child)
            asking.close()
    # What they took counts as what this process took, and so as the tests'.
    for child in forks:
        os.waitpid(child, 0)


def serve(asking: socket.socket) -> None:
    """Answer one request after the other."""
    with asking:
        with tempfile.TemporaryDirectory(prefix="slipway-steps-") as folder, asking.makefile("rw") as lines:
            nursery.start(Path(folder), ended)
            lines.write("ready\n")
            lines.flush()
            answer(lines)
        # Whatever still runs of what was forked here has it open, too.
        asking.shutdown(socket.SHUT_RDWR)


def answer(lines: TextIO) -> None:
    """Until no more come."""
    for line in iter(lines.readline, ""):
        request = json.loads(line)
        if "arguments" in request:
            found = {"process": start(request)}
        else:
            _, status = os.waitpid(request["wait"], 0)
            found = {"code": os.waitstatus_to_exitcode(status)}
        lines.write(json.dumps(found) + "\n")
        lines.flush()


main()
