"""Running a program's steps on the real Pulumi CLI, with the test provider attached."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from tests.parity import sandboxed
from tests.parity.record import Observed, Record, record
from tests.parity.step import Step
from tests.parity.workspace import PASSPHRASE, Workspace

_COMMANDS = {
    "plan": ["preview"],
    "up": ["up", "--yes", "--skip-preview"],
    "destroy": ["destroy", "--yes", "--skip-preview"],
    "refresh": ["refresh", "--yes", "--skip-preview"],
    "look": ["refresh", "--preview-only"],
}
_OPS = {"create-replacement": "replace", "read-replacement": "read", "import-replacement": "import"}
_UNTOLD = ("replace", "remove-pending-replace")
"""Steps that do nothing: a replacement is told by its creation and its deletion."""
_SUMMARIES = ("update failed", "preview failed")
"""What the CLI says of the whole run after the errors themselves."""


def version() -> str:
    """The version of the CLI on the PATH."""
    return subprocess.run(["pulumi", "version"], capture_output=True, text=True, check=True).stdout.strip()


def records(steps: Iterable[Step], root: Path, others: int | None = None) -> Iterator[Record]:
    """What the CLI makes of the steps. The even (0) or odd (1) ones can be left to the sandbox's engine by `others`."""
    work = Workspace(root)
    (root / "backend").mkdir()
    stacks = set()
    with _served(work) as port:
        env = _environment(root, port)
        for number, step in enumerate(steps):
            work.prepare(step)
            if step.stack not in stacks:
                stacks.add(step.stack)
                _pulumi(work, env, "stack", "init", step.stack)
            before = work.document(step)
            ours = number % 2 == others
            observed = sandboxed.run_step(work, step) if ours else _run(work, env, step)
            yield record(observed, before, work.document(step), work.world(), step.stack)


@contextmanager
def _served(work: Workspace) -> Iterator[int]:
    server = grpc.server(ThreadPoolExecutor(max_workers=32))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(work.things, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(0).wait()


def _environment(root: Path, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "PULUMI_BACKEND_URL": f"file://{root / 'backend'}",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_DEBUG_PROVIDERS": f"test:{port}",
        "PULUMI_DEBUG_COMMANDS": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_HOME": str(root / "home"),
    }


def _pulumi(work: Workspace, env: dict[str, str], *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["pulumi", *args, "--non-interactive"],
        cwd=work.project,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def _run(work: Workspace, env: dict[str, str], step: Step) -> Observed:
    log = work.root / "events.json"
    log.unlink(missing_ok=True)
    args = [*_COMMANDS[step.mode], "--stack", step.stack, "--event-log", str(log)]
    args += [part for urn in work.urns(step, step.targets) for part in ("--target", urn)]
    args += ["--target-dependents"] if step.dependents else []
    args += [part for urn in work.urns(step, step.replaces) for part in ("--replace", urn)]
    done = _pulumi(work, env, *args)
    observed = Observed(ok=done.returncode == 0)
    if not log.exists():
        raise RuntimeError(done.stdout + done.stderr)
    for line in log.read_text().splitlines():
        _hear(observed, json.loads(line))
    if not observed.ok and not any(severity == "error" for _, severity, _ in observed.messages):
        observed.messages.append(("", "error", done.stderr.strip().removeprefix("error: ")))
    return observed


def _hear(observed: Observed, event: dict[str, Any]) -> None:
    if said := event.get("diagnosticEvent"):
        if said["severity"] in ("error", "warning", "info") and not any(text in said["message"] for text in _SUMMARIES):
            observed.messages.append((said.get("urn", ""), said["severity"], said["message"]))
        return
    for kind, what in (("resourcePreEvent", "begin"), ("resOutputsEvent", "end")):
        if kind in event:
            metadata = event[kind]["metadata"]
            op, urn = metadata["op"], metadata["urn"]
            if op in _UNTOLD or "::pulumi:providers:test::default" in urn or "::pulumi:providers:pulumi::" in urn:
                continue
            observed.events.append((what, _OPS.get(op, op), urn))
