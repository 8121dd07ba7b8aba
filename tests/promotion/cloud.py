"""A small cloud in memory: what an engine deploys, what runs, what registry and GitHub know, and what goes wrong with it.

It keeps its own account of what really happened, which no ledger is asked for: `well` is what ran well where and when, and
`migrations` is every migration that was run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from delivery import pins
from delivery.engines import WHOLE, Diagnostic, Kept, Mode, Part, Report, Step, Update
from delivery.errors import Failed, Locked
from delivery.workloads import Workload
from model import names
from model.errors import ConfigError, Problem

REGISTRY = "us-west1-docker.pkg.dev/acme-prod/releases"
IMAGE_OF = {"api": "api", "read": "api", "worker": "worker"}
"""Deployment -> its image. Two share one, and the image `tools` is in none: it only migrates."""
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""A Monday."""


class Killed(BaseException):
    """The process is gone; nothing in it learns of that."""


@dataclass
class Faults:
    """What goes wrong during the next command. `kill` counts calls of any kind down to the one that is never answered.

    `up` says what becomes of the runs that bring up: `fine`, `failed` and `failed after` (it broke off before or after it had
    done anything), `locked`, `bad input`. `commit` is the number of the commit at which another git is at work, `push` that of
    the push to the upstream that others win.
    """

    kill: int = 0
    up: tuple[str, ...] = ()
    plan: bool = False
    commit: int = 0
    push: int = 0
    notices: bool = False


@dataclass
class Stack:
    """What there is of an environment: digests by Deployment, why one is not well, and what else the program makes."""

    running: dict[str, str] = field(default_factory=dict)
    ill: dict[str, str] = field(default_factory=dict)
    migrated: str | None = None
    program: int = 0
    works: bool = False
    """Whether its smoke tests passed when they last ran."""


@dataclass
class Cloud:
    """Everything outside of the config folder."""

    config: Path
    time: datetime = START
    faults: Faults = field(default_factory=Faults)
    stacks: dict[str, Stack] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    crashing: set[str] = field(default_factory=set)
    failing_smoke: set[str] = field(default_factory=set)
    program: dict[str, int] = field(default_factory=dict)
    well: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """(environment, image) -> the digests that ever ran well there, all of its services being well."""
    migrations: dict[str, list[str]] = field(default_factory=dict)
    """Environment -> the releases whose migrations were run there, in order."""
    migrators: dict[tuple[str, str], str | None] = field(default_factory=dict)
    """(environment, release) -> the digest that ran its migrations."""
    ran: dict[tuple[str, str, str], timedelta] = field(default_factory=dict)
    """(environment, image, digest) -> for how long it has run there in all."""
    _ups: int = 0

    def begin(self, faults: Faults) -> None:
        """A command starts, with what will go wrong during it."""
        self.faults, self._ups = faults, 0

    def called(self) -> None:
        """Somebody asks for something. Time goes by, and a command that is to be killed may be killed here."""
        self.passes(timedelta(milliseconds=20))
        if self.faults.kill:
            self.faults.kill -= 1
            if not self.faults.kill:
                raise Killed

    def passes(self, time: timedelta) -> None:
        """Time goes by for whatever runs."""
        self.time += time
        for stack, there in self.stacks.items():
            for image, digest in {(IMAGE_OF[name], digest) for name, digest in there.running.items()}:
                self.ran[stack, image, digest] = self.ran.get((stack, image, digest), timedelta()) + time

    def of(self, stack: str) -> Stack:
        """What there is of an environment."""
        return self.stacks.setdefault(stack, Stack())

    def looked(self, stack: str) -> None:
        """Note what runs well now: the digest on which all Deployments of an image agree, while nothing is wrong."""
        there = self.of(stack)
        for image in set(IMAGE_OF.values()) if there.works and not there.ill else ():
            digests = {there.running.get(name) for name, its in IMAGE_OF.items() if its == image}
            if len(digests) == 1 and None not in digests:
                self.well.setdefault((stack, image), set()).update(digest for digest in digests if digest)

    def wanted_of_run(self) -> str:
        """What becomes of the next run that brings something up."""
        self._ups += 1
        return self.faults.up[self._ups - 1] if self._ups <= len(self.faults.up) else "fine"


@dataclass(frozen=True)
class Engine:
    """Implements `delivery.engines.Engine`."""

    cloud: Cloud
    config: Path
    name: str = "memory"

    def run(self, stack: str, mode: Mode, report: Report, part: Part = WHOLE) -> Update:
        """Plan or bring up what the stack's file pins."""
        if mode == "plan":
            if self.cloud.faults.plan:
                raise Failed("the program does not answer")
            return self._update(stack, mode, self._steps(stack))
        assert mode == "up", mode
        self.cloud.called()
        becomes = self.cloud.wanted_of_run()
        if becomes == "locked":
            raise Locked(f"dan holds the state of {stack}", "Wait until that is done.")
        if becomes == "bad input":
            raise ConfigError(Problem(f"Pulumi.{stack}.yaml", "", "the program refuses it", "Correct it."))
        if becomes == "failed":
            raise Failed("the API does not answer")
        steps = self._steps(stack)
        problems = self._apply(stack)
        self.cloud.called()
        if becomes == "failed after":
            raise Failed("the API does not answer any more")
        return self._update(stack, mode, steps, problems)

    def kept(self, stack: str) -> list[Kept]:
        """It keeps no state: what is there is asked of the cloud."""
        return []

    def _steps(self, stack: str) -> list[Step]:
        wanted, there = pins.read(stack, self.config), self.cloud.of(stack)
        steps = []
        for name, image in IMAGE_OF.items():
            digest, running = wanted.images.get(image), there.running.get(name)
            if digest is None and running:
                steps.append(_step("delete", stack, "Workload", "Deployment", name, (), {}))
            if digest and (digest != running or name in there.ill):
                detail = ("spec.template.spec.containers[0].image",) if running and digest != running else ()
                inputs = {"image": f"{REGISTRY}/{image}@{digest}"}
                before = {"image": f"{REGISTRY}/{image}@{running}"} if running else {}
                op = "update" if running else "create"
                steps.append(_step(op, stack, "Workload", "Deployment", name, detail, inputs, before))
        if wanted.migrated and wanted.migrated != there.migrated:
            inputs = {"release": wanted.migrated, "image": wanted.images.get("tools")}
            steps.append(_step("create", stack, "Migration", "Job", names.MIGRATE, (), inputs))
        if (program := self.cloud.program.get(stack, 0)) != there.program:
            steps.append(
                _step(
                    "update",
                    stack,
                    "Bucket",
                    "Bucket",
                    "exports",
                    ("labels",),
                    {"labels": program},
                    {"labels": there.program},
                )
            )
        return steps

    def _apply(self, stack: str) -> list[str]:
        """Migrate first and roll out then: what the program's own dependencies say. What fails leaves the old pods."""
        wanted, there = pins.read(stack, self.config), self.cloud.of(stack)
        there.program = self.cloud.program.get(stack, 0)
        if wanted.migrated and wanted.migrated != there.migrated:
            self.cloud.migrations.setdefault(stack, []).append(wanted.migrated)
            self.cloud.migrators[stack, wanted.migrated] = wanted.images.get("tools")
            there.migrated = wanted.migrated
        problems = []
        for name, image in IMAGE_OF.items():
            digest = wanted.images.get(image)
            if digest is None:
                there.running.pop(name, None)
                there.ill.pop(name, None)
            if digest is None or (digest == there.running.get(name) and name not in there.ill):
                continue
            if digest in self.cloud.crashing or (digest in self.cloud.lost and digest != there.running.get(name)):
                there.ill[name] = "ImagePullBackOff" if digest in self.cloud.lost else "CrashLoopBackOff"
                problems.append(f"{name} has not become ready in 300 seconds")
            else:
                there.running[name] = digest
                there.ill.pop(name, None)
        if not problems:
            smoked = sorted(name for name, digest in there.running.items() if digest in self.cloud.failing_smoke)
            problems = [f"the smoke test of {name} failed" for name in smoked]
            there.works = not problems
            self.cloud.looked(stack)
        return problems

    def _update(self, stack: str, mode: Mode, steps: list[Step], problems: Iterable[str] = ()) -> Update:
        changes = {op: sum(step.op == op for step in steps) for op in {step.op for step in steps}}
        found = tuple(Diagnostic("", "error", problem) for problem in problems)
        return Update(stack=stack, mode=mode, ok=not found, steps=steps, changes=changes, diagnostics=found)

    def outputs(self, stack: str, show_secrets: bool = False) -> dict[str, Any] | None:
        """Nothing is exported."""
        return {} if stack in self.cloud.stacks else None

    def config_get(self, stack: str, key: str) -> str | None:
        """Nobody asks: what moves releases reads files."""
        raise NotImplementedError

    def config_set(self, stack: str, key: str, value: str, secret: bool = False) -> None:
        """Nobody asks."""
        raise NotImplementedError

    def stacks(self, beside: str = "") -> list[str]:
        """Those that were brought up."""
        return sorted(self.cloud.stacks)

    def credentials(self, stack: str) -> dict[str, str]:
        """Nothing."""
        return {}

    def state_of(self, stack: str) -> str:
        """Each has its own place, as in the real cloud."""
        return f"state of {stack}"

    def urns(self, stack: str) -> list[str]:
        """Nothing is adopted here."""
        return []

    def remove(self, stack: str) -> None:
        """Nothing is forgotten here."""
        raise NotImplementedError

    def prepare(self, stack: str) -> None:
        """Nothing to pay; but one may be killed while planning."""
        self.cloud.called()

    def reading(self, config_dir: Path) -> Engine:
        """The same cloud with other files."""
        return Engine(self.cloud, config_dir)

    def now(self) -> datetime:
        """The cloud's clock."""
        self.cloud.called()
        return self.cloud.time


def _step(
    op: str,
    stack: str,
    component: str,
    kind: str,
    name: str,
    detail: tuple[str, ...],
    inputs: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
) -> Step:
    type_ = {"Deployment": "kubernetes:apps/v1:Deployment", "Job": "kubernetes:batch/v1:Job"}.get(
        kind, "gcp:storage/bucket:Bucket"
    )
    urn = f"urn:pulumi:{stack}::slipway::slipway:index:{component}${type_}::{name}"
    return Step(op, urn, type_, detail, inputs, before or {})


@dataclass(frozen=True)
class Workloads:
    """Implements `delivery.workloads.Workloads`."""

    cloud: Cloud

    def running(self, stack: str, changing: bool = True) -> dict[str, Workload]:
        """What runs now."""
        self.cloud.called()
        there = self.cloud.of(stack)
        found = {}
        for name in {**there.running, **there.ill}:
            digest, reason = there.running.get(name), there.ill.get(name, "")
            image = f"{REGISTRY}/{IMAGE_OF[name]}@{digest}" if digest else ""
            found[name] = Workload(name, image, 0 if reason else 1, 1, not reason, reason)
        return found


@dataclass(frozen=True)
class Registry:
    """Implements `delivery.registry.Registry`, as far as moves ask it."""

    cloud: Cloud

    def missing(self, references: Iterable[str]) -> list[str]:
        """Those whose digest was lost."""
        self.cloud.called()
        return [reference for reference in references if reference.partition("@")[2] in self.cloud.lost]

    def tags(self, image: str, digest: str) -> list[str]:
        """Nobody asks."""
        raise NotImplementedError

    def resolve(self, image: str, tag: str) -> str | None:
        """Nobody asks."""
        raise NotImplementedError

    def tag(self, reference: str, tag: str) -> None:
        """Nobody asks."""
        raise NotImplementedError
