"""Runs the graph of a build on this machine, in the order in which Cloud Build would."""

import os
import posixpath
import queue
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pipelines.build import WORKSPACE, Build, Step
from pipelines.rules import SUBSTITUTION

State = Literal["running", "passed", "failed", "simulated", "cancelled", "never begun"]
PATIENCE_SECONDS = 5.0
"""How long a cancelled step may take to end before it is killed."""


@dataclass(frozen=True)
class Ran:
    """What became of a step; times in seconds from the beginning. `why` says why it was simulated, or how it ended."""

    step: str
    state: State
    begin: float = 0.0
    end: float = 0.0
    why: str = ""
    log: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Where a build runs. `folders` maps places of Cloud Build's workers, such as /workspace, to folders here; `values` are what
    the build's substitutions stand for; `env` is what every step has beside its own variables, `secrets` the values of its
    secrets, `inherited` what it finds there without having asked. `simulated` says of a step why it is not run here, or nothing.
    `volumes` is where volumes are, by their names: only a step that mounts one is told where. With `outputs` each step has a folder of
    its own there, BUILDER_OUTPUT, for what it says beside its log."""

    folders: Mapping[str, Path]
    volumes: Path
    logs: Path
    values: Mapping[str, str]
    simulated: Callable[[Step], str]
    env: Mapping[str, str] = field(default_factory=dict)
    inherited: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    secrets: Mapping[str, str] = field(default_factory=dict)
    outputs: Path | None = None


Tell = Callable[[Ran], None]


def run(build: Build, ground: Ground, tell: Tell) -> list[Ran]:
    """Every step once all that it waits for has passed. After a failure what is running is cancelled and nothing begins any more,
    as in Cloud Build. An interruption from the keyboard cancels everything, too."""
    return _Run(build, ground, tell).to_its_end()


class _Run:
    def __init__(self, build: Build, ground: Ground, tell: Tell) -> None:
        self._build, self._ground, self._tell = build, ground, tell
        self._begun = time.monotonic()
        self._over = threading.Event()
        self._ended: queue.SimpleQueue[Ran] = queue.SimpleQueue()
        self._done: dict[str, Ran] = {}

    def to_its_end(self) -> list[Ran]:
        waiting = {step.id: step for step in self._build.steps}
        running: set[str] = set()
        try:
            while waiting or running:
                for step in self._ready(waiting):
                    del waiting[step.id]
                    running.add(step.id)
                    threading.Thread(target=self._work, args=(step,), daemon=True).start()
                if not running:
                    break
                ran = self._ended.get()
                running.remove(ran.step)
                self._done[ran.step] = ran
                self._tell(ran)
                if ran.state == "failed":
                    self._over.set()
        finally:
            self._over.set()
        return [self._done.get(step.id, Ran(step.id, "never begun")) for step in self._build.steps]

    def _ready(self, waiting: Mapping[str, Step]) -> list[Step]:
        if self._over.is_set():
            return []
        passed = {id_ for id_, ran in self._done.items() if ran.state in ("passed", "simulated")}
        return [step for step in waiting.values() if passed.issuperset(step.after)]

    def _now(self) -> float:
        return time.monotonic() - self._begun

    def _work(self, step: Step) -> None:
        begin = self._now()
        log = self._ground.logs / f"{step.id}.log"
        try:
            if why := self._ground.simulated(step):
                self._ended.put(Ran(step.id, "simulated", begin, self._now(), why))
                return
            self._tell(Ran(step.id, "running", begin))
            state, why = self._process(step, log)
        except OSError as error:
            state, why = "failed", f"it cannot be started: {error}"
        except BaseException as error:  # noqa: BLE001 - whoever waits for the step must hear of its end
            state, why = "failed", f"a fault of slipway itself: {error!r}"
        self._ended.put(Ran(step.id, state, begin, self._now(), why, log))

    def _process(self, step: Step, log: Path) -> tuple[State, str]:
        folder = Path(self._placed(step, posixpath.join(WORKSPACE, step.folder).rstrip("/")))
        folder.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            process = subprocess.Popen(
                command(step),
                cwd=folder,
                env=self._environment(step),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        limit = time.monotonic() + (step.timeout or self._build.timeout)
        while process.poll() is None:
            if self._over.wait(0.02):
                _end(process)
                return "cancelled", "another step failed"
            if time.monotonic() > limit:
                _end(process)
                return "failed", f"it took more than {step.timeout or self._build.timeout} s"
        return ("passed", "") if process.returncode == 0 else ("failed", f"it ended with {process.returncode}")

    def _environment(self, step: Step) -> dict[str, str]:
        given = {name: self._placed(step, substituted(value, self._ground.values)) for name, value in step.env.items()}
        secret = {name: self._ground.secrets.get(name, "") for name in step.secrets}
        said = {"BUILDER_OUTPUT": str(_made(self._ground.outputs / step.id))} if self._ground.outputs else {}
        return {**self._ground.inherited, **given, **secret, **said, **self._ground.env, "SLIPWAY_STEP": step.id}

    def _placed(self, step: Step, value: str) -> str:
        """A path of Cloud Build's workers as it is here, for a step."""
        mounted = {volume.path: self._ground.volumes / volume.name for volume in step.volumes}
        places = {**self._ground.folders, **mounted}
        for there in sorted(places, key=len, reverse=True):
            if value == there or value.startswith(f"{there}/"):
                return str(places[there]) + value[len(there) :]
        return value


def command(step: Step) -> Sequence[str]:
    """What is started for a step."""
    return step.run or ("/bin/sh", "-eu", "-c", step.script)


def substituted(text: str, values: Mapping[str, str]) -> str:
    """A text with what its substitutions stand for; what is not known is empty, as in the builds of triggers."""

    def value(match: re.Match[str]) -> str:
        name = match["bare"] or match["braced"]
        return values.get(name, "") if name else "$"

    return SUBSTITUTION.sub(value, text)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _end(process: "subprocess.Popen[bytes]") -> None:
    """The step with all that it has started, which may outlive it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
