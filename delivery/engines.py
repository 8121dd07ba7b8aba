"""What deploys a stack: one protocol, so that no rule of delivery knows whether the cloud is real."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from policies.judging import Unneeded, Violation

Mode = Literal["up", "plan", "refresh", "destroy"]
HIDDEN = "[secret]"
"""What stands for a secret where secrets are not to be shown, as with the Pulumi CLI."""
UNKNOWN = "[unknown]"
"""What stands in a plan for what only the cloud can tell, later."""
OPERATIONS = ("create", "update", "replace", "delete", "import", "same")


@dataclass(frozen=True)
class Event:
    """Something that an engine tells while it works. `urn` is empty for a note about the whole run."""

    kind: Literal["begun", "done", "failed", "note"]
    op: str
    urn: str
    message: str = ""


Report = Callable[[Event], None]


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a run is limited to, by URN; `*` stands for a part of one and `**` for any text. Empty means the whole stack.

    With `dependents` what depends on the targets goes along. `replaces` are made anew though nothing of them changed.
    """

    targets: tuple[str, ...] = ()
    dependents: bool = False
    replaces: tuple[str, ...] = ()


WHOLE = Part()


@dataclass(frozen=True)
class Step:
    """One operation on one resource. `detail` are the paths of the properties that differ.

    `inputs` are what a plan wants of it, whole, and `before` what an update finds; secrets, and what is not known yet, stand
    there as HIDDEN and UNKNOWN.
    """

    op: str
    urn: str
    type: str
    detail: tuple[str, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The logical name, the last part of the URN."""
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A resource as the state has it. Secrets are HIDDEN; `needs` are the URNs that it waits for, its parent among them.

    `uses` are those of them that its properties are made of; the others only have to be there first.
    `custom` is false for a component, which is nothing in a cloud. `external` was read and belongs to somebody else.
    `ignored` are the paths whose changes the program ignores.
    """

    urn: str
    type: str
    custom: bool
    id: str = ""
    parent: str = ""
    protect: bool = False
    external: bool = False
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    ignored: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The logical name, the last part of the URN."""
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True)
class Diagnostic:
    """What went wrong or deserves attention; `urn` is empty where no resource is to blame."""

    urn: str
    severity: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A resource of a state as its cloud shows it now: `gone`, or with inputs and outputs as they are there, secrets HIDDEN.

    `detail` are the paths in which its provider finds it different from what the state's inputs want; ignored ones are not
    among them. A provider may find it `different` without saying where.
    """

    urn: str
    gone: bool = False
    different: bool = False
    detail: tuple[str, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """The resources of a stack's state, none where it was never brought up; what was seen of them, and why not of others.

    That somebody may not look is an `info`, that it did not work an `error`.
    """

    kept: Sequence[Kept]
    seen: Sequence[Seen] = ()
    unseen: Sequence[Diagnostic] = ()


@dataclass(frozen=True)
class Duration:
    """How long the real cloud would have taken, in seconds, and the chain of steps that took it."""

    seconds: float
    chain: Sequence[tuple[Step, float]] = ()


@dataclass(frozen=True)
class Update:
    """The end of a run. A plan has the same shape. `changes` counts every operation of OPERATIONS.

    `violations` are the policies that resources break; what a mandatory one forbids is an error among the diagnostics too.
    `unneeded` are the exceptions from policies that nothing in a whole plan needs.
    """

    stack: str
    mode: Mode
    ok: bool
    steps: Sequence[Step]
    changes: Mapping[str, int]
    outputs: Mapping[str, Any] = field(default_factory=dict)
    diagnostics: Sequence[Diagnostic] = ()
    duration: Duration | None = None
    violations: "Sequence[Violation]" = ()
    unneeded: "Sequence[Unneeded]" = ()

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints: counts and steps, then the rest."""
        return {
            "stack": self.stack,
            "mode": self.mode,
            "ok": self.ok,
            "changes": {operation: self.changes.get(operation, 0) for operation in OPERATIONS},
            "steps": [
                {"op": step.op, "urn": step.urn, "type": step.type, "detail": list(step.detail)} for step in self.steps
            ],
            "diagnostics": [
                {"urn": found.urn, "severity": found.severity, "message": found.message} for found in self.diagnostics
            ],
            "policies": [found.as_json() for found in self.violations],
            "unneeded_exceptions": [found.as_json() for found in self.unneeded],
            "virtual_seconds": round(self.duration.seconds, 1) if self.duration else None,
        }


class Engine(Protocol):
    """Deploys stacks. Every method may raise ConfigError (bad input) and Locked (somebody else is at it)."""

    name: str

    def run(self, stack: str, mode: Mode, report: Report, part: Part = WHOLE) -> Update:
        """Bring a stack up, plan it, refresh it or take it down, or only a part of it."""
        ...

    def outputs(self, stack: str, show_secrets: bool = False) -> dict[str, Any] | None:
        """The exports of the last update, or None where the stack was never brought up."""
        ...

    def config_get(self, stack: str, key: str) -> str | None:
        """A value of the stack's config, decrypted where it is a secret."""
        ...

    def config_set(self, stack: str, key: str, value: str, secret: bool = False) -> None:
        """Write a value into the stack's file; a secret is encrypted there."""
        ...

    def stacks(self, beside: str = "") -> list[str]:
        """The stacks that have a state; with `beside` only those that keep it where that one does."""
        ...

    def state_of(self, stack: str) -> str:
        """Where a stack keeps its state. Two that name the same place may read each other's exports."""
        ...

    def credentials(self, stack: str) -> Mapping[str, str]:
        """What other programs need in their environment to act as it does for a stack; mostly nothing."""
        ...

    def kept(self, stack: str) -> list[Kept]:
        """The resources in the stack's state, in its order; none where it was never brought up."""
        ...

    def look(self, stack: str, report: Report) -> Look:
        """Read each resource of the stack's state in its cloud. Nothing is changed, written or locked.

        It acts as whoever may only read, where builds act as accounts of a stack: that one reads no secret there.
        """
        ...

    def remove(self, stack: str) -> None:
        """Forget a stack that has no resources left; nothing happens where there is none."""
        ...

    def prepare(self, stack: str) -> None:
        """Pay once what several runs of the stack would each pay for: to be called before they are forked."""
        ...

    def reading(self, config_dir: Path) -> "Engine":
        """The same states and clouds with the stack files and the catalogue of another folder: for plans of what if."""
        ...

    def now(self) -> datetime:
        """The time that bake times and release ids go by; virtual in the sandbox."""
        ...


def quiet(event: Event) -> None:
    """A report for who does not listen."""
