"""Going on after a killed run: what its interrupted operations came to.

A declared difference to Pulumi, which after a kill in the middle of a create warns, creates the thing a second time and
keeps the operation on record for a person to clear. Here `resolve` looks for what was made; the state adopts it, or, if
nothing was made, the create is done again with the inputs that were checked then, so that a generated name stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sandbox.engine.answers import annotate
from sandbox.engine.checkpoint import Checkpoint, Operation, timestamp
from sandbox.engine.deployment import marked
from sandbox.engine.events import Diagnostic
from sandbox.engine.report import Report
from sandbox.engine.resource import Resource
from sandbox.values import Properties, unwrap

_UNSEEN = "the run that created it was interrupted before it was seen ready"
"""As an initialization error it makes the next update wait for readiness, like any thing that did not become ready."""

_UNSURE = "the run that updated it was interrupted before it was seen ready"
"""Likewise: the next update is made though the state has the inputs that are wanted."""

Known = tuple[str, Properties]
"""A resource that the state has: its ID, which need not be unique, and its outputs."""

Resolve = Callable[[str, Sequence[Known]], tuple[str, Properties] | None]
"""Finds what a create that was cut off has made: the URN and what the state knows of it, to ID and outputs."""


def recover(
    checkpoint: Checkpoint, resolve: Resolve | None, report: Report
) -> tuple[Checkpoint, tuple[Operation, ...], dict[str, Resource]]:
    """The state with interrupted creates adopted; operations still to be kept on record; inputs to create again with.

    What an interrupted update came to is not known, and the next run may want what there was before it: so it updates the
    resource, whatever the state says. Interrupted deletions and reads need nothing: the next run does them again.
    """
    kept: list[Operation] = []
    again: dict[str, Resource] = {}
    resources = list(checkpoint.resources)
    for operation in checkpoint.pending:
        wanted = operation.resource
        if operation.kind == "updating":
            resources = [_unsure(resource, wanted.urn) for resource in resources]
        if operation.kind != "creating":
            continue
        again[wanted.urn] = wanted
        if resolve is None:
            kept.append(operation)
            report.tell(
                Diagnostic(
                    wanted.urn, "warning", "a create of this resource was interrupted; it is not known what came of it"
                )
            )
            continue
        # One that was deleted to be replaced is gone, though the new one may have its very id.
        known = [
            (resource.id, unwrap(resource.outputs))
            for resource in resources
            if resource.urn == wanted.urn and not resource.pending_replacement
        ]
        found = resolve(wanted.urn, known)
        if found is None:
            continue
        id_, outputs = found
        outputs = marked(annotate(outputs, wanted.inputs), wanted.additional_secret_outputs)
        now = timestamp()
        resources = [_superseded(resource, wanted.urn) for resource in resources if not _gone(resource, wanted.urn)]
        adopted = replace(wanted, id=id_, outputs=outputs, created=now, modified=now, init_errors=(_UNSEEN,))
        resources.append(adopted)
        del again[wanted.urn]
        report.tell(Diagnostic(wanted.urn, "info", f"adopted {id_}, which an interrupted run had created"))
    return replace(checkpoint, resources=tuple(resources), pending=()), tuple(kept), again


def _unsure(resource: Resource, urn: str) -> Resource:
    return replace(resource, init_errors=(_UNSURE,)) if resource.urn == urn and not resource.delete else resource


def _gone(resource: Resource, urn: str) -> bool:
    return resource.urn == urn and resource.pending_replacement


def _superseded(resource: Resource, urn: str) -> Resource:
    return replace(resource, delete=True) if resource.urn == urn and not resource.delete else resource
