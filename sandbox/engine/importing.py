"""Taking over what exists already: reading with ReadResource, and `import_` as an option."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.engine.acting import Provider
from sandbox.engine.channel import Failure, InitFailure
from sandbox.engine.checkpoint import timestamp
from sandbox.engine.deployment import Deployment
from sandbox.engine.errors import EngineError
from sandbox.engine.goal import Goal
from sandbox.engine.resource import Resource
from sandbox.values import UNKNOWN, Properties, equal


def import_resource(
    deployment: Deployment, provider: Provider, new: Resource, goal: Goal, key: int | None, old: Resource | None
) -> tuple[int, Resource]:
    """The resource with the program's import ID as its provider reports it, now part of the state.

    Whatever the state had under the same URN waits for its deletion. Raises EngineError if there is no such thing.
    """
    with deployment.working("import", new.urn) as done:
        operation = None if deployment.dry_run else deployment.progress.begin(new, "importing")
        reasons: tuple[str, ...] = ()
        try:
            with deployment.slots:
                live = provider.read(new.urn, goal.import_id, {}, {}, new.custom_timeouts.get("read", 0.0))
            id_, inputs, outputs = live.id, live.inputs, live.outputs
        except InitFailure as failure:
            id_, inputs, outputs, reasons = failure.id, failure.inputs, failure.properties, failure.reasons
        except Failure as failure:
            if operation is not None:
                deployment.progress.abandon(operation)
            raise deployment.fail_step(new.urn, failure.message) from failure
        if not id_ or inputs is None:
            if operation is not None:
                deployment.progress.abandon(operation)
            raise deployment.fail_step(new.urn, f"resource '{goal.import_id}' does not exist")
        now = timestamp()
        found = replace(
            new,
            id=id_,
            inputs=inputs,
            outputs=deployment.marked(new, outputs),
            init_errors=reasons,
            created=now,
            modified=now,
        )
        number = deployment.progress.new_key()
        put = {number: found}
        if old is not None and key is not None:
            put[key] = replace(old, delete=True)
        deployment.progress.commit(operation, put)
        done(id_)
    deployment.settle(number, found)
    return number, found


def read_resource(
    deployment: Deployment,
    provider: Provider,
    request: Mapping[str, Any],
    inputs: Properties,
) -> Resource:
    """A resource that the program only looks at; `request` holds the fields of Resource that it gave.

    Its URN may have been a managed resource before, which is then deleted unless it is the same thing.
    """
    deployment.ensure_running()
    claim = deployment.claim(request["parent"], request["type"], request["name"])
    if not request["id"]:
        raise deployment.fail(claim.urn, f"Expected an ID for {claim.urn}")
    old = claim.old
    fields = {key: value for key, value in request.items() if key != "name"}
    new = Resource(
        urn=claim.urn,
        custom=True,
        external=True,
        inputs=inputs,
        aliases=(claim.alias,) if claim.alias else (),
        **fields,
    )
    with deployment.working("read", new.urn) as done:
        operation = None if deployment.dry_run else deployment.progress.begin(new, "reading")
        reasons: tuple[str, ...] = ()
        outputs: Properties = {}
        id_ = new.id
        if new.id != UNKNOWN:
            try:
                with deployment.slots:
                    live = provider.read(new.urn, new.id, inputs, inputs, 0.0)
                id_, outputs = live.id, live.outputs
                if not id_:
                    raise EngineError(new.urn, f"resource '{new.id}' does not exist")
            except InitFailure as failure:
                id_, outputs, reasons = failure.id, failure.properties, failure.reasons
            except (Failure, EngineError) as error:
                if operation is not None:
                    deployment.progress.abandon(operation)
                raise deployment.fail_step(new.urn, error.message) from error
        outputs = deployment.marked(new, outputs)
        changed = old is not None and not (equal(old.inputs, inputs) and equal(old.outputs, outputs))
        new = replace(
            new,
            id=id_,
            outputs=outputs,
            init_errors=reasons,
            created=old.created if old else "",
            modified=timestamp() if changed else old.modified if old else "",
        )
        if claim.key is None or old is None:
            key = deployment.progress.new_key()
            deployment.progress.commit(operation, {key: new})
        elif not old.external and old.id != request["id"]:
            key = deployment.progress.new_key()
            deployment.progress.commit(operation, {key: new, claim.key: replace(old, delete=True)})
        else:
            key = claim.key
            deployment.progress.commit(operation, {key: new})
        if reasons:
            raise deployment.fail_step(new.urn, "\n".join(reasons))
        done(id_)
    return deployment.settle(key, new)
