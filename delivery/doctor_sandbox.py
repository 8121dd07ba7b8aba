"""What the sandbox needs: a folder that can be written, states that are whole and that nobody works on, open secrets."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from delivery.engine_sandbox import PASSPHRASE, sealed_elsewhere
from delivery.finding import Finding
from delivery.place import Place
from model.errors import ConfigError
from model.source import read_mapping
from model.stacks import stack_file, stacks
from sandbox import engine as sandbox_engine

RESET = ("slipway", "sandbox", "reset")


def secrets(place: Place, chosen: Sequence[str]) -> list[Finding]:
    """Whether the sandbox can open the secrets of the stack files. Of a file that is no YAML, the look at the config tells."""
    findings: list[Finding] = []
    project = sandbox_engine.Project.load(place.program).name
    for stack in chosen or stacks(place.config):
        path = place.config / stack_file(stack)
        try:
            read_mapping(path)
        except ConfigError:
            continue
        try:
            sandbox_engine.StackConfig.load(path, PASSPHRASE, project)
        except sandbox_engine.SealedElsewhere as sealed:
            problem, remedy = sealed_elsewhere(stack, sealed.provider)
            findings.append(Finding(check="secrets", problem=f"{path.name}: {problem}", remedy=remedy))
        except sandbox_engine.EngineError as error:
            command = ("git", "-C", str(place.config), "restore", "--patch", path.name)
            remedy = "Set the value again, or take the file from git."
            problem = error.message if path.name in error.message else f"{path.name}: {error.message}"
            findings.append(Finding(check="secrets", problem=problem, remedy=remedy, command=command))
    return findings


def folder(place: Place) -> list[Finding]:
    """Whether the folder can be written to, and what is in it is whole. One that is not there yet is made by `up`."""
    root = place.sandbox
    nearest = next(path for path in (root, *root.parents) if path.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        command = ("chmod", "u+rwx", str(nearest))
        return [Finding(check="sandbox", problem=f"{nearest} cannot be written to", command=command)]
    return [*_world(root / "world.sqlite"), *_states(place)]


def _world(path: Path) -> list[Finding]:
    """SQLite's own judgement, for which the file is opened for reading only."""
    if not path.exists():
        return []
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
        try:
            verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            return [Finding(check="sandbox", problem=f"{path} is in use", remedy="Wait for the other command to end.")]
        verdict = str(error)
    except sqlite3.DatabaseError as error:
        verdict = str(error)
    if verdict == "ok":
        return []
    remedy = "What the sandbox holds is lost; everything can be brought up again."
    return [Finding(check="sandbox", problem=f"{path} is damaged: {verdict}", remedy=remedy, command=RESET)]


def _states(place: Place) -> list[Finding]:
    project = sandbox_engine.Project.load(place.program).name
    backend = sandbox_engine.FileBackend(place.sandbox, PASSPHRASE)
    findings: list[Finding] = []
    for stack in backend.stacks(project):
        holder = backend.holder(project, stack)
        if holder is not None:
            who = f"{holder.username}@{holder.hostname}, process {holder.pid}, since {holder.timestamp}"
            remedy = "Wait for it to end; where it no longer runs, take its lock away."
            findings.append(
                Finding(
                    check="sandbox",
                    problem=f"somebody works on {stack}: {who}",
                    remedy=remedy,
                    command=("rm", holder.path),
                )
            )
            continue
        try:
            backend.read(project, stack)
        except sandbox_engine.EngineError as error:
            findings.append(Finding(check="sandbox", problem=error.message, command=RESET))
            continue
        if backend.journal(project, stack).exists():
            problem = f"the last update of {stack} was cut short"
            remedy = "It goes on from there; nothing is lost."
            findings.append(Finding(check="sandbox", problem=problem, remedy=remedy, command=("slipway", "up", stack)))
    return findings
