"""A process that has imported everything once and forks a `slipway` for each command it is told to run.

Started by `commands.py`, never imported: it must have no thread, no event loop and no open database when it forks.
Requests and answers are lines of JSON on stdin and stdout.
"""

import json
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from delivery import cli, command_line, engine_sandbox
from delivery import demo as _demo  # noqa: F401 - imported before the fork
from delivery import moving as _moving  # noqa: F401
from delivery import release_commands as _release_commands  # noqa: F401
from delivery import report as _report  # noqa: F401
from delivery import status_table as _status_table  # noqa: F401
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
    """Serve until stdin ends."""
    program = Path(sys.argv[1])
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in program.glob("Pulumi.*.yaml")]
    engine_sandbox.warm_up(program, *(file["encryptionsalt"] for file in files if "encryptionsalt" in file))
    command_line.built(cli.app)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with tempfile.TemporaryDirectory(prefix="slipway-steps-") as folder:
        nursery.start(Path(folder), ended)
        serve()


def serve() -> None:
    """Answer one request after the other."""
    for line in iter(sys.stdin.readline, ""):
        request = json.loads(line)
        if "arguments" in request:
            answer = {"process": start(request)}
        else:
            _, status = os.waitpid(request["wait"], 0)
            answer = {"code": os.waitstatus_to_exitcode(status)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
