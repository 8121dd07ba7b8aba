"""Running the command as people do: its own process, folder, environment, output and exit code."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from delivery.ledger import Entry, Ledger
from model.catalogue import load_catalogue
from sandbox.clouds.faults import Fault, Faults
from sandbox.clouds.inventory import CLOUDS
from sandbox.clouds.world import World
from tests.sharing import alone

PROGRAM = Path(__file__).resolve().parents[2]
CATALOGUE = load_catalogue(PROGRAM)
IMAGES = tuple(CATALOGUE.images)
"""All of the catalogue: a release names a digest for each."""
SERVING = tuple(dict.fromkeys(service.image for service in CATALOGUE.services.values()))
"""Those that services run, which is what `status` shows of an environment."""


def commit(number: int) -> str:
    """A commit for each build: one that is built again keeps its first digests."""
    return f"c0ffee{number:034x}"


COMMIT = commit(0)
CODE = "ampersand/server"
"""The repository of the services' code, where the checks of their commits are."""


def digest(number: int) -> str:
    """A digest that people can tell from others."""
    return f"sha256:{number:x}".ljust(71, "0")


@dataclass(frozen=True)
class Result:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout as the one JSON document that it must be."""
        return json.loads(self.out)


class Commands:
    """Starts commands by forking a process that has paid for the imports already, once for all workers of a run."""

    def __init__(self, run: Path) -> None:
        """`run`: a folder of these workers, in which the first says where its process listens. Once that has ended, the next starts one."""
        self._output = Path(tempfile.mkdtemp(prefix="slipway-commands-"))
        self._count = 0
        self._process: subprocess.Popen[str] | None = None
        known = run / "commands"
        with alone(known):
            try:
                self._connection, self._lines = _connected(known.read_text())
            except OSError:
                # No path in `run`, which may be too long for a socket's.
                address = str(self._output / "socket")
                self._process = _started(address)
                self._connection, self._lines = _connected(address)
                known.write_text(address)

    def start(self, arguments: list[str], folder: Path, environment: Mapping[str, str]) -> "Running":
        """Begin a command and return at once."""
        self._count += 1
        out, err = self._output / f"{self._count}.out", self._output / f"{self._count}.err"
        request = {
            "arguments": arguments,
            "folder": str(folder),
            "environment": dict(environment),
            "out": str(out),
            "err": str(err),
        }
        return Running(self, int(self.ask(request)["process"]), out, err)

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One request, one answer."""
        self._lines.write(json.dumps(request) + "\n")
        self._lines.flush()
        answer: dict[str, Any] = json.loads(self._lines.readline())
        return answer

    def close(self) -> None:
        """End the process that forks, whose other connections stay."""
        self._connection.shutdown(socket.SHUT_WR)
        assert self._lines.readline() == ""
        self._lines.close()
        self._connection.close()
        if self._process:
            assert self._process.stdin
            self._process.stdin.close()
            self._process.wait()
        shutil.rmtree(self._output)


def _started(address: str) -> subprocess.Popen[str]:
    zygote = Path(__file__).with_name("zygote.py")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("SLIPWAY_", "PULUMI_"))}
    process = subprocess.Popen(
        [sys.executable, str(zygote), str(PROGRAM), address],
        cwd=PROGRAM,
        env={**clean, "PYTHONPATH": str(PROGRAM)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def _connected(address: str) -> tuple[socket.socket, IO[str]]:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(address)
        lines = connection.makefile("rw")
        if lines.readline() != "ready\n":
            raise ConnectionError(f"{address} is not served any more")
    except OSError:
        connection.close()
        raise
    return connection, lines


@dataclass(frozen=True)
class Running:
    """A command under way."""

    commands: Commands
    process: int
    out: Path
    err: Path

    @property
    def ended(self) -> bool:
        """Whether the command is through, though nobody has waited for it yet."""
        return Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"

    def kill(self) -> None:
        """SIGKILL for the command and everything that it forked."""
        os.killpg(self.process, signal.SIGKILL)

    def send(self, number: signal.Signals) -> None:
        """A signal for the command alone."""
        os.kill(self.process, number)

    def wait(self) -> Result:
        """Its end; a negative code is the signal that ended it."""
        code = int(self.commands.ask({"wait": self.process})["code"])
        return Result(code, self.out.read_text(), self.err.read_text())


@dataclass(frozen=True)
class Site:
    """A folder with a config and a sandbox of its own, and the commands to work on them."""

    commands: Commands
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        """Where Pulumi.*.yaml and services.yaml are."""
        return self.folder / "config"

    @property
    def images(self) -> tuple[str, ...]:
        """All of its catalogue."""
        return tuple(load_catalogue(self.config).images)

    @property
    def world(self) -> World:
        """What exists in the emulated clouds."""
        return World(self.folder / ".sandbox" / "world.sqlite")

    def start(self, *arguments: str) -> Running:
        """Begin `slipway ...` and return at once."""
        fixed = {"SLIPWAY_CONFIG_DIR": str(self.config), "SLIPWAY_ACTOR": "ann@example.com"}
        return self.commands.start(list(arguments), self.folder, {**fixed, **self.environment})

    def __call__(self, *arguments: str, code: int = 0) -> Result:
        """Run `slipway ...` to its end and expect this exit code."""
        result = self.start(*arguments).wait()
        assert result.code == code, f"slipway {' '.join(arguments)}: {result.code}\n{result.out}\n{result.err}"
        assert "Traceback" not in result.err
        return result

    def copy(self, folder: Path) -> "Site":
        """The same site elsewhere, to be changed alone."""
        shutil.copytree(self.folder, folder)
        return replace(self, folder=folder)

    def release(self, images: Mapping[str, int], crash: str = "", migration: str = "none", author: str = "") -> str:
        """Push these images (name -> number of the digest) and record them as a release; its id."""
        self.push({image: number for image, number in images.items() if image != crash})
        if crash:
            self.push({crash: images[crash]}, "--crash")
        return self.record(images, migration, author)

    def push(self, images: Mapping[str, int], *flags: str) -> None:
        """Put these images (name -> number of the digest) into the registry."""
        self("sandbox", "push", *(f"{image}@{digest(number)}" for image, number in images.items()), *flags)

    def record(self, images: Mapping[str, int], migration: str = "none", author: str = "") -> str:
        """Record what was pushed as a release of a new commit, whose checks have passed; its id."""
        pairs = [f"{image}={digest(number)}" for image, number in images.items()]
        built = commit(len(self.ledger("releases")))
        self("sandbox", "check", built, "build", "passed", "--repository", CODE)
        return self(
            "release", "record", "--commit", built, "--migration", migration, "--author", author, *pairs
        ).out.strip()

    def stay(self) -> None:
        """What fails in dev stays there as it is, instead of going back by itself."""
        file = self.config / "Pulumi.dev.yaml"
        text = file.read_text()
        assert "{automatic: true}" in text
        file.write_text(text.replace("{automatic: true}", "{automatic: true, rollback: false}"))

    def status(self) -> dict[str, Any]:
        """`environments` of `slipway status --json`."""
        found: dict[str, Any] = self("status", "--json").json["environments"]
        return found

    def yaml(self, stack: str) -> str:
        """The text of a stack's file."""
        return (self.config / f"Pulumi.{stack}.yaml").read_text()

    def ledger(self, name: str) -> list[Entry]:
        """A ledger's entries; it must be whole."""
        return list(Ledger(self.config, name).entries())

    def inventory(self) -> dict[tuple[str, str], Any]:
        """Everything that exists in the emulated clouds: type and id -> inputs."""
        world = self.world
        with world.read() as tx:
            found = {(each.type, each.id): each.inputs for cloud in CLOUDS for each in tx.list(cloud)}
        world.close()
        return found

    def plan_fault(self, fault: Fault) -> None:
        """Let something go wrong."""
        world = self.world
        Faults(world).plan(fault)
        world.close()
