"""A small Pulumi deployment engine: runs any Pulumi program in Python against any provider that speaks the protocol.

It plans, brings up, refreshes and destroys stacks, and keeps their state in the layout of Pulumi's file backend, so that
the Pulumi CLI can go on where it left off and the other way round. What it does not support it refuses by name.
"""

from __future__ import annotations

from sandbox.engine.analyzing import Analyze
from sandbox.engine.backend import FileBackend
from sandbox.engine.checkpoint import Checkpoint
from sandbox.engine.errors import EngineError, LockedError, LockHolder, SealedElsewhere, Unsupported
from sandbox.engine.events import Diagnostic, Event, PolicyViolation, RunResult, Step, StepDone, StepFailed, StepStarted
from sandbox.engine.forked import run_forked
from sandbox.engine.preloading import preload
from sandbox.engine.project import Project, StackConfig
from sandbox.engine.resource import Resource
from sandbox.engine.run import RunRequest, run

__all__ = [
    "Analyze",
    "Checkpoint",
    "Diagnostic",
    "EngineError",
    "Event",
    "FileBackend",
    "LockHolder",
    "LockedError",
    "PolicyViolation",
    "Project",
    "Resource",
    "RunRequest",
    "RunResult",
    "SealedElsewhere",
    "StackConfig",
    "Step",
    "StepDone",
    "StepFailed",
    "StepStarted",
    "Unsupported",
    "preload",
    "run",
    "run_forked",
]
