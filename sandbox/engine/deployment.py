"""What the parts of a run share: the resources before and now, which were seen, and what was reported."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sandbox.engine import urns
from sandbox.engine.analyzing import Analyze
from sandbox.engine.checkpoint import Checkpoint
from sandbox.engine.errors import Cancelled, EngineError
from sandbox.engine.events import Diagnostic, Step, StepDone, StepFailed, StepStarted
from sandbox.engine.goal import Alias
from sandbox.engine.journal import Progress
from sandbox.engine.registry import Registry
from sandbox.engine.report import Report
from sandbox.engine.resource import Resource
from sandbox.engine.targets import Targets
from sandbox.engine.urns import ProviderRef
from sandbox.values import SIGNATURE, Properties, is_secret, secret

_ID_IS_PLAIN = "The 'id' property cannot be made secret. See pulumi/pulumi#2717 for more details."


@dataclass(frozen=True)
class Claim:
    """A registration's identity: its URN, and what the state had under it or under an alias (`key` is its number)."""

    urn: str
    alias: str
    key: int | None
    old: Resource | None


class Deployment:
    """One run over one stack. Registrations come from many threads; `lock` guards the bookkeeping, never a call."""

    def __init__(
        self,
        project: str,
        stack: str,
        dry_run: bool,
        parallel: int,
        base: Checkpoint,
        progress: Progress,
        registry: Registry,
        report: Report,
        targets: Targets,
        forced: Targets,
        stopped: threading.Event,
        analyze: Analyze | None = None,
    ) -> None:
        """`stopped` is set from outside when the run is to end; `analyze` says what rules forbid."""
        self.project = project
        self.stack = stack
        self.dry_run = dry_run
        self.progress = progress
        self.registry = registry
        self.report = report
        self.base = base
        self.targets = targets
        self.forced = forced
        self.slots = threading.BoundedSemaphore(parallel)
        self.parallel = parallel
        self.lock = threading.Lock()
        # The last one wins: a state can hold several that wait for their deletion beside the one that lives.
        self.olds = {res.urn: key for key, res in enumerate(base.resources) if not res.delete}
        self.providers = {ProviderRef(res.urn, res.id): res for res in base.resources if urns.is_provider(res.type)}
        self.news: dict[str, Resource] = {}
        self.keys: dict[str, int] = {}
        self.handled: set[int] = set()
        self.deletes: set[str] = set()
        self.replaces: set[str] = set()
        self.replace_keys: dict[str, tuple[str, ...]] = {}
        self.interrupted: dict[str, Resource] = {}
        self.stack_outputs: tuple[int, Properties] | None = None
        self.stopped = stopped
        self.analyze = analyze
        self.failed = threading.Event()
        self.refused = threading.Event()
        """Set when something will not be done that a plan goes on after, to tell of all such things."""
        self._together = False
        self._urns: set[str] = set()
        self._aliased: dict[str, str] = {}
        self._aliases: dict[str, str] = {}

    @property
    def over(self) -> bool:
        """Whether something has failed, or somebody has interrupted the run."""
        return self.failed.is_set() or self.stopped.is_set()

    def ensure_running(self) -> None:
        """Raises Cancelled once nothing more shall begin."""
        if self.stopped.is_set() or (self.failed.is_set() and not self._together):
            raise Cancelled

    @contextmanager
    def together(self) -> Iterator[None]:
        """Around registrations that came at the same time and are made one after the other: they count as under way at once, so
        that a failure of one keeps none of the others from being made."""
        self._together = not self.over
        try:
            yield
        finally:
            self._together = False

    @contextmanager
    def turn(self, provider: object | None) -> Iterator[None]:
        """Around a call to a provider, of which only so many are under way at once; without one there is nothing to wait for.

        Raises Cancelled where the run was over before its turn came: what only waited is not under way.
        """
        if provider is None:
            yield
            return
        with self.slots:
            self.ensure_running()
            yield

    def note(self, urn: str, severity: str, message: str) -> None:
        """Report a diagnostic."""
        self.report.tell(Diagnostic(urn, severity, message))

    def fail(self, urn: str, message: str) -> Cancelled:
        """Report an error and end the run; raise what this returns."""
        self.failed.set()
        self.note(urn, "error", message)
        return Cancelled()

    def fail_step(self, urn: str, message: str) -> Cancelled:
        """As `fail`, for what went wrong in doing a step, which a plan only tries."""
        return self.fail(urn, f"Preview failed: {message}" if self.dry_run else message)

    def refuse(self, urn: str, message: str) -> None:
        """Report an error. It ends the run, raising Cancelled, unless the run is only a plan."""
        self.refused.set()
        if not self.dry_run:
            raise self.fail(urn, message)
        self.note(urn, "error", message)

    def require(self, targets: Targets) -> None:
        """Raises Cancelled, after reporting each, if the state lacks one of the targets."""
        missing = targets.missing({resource.urn for resource in self.base.resources})
        for line in missing:
            self.fail("", line)
        if missing:
            raise Cancelled

    def require_targets(self) -> None:
        """Raises EngineError, naming the first, if the state lacks one of the targets that a refresh or destroy is limited to."""
        if missing := self.targets.unknown({resource.urn for resource in self.base.resources}):
            raise EngineError("", f"no resource named '{missing[0]}' found")

    @contextmanager
    def working(self, op: str, urn: str) -> Iterator[Callable[..., None]]:
        """Around a step: yields the function that reports it done, with id, detail and replaces."""
        type_ = urns.type_of(urn)
        self.report.tell(StepStarted(op, urn, type_))
        start = time.monotonic()
        ended = False

        def done(
            id_: str = "",
            detail: tuple[str, ...] = (),
            replaces: tuple[str, ...] = (),
            op: str = op,
            wanted: Properties | None = None,
            before: Properties | None = None,
            found: Properties | None = None,
        ) -> None:
            nonlocal ended
            ended = True
            shown = (wanted or {}, before or {}, found or {}) if self.dry_run else ({}, {}, {})
            seconds = time.monotonic() - start
            self.report.tell(StepDone(Step(op, urn, type_, id_, seconds, detail, replaces, *shown)))

        try:
            yield done
        finally:
            if not ended:
                self.report.tell(StepFailed(op, urn, type_))

    def claim(self, parent: str, type_: str, name: str, aliases: tuple[Alias, ...] = ()) -> Claim:
        """The identity of a new registration. Raises Cancelled, after reporting, if it cannot have it."""
        urn = urns.build(self.stack, self.project, parent, type_, name)
        with self.lock:
            problem = self._problem(urn, parent)
            if problem is None:
                self._urns.add(urn)
                for candidate in (urn, *self._candidates(parent, type_, name, aliases)):
                    key = self.olds.get(candidate)
                    if key is None:
                        continue
                    if candidate != urn:
                        if candidate in self._urns or candidate in self._aliased:
                            # Pulumi names the URN itself as the other one where that was registered by its own name.
                            problem = _twice(candidate, urn, self._aliased.get(candidate, urn))
                            break
                        self._aliased[candidate] = urn
                        self._aliases[urn] = candidate
                    self.handled.add(key)
                    return Claim(urn, candidate if candidate != urn else "", key, self.progress.get(key))
            if problem is None:
                return Claim(urn, "", None, None)
        raise self.fail(urn, problem)

    def keep_name(self, urn: str) -> None:
        """Have an old URN registered too: what keeps it, though the program renamed it, is a parent by it."""
        with self.lock:
            self._urns.add(urn)

    def registered(self) -> set[str]:
        """URNs that the program has registered so far."""
        with self.lock:
            return set(self._urns)

    def to_be_replaced(self, urn: str, old: Resource | None) -> bool:
        """Whether a resource is made anew whatever it is: the caller asked for it, or the state says so."""
        return (bool(self.forced) and self.forced.named(urn)) or (old is not None and old.taint)

    def knows(self, urn: str) -> bool:
        """Whether the program has registered the URN, or one that took over from it. To be called under the lock."""
        return urn in self._urns or urn in self._aliased

    def renamed_to(self, urn: str) -> str:
        """The URN that took over this one by an alias; empty if none did."""
        return self._aliased.get(urn, "")

    def _problem(self, urn: str, parent: str) -> str | None:
        if urn in self._urns:
            return f"Duplicate resource URN '{urn}'; try giving it a unique name"
        if parent and parent not in self._urns:
            return f"could not find parent resource {parent}"
        if urn in self._aliased:
            return f"Duplicate resource URN '{urn}' conflicting with alias on resource with URN '{self._aliased[urn]}'"
        return None

    def _candidates(self, parent: str, type_: str, name: str, aliases: tuple[Alias, ...]) -> list[str]:
        collapsed = [self._collapse(parent, type_, name, alias) for alias in aliases]
        found = list(collapsed)
        above = self._aliases.get(parent, "") if parent else ""
        if above:
            found.append(self._inherited(type_, name, parent, above))
            found += [self._inherited(urns.type_of(urn), urns.name_of(urn), parent, above) for urn in collapsed]
        return list(dict.fromkeys(found))

    def _collapse(self, parent: str, type_: str, name: str, alias: Alias) -> str:
        if alias.urn:
            return alias.urn
        above = self._aliases.get(alias.parent, alias.parent) if alias.parent else parent
        if alias.no_parent or (above and urns.qualified_type(above) == urns.ROOT_TYPE):
            above = ""
        return urns.build(
            alias.stack or self.stack, alias.project or self.project, above, alias.type or type_, alias.name or name
        )

    def _inherited(self, type_: str, name: str, parent: str, above: str) -> str:
        before = urns.name_of(parent)
        if name.startswith(before):
            name = urns.name_of(above) + name.removeprefix(before)
        return urns.build(self.stack, self.project, above, type_, name)

    def urn(self, request: Any) -> str:
        """The URN of what is to be registered or read."""
        return urns.build(self.stack, self.project, request.parent, request.type, request.name)

    def finish(self) -> None:
        """Give the stack the outputs that its program registered. After a failure those that it did not come to stay."""
        if self.stack_outputs is None:
            return
        key, outputs = self.stack_outputs
        resource = self.progress.get(key)
        if resource is None:
            return
        if self.over:
            outputs = {**resource.outputs, **outputs}
        if self.dry_run or outputs == resource.outputs:
            self.progress.same(key, replace(resource, outputs=outputs))
        else:
            self.progress.commit(None, {key: replace(resource, outputs=outputs)})

    def marked(self, resource: Resource, outputs: Properties) -> Properties:
        """The outputs with those marked secret that the program wants so. Its id cannot be, and that is said."""
        if "id" in resource.additional_secret_outputs:
            self.note(resource.urn, "warning", _ID_IS_PLAIN)
        return marked(outputs, resource.additional_secret_outputs)

    def settle(self, key: int, resource: Resource) -> Resource:
        """Remember what a registration came to."""
        with self.lock:
            self.news[resource.urn] = resource
            self.keys[resource.urn] = key
        return resource

    def registered_as(self, reference: str) -> str:
        """An old resource's provider as this run has it: by the URN that took over from the one that the state knows."""
        if self.registry.has(reference):
            return reference
        old = ProviderRef.parse(reference)
        return str(ProviderRef(self.renamed_to(old.urn) or old.urn, old.id))

    def ensure_provider(self, reference: str) -> None:
        """Make sure that an old resource's provider can be called, from the state if the program did not register it."""
        if not reference or self.registry.has(reference):
            return
        wanted = ProviderRef.parse(reference)
        if found := self.providers.get(wanted):
            self.registry.same(found)
            return
        if self.registry.has(self.registered_as(reference)):
            return
        raise EngineError("", f"could not load provider {reference}: the state does not have it")


def _twice(alias: str, urn: str, other: str) -> str:
    return (
        f"Duplicate resource alias '{alias}' applied to resource with URN '{urn}' "
        f"conflicting with resource with URN '{other}'"
    )


def leaked(outputs: Properties, inputs: Properties) -> Properties:
    """The outputs with those marked secret that are secret as inputs."""
    return {
        key: secret(value) if is_secret(inputs.get(key)) and not is_secret(value) else value
        for key, value in outputs.items()
    }


def marked(outputs: Properties, names: tuple[str, ...]) -> Properties:
    """The outputs with those of these names marked secret."""
    if not names:
        return outputs
    return {
        key: secret(value) if key in names and key != "id" and not is_secret(value) else value
        for key, value in outputs.items()
        if key != SIGNATURE
    }
