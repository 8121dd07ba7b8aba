"""Running a program's steps on the sandbox's engine, in this process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from sandbox.engine import EngineError, Event, FileBackend, Project, RunRequest, StackConfig, StepDone, StepStarted, run
from tests.parity.record import Observed, Record, record
from tests.parity.step import Step
from tests.parity.workspace import PASSPHRASE, Workspace


def records(steps: Iterable[Step], root: Path, at_once: bool = True) -> Iterator[Record]:
    """What the sandbox's engine makes of the steps, with a provider that answers at once or one that may keep it waiting."""
    work = Workspace(root)
    work.things.at_once = at_once
    for step in steps:
        work.prepare(step)
        before = work.document(step)
        observed = run_step(work, step)
        yield record(observed, before, work.document(step), work.world(), step.stack)


def run_step(work: Workspace, step: Step) -> Observed:
    """One step on the sandbox's engine."""
    observed = Observed()

    def hear(event: Event) -> None:
        if isinstance(event, StepStarted):
            observed.events.append(("begin", event.op, event.urn))
        elif isinstance(event, StepDone):
            if step.mode in ("refresh", "look") and event.step.op in ("same", "update", "delete"):
                # What it began as is told as `refresh`.
                observed.events.append(("begin", event.step.op, event.step.urn))
            observed.events.append(("end", event.step.op, event.step.urn))

    project = Project.load(work.project)
    config = StackConfig.load(work.project / f"Pulumi.{step.stack}.yaml", PASSPHRASE, project.name)
    values, keys = project.merged(config)
    request = RunRequest(
        work.project,
        "proj",
        step.stack,
        "refresh" if step.mode == "look" else step.mode,
        values,
        keys,
        targets=work.urns(step, step.targets),
        target_dependents=step.dependents,
        replaces=work.urns(step, step.replaces),
        encryption_salt=config.salt or None,
        preview=step.mode == "look",
    )
    backend = FileBackend(work.root / "backend", PASSPHRASE)
    try:
        result = run(request, backend, lambda: {"test": work.things}, hear)
    except EngineError as error:
        observed.messages.append((error.urn, "error", error.message))
        observed.ok = False
        return observed
    observed.ok = result.ok
    observed.messages += [(item.urn, item.severity, item.message) for item in result.diagnostics]
    return observed
