"""One run of a stack: plan, up, destroy or refresh."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from sandbox.engine import interrupts, recovery
from sandbox.engine.analyzing import Analyze
from sandbox.engine.backend import FileBackend, Opened
from sandbox.engine.builtin import Builtin
from sandbox.engine.channel import Failure
from sandbox.engine.crashes import Crash
from sandbox.engine.deleting import delete_all, everything, leftovers
from sandbox.engine.deployment import Deployment
from sandbox.engine.errors import Cancelled, EngineError
from sandbox.engine.events import Diagnostic, Event, RunResult
from sandbox.engine.journal import Progress
from sandbox.engine.monitor import Monitor
from sandbox.engine.program import execute
from sandbox.engine.project import Project
from sandbox.engine.recovery import Resolve
from sandbox.engine.refreshing import refresh_all
from sandbox.engine.registry import Registry
from sandbox.engine.report import Report
from sandbox.engine.resource import Resource
from sandbox.engine.targets import Targets
from sandbox.engine.tuning import tuned
from sandbox.engine.urns import ROOT_TYPE
from sandbox.values import Properties, has_secrets, unwrap

Mode = Literal["plan", "up", "destroy", "refresh"]
Plugins = Callable[[], Mapping[str, Any]]


@dataclass(frozen=True)
class RunRequest:
    """What to run. `config` is flat text by `namespace:key`; `encryption_salt` is the stack file's, for new secrets.

    `targets` are URNs to limit the run to, and to what depends on them with `target_dependents`; see `targets.Targets`.
    `replaces` are URNs, or patterns, of what is to be replaced though nothing of it changed. A refresh with `preview` tells
    what it would take over and takes over nothing.
    """

    project_dir: Path
    project: str
    stack: str
    mode: Mode
    config: Mapping[str, str] = field(default_factory=dict)
    secret_keys: Collection[str] = ()
    parallel: int = 16
    targets: tuple[str, ...] = ()
    target_dependents: bool = False
    replaces: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    encryption_salt: str | None = None
    preview: bool = False

    @property
    def dry(self) -> bool:
        """Whether it only tells: nothing is locked or written."""
        return self.preview or self.mode == "plan"


def run(
    request: RunRequest,
    backend: FileBackend,
    plugins: Plugins,
    on_event: Callable[[Event], None] | None = None,
    resolve: Resolve | None = None,
    analyze: Analyze | None = None,
) -> RunResult:
    """Run the stack and save its state, whatever happens.

    A failure of a resource or the program is in the result. Raises LockedError if another process works on the stack,
    EngineError if the run cannot start, KeyboardInterrupt if it was interrupted, after what was under way is finished
    and saved. `on_event` is called from many threads, one at a time, and `analyze` from many at once.
    """
    report, stopped = Report(on_event), threading.Event()

    def tell() -> None:
        report.tell(Diagnostic("", "warning", interrupts.TOLD))

    with ExitStack() as stack:
        stack.enter_context(interrupts.heeded(stopped, tell))
        if not request.dry:
            backend.prepare()
            stack.enter_context(backend.lock(request.project, request.stack))
        stack.enter_context(tuned())
        result = _run(request, backend, plugins, report, resolve, stopped, analyze)
    if stopped.is_set():
        raise KeyboardInterrupt
    return result


def _run(
    request: RunRequest,
    backend: FileBackend,
    plugins: Plugins,
    report: Report,
    resolve: Resolve | None,
    stopped: threading.Event,
    analyze: Analyze | None,
) -> RunResult:
    opened = backend.open(request.project, request.stack, request.encryption_salt)
    checkpoint, kept, interrupted = recovery.recover(opened.checkpoint, resolve, report)
    dry_run = request.dry
    journal = None if dry_run else backend.journal(request.project, request.stack)
    path = backend.path(request.project, request.stack)
    progress = Progress(checkpoint, opened.sealer, opened.crypter.salt, path, journal)
    if (opened.checkpoint.folded or opened.checkpoint.pending) and not dry_run:
        # A journal counts from what the file says, so the file must say what this run starts from.
        progress.save(kept)
        opened = backend.open(request.project, request.stack, request.encryption_salt)
        checkpoint = replace(opened.checkpoint, pending=())
        progress = Progress(checkpoint, opened.sealer, opened.crypter.salt, path, journal)
    news: dict[str, Resource] = {}
    registry = Registry(plugins, Builtin(lambda name: _stack_outputs(request, backend, name), news))
    deployment = Deployment(
        request.project,
        request.stack,
        dry_run,
        request.parallel,
        checkpoint,
        progress,
        registry,
        report,
        Targets(request.targets, request.target_dependents),
        Targets(request.replaces),
        stopped,
        analyze,
    )
    deployment.news = news
    deployment.interrupted = interrupted
    crash: Crash | None = None
    try:
        crash = _work(request, deployment)
    except Cancelled:
        pass
    except (EngineError, Failure) as error:
        deployment.fail(getattr(error, "urn", ""), error.message)
    finally:
        deployment.finish()
        if not dry_run:
            progress.save(kept)
    return _result(deployment, crash)


def _work(request: RunRequest, deployment: Deployment) -> Crash | None:
    if request.mode == "destroy":
        delete_all(deployment, everything(deployment))
        return None
    if request.mode == "refresh":
        refresh_all(deployment)
        return None
    deployment.require(deployment.forced)
    project = Project.load(request.project_dir)
    keys = frozenset(request.secret_keys)
    monitor = Monitor(deployment, request.config, keys, project.directory)
    crash = execute(deployment, monitor, project.main, project.directory, request.config, keys, request.env)
    if crash is not None:
        deployment.failed.set()
        message = "Program failed with an unhandled exception:\n" + crash.traceback
        deployment.report.tell(Diagnostic("", "error", message))
        return crash
    if not deployment.over:
        delete_all(deployment, leftovers(deployment))
    return None


def _stack_outputs(request: RunRequest, backend: FileBackend, name: str) -> Properties:
    """Outputs of another stack, named as in a StackReference: `stack`, `organization/stack`, `organization/project/stack`."""
    parts = name.split("/")
    if len(parts) > 3:
        raise Failure("a stack name may not be empty")
    if len(parts) > 1 and parts[0] != "organization":
        raise Failure("organization name must be 'organization'")
    project = parts[1] if len(parts) == 3 else request.project
    if not backend.path(project, parts[-1]).exists():
        raise Failure(f"unknown stack {name!r}")
    return backend.open(project, parts[-1]).checkpoint.outputs


def _result(deployment: Deployment, crash: Crash | None) -> RunResult:
    outputs: Properties = {}
    for _, resource in deployment.progress.entries():
        if resource.type == ROOT_TYPE and not resource.delete:
            outputs = resource.outputs
            break
    report = deployment.report
    return RunResult(
        ok=not deployment.over and not deployment.refused.is_set(),
        steps=tuple(report.steps),
        changes=dict(report.changes),
        outputs=unwrap(outputs),
        secret_outputs=frozenset(key for key, value in outputs.items() if has_secrets(value)),
        diagnostics=tuple(report.diagnostics),
        violations=tuple(report.violations),
        exception_type=crash.type if crash else "",
        exception_message=crash.message if crash else "",
    )


__all__ = ["Mode", "Opened", "Plugins", "Resolve", "RunRequest", "run"]
