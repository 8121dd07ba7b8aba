"""The Pulumi CLI's engine events, in the words of `delivery.engines`."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from pulumi.automation import events as pulumi_events
from pulumi.automation.events import EngineEvent
from pulumi.runtime import rpc

from delivery.engines import HIDDEN, OPERATIONS, UNKNOWN, Diagnostic, Event, Report, Step
from policies.resource import Resource
from sandbox.values import is_secret

_SEVERITIES = ("error", "warning", "info")


class Listener:
    """Collects the steps and diagnostics of one run, and passes on what happens. Of a plan also the resources, those that stay as
    they are among them."""

    def __init__(self, report: Report, planning: bool) -> None:
        self.steps: list[Step] = []
        self.diagnostics: list[Diagnostic] = []
        self.resources: dict[str, Resource] = {}
        self._report = report
        self._planning = planning

    @property
    def changes(self) -> dict[str, int]:
        """A count for each operation; a replacement counts once."""
        counted = Counter(step.op for step in self.steps)
        return {operation: counted[operation] for operation in OPERATIONS}

    def hear(self, event: EngineEvent) -> None:
        """One event, as the CLI sends it."""
        if before := event.resource_pre_event:
            self._report(Event("begun", str(before.metadata.op.value), before.metadata.urn))
            if self._planning:
                self._wanted(before.metadata)
                self._done(before.metadata)
        if (after := event.res_outputs_event) and not self._planning:
            self._done(after.metadata)
        if failed := event.res_op_failed_event:
            self._report(Event("failed", str(failed.metadata.op.value), failed.metadata.urn))
        if (said := event.diagnostic_event) and not said.ephemeral:
            severity = said.severity.removesuffix("#err")
            if severity in _SEVERITIES and said.message.strip():
                found = Diagnostic(said.urn or "", severity, _plain(said.message))
                self.diagnostics.append(found)
                if severity != "error":
                    self._report(Event("note", "", found.urn, found.message))

    def _done(self, metadata: pulumi_events.StepEventMetadata) -> None:
        op = str(metadata.op.value)
        self._report(Event("done", op, metadata.urn))
        # A replacement is told as its two halves and once as a whole: the whole is what counts.
        if op in OPERATIONS and not is_default_provider(metadata.urn):
            paths = tuple(sorted(metadata.detailed_diff or metadata.diffs or ()))
            wanted = metadata.new.inputs if self._planning and metadata.new and op != "same" else {}
            before = metadata.old.inputs if self._planning and metadata.old and op == "update" else {}
            self.steps.append(Step(op, metadata.urn, metadata.type, paths, shown(wanted), shown(before)))

    def _wanted(self, metadata: pulumi_events.StepEventMetadata) -> None:
        """What a program only reads is no wish of its own, and says next to nothing of itself: Pulumi asks no policy about it."""
        if (new := metadata.new) and new.custom and not str(metadata.op.value).startswith("read"):
            self.resources[metadata.urn] = Resource(
                type=metadata.type,
                name=metadata.urn.rpartition("::")[2],
                props=shown(new.inputs),
                urn=metadata.urn,
                protect=bool(new.protect),
                parent=new.parent or "",
            )


class Outputs:
    """What a refresh finds resources to be, by URN; those that are gone are not among them."""

    def __init__(self) -> None:
        self.found: dict[str, Mapping[str, Any]] = {}

    def hear(self, event: EngineEvent) -> None:
        """One event, as the CLI sends it."""
        told = event.res_outputs_event
        if told and told.metadata.new and told.metadata.new.outputs:
            self.found[told.metadata.urn] = told.metadata.new.outputs


def shown(value: Any) -> Any:
    """Inputs as a plan may show them. The CLI hides secrets itself, as texts that say so, or marked as in a state. It tells what is
    not known by a fixed text.
    """
    if is_secret(value):
        return HIDDEN
    if isinstance(value, Mapping):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shown(item) for item in value]
    return UNKNOWN if value == rpc.UNKNOWN else value


def is_default_provider(urn: str) -> bool:
    """Pulumi makes these by itself, one for each version of a package; nobody asked for them."""
    *_, kind, name = urn.split("::")
    return kind.startswith("pulumi:providers:") and name.startswith("default")


def _plain(message: str) -> str:
    """The CLI writes colours as `<{%reset%}>`."""
    while "<{%" in message:
        start = message.index("<{%")
        end = message.find("%}>", start)
        if end < 0:
            break
        message = message[:start] + message[end + 3 :]
    return message.strip()
