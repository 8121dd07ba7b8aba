"""What a run reports while it goes and when it is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.values import Properties

COUNTED = ("create", "update", "replace", "delete", "same")
"""Operations that `RunResult.changes` counts; a replacement counts once."""


@dataclass(frozen=True)
class Step:
    """One thing done, or planned, to one resource.

    `op` is one of COUNTED, or read, import, refresh. `seconds` are real time. `detail` are paths of changed properties,
    `replaces` those among them that force a replacement. `inputs` are what is wanted, and `before` what an update finds, told by a plan only.
    A preview of a refresh tells inputs and `outputs` as they are in the cloud, and `before` as in the state.
    """

    op: str
    urn: str
    type: str
    id: str = ""
    seconds: float = 0.0
    detail: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    inputs: Properties = field(default_factory=dict)
    before: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)


@dataclass(frozen=True)
class StepStarted:
    """A provider is at work. `op` may also be delete-replaced: the old one of a replacement goes."""

    op: str
    urn: str
    type: str


@dataclass(frozen=True)
class StepDone:
    """A step ended well."""

    step: Step


@dataclass(frozen=True)
class StepFailed:
    """A step failed; a diagnostic says why."""

    op: str
    urn: str
    type: str


@dataclass(frozen=True)
class Diagnostic:
    """Something to tell. `severity` is debug, info, warning or error; `urn` is empty where it concerns the whole run."""

    urn: str
    severity: str
    message: str


@dataclass(frozen=True)
class PolicyViolation:
    """A rule that a resource breaks. A mandatory one is told as an error too; `message` is what that says. `resource` is how
    people call it."""

    urn: str
    policy: str
    mandatory: bool
    resource: str
    problem: str
    message: str


Event = StepStarted | StepDone | StepFailed | Diagnostic | PolicyViolation


@dataclass(frozen=True)
class RunResult:
    """How a run ended. Secrets in `outputs` are in clear; `secret_outputs` names the outputs that hold one.

    `exception_type` (qualified name) and `exception_message` tell of an exception of the program's own.
    """

    ok: bool
    steps: tuple[Step, ...] = ()
    changes: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    outputs: Properties = field(default_factory=dict)
    secret_outputs: frozenset[str] = frozenset()
    diagnostics: tuple[Diagnostic, ...] = ()
    violations: tuple[PolicyViolation, ...] = ()
    exception_type: str = ""
    exception_message: str = ""
