"""Doing one thing to one resource, and writing down what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sandbox.engine import urns
from sandbox.engine.builtin import Builtin
from sandbox.engine.channel import Failure, InitFailure
from sandbox.engine.checkpoint import timestamp
from sandbox.engine.deployment import Deployment, leaked
from sandbox.engine.errors import EngineError
from sandbox.engine.plugins import Plugin
from sandbox.engine.registry import Registry
from sandbox.engine.resource import Resource

Provider = Plugin | Builtin | Registry


@dataclass(frozen=True)
class Change:
    """How a step is reported: paths that changed, and those that force a replacement."""

    detail: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()


NO_CHANGE = Change()


def provider_of(deployment: Deployment, resource: Resource) -> Provider | None:
    """Who manages an old resource; None for a component. Loads it from the state if need be."""
    if not resource.custom:
        return None
    if urns.is_provider(resource.type):
        return deployment.registry
    deployment.ensure_provider(resource.provider)
    return deployment.registry.get(deployment.registered_as(resource.provider))


def create(
    deployment: Deployment,
    provider: Provider | None,
    new: Resource,
    op: str = "create",
    change: Change = NO_CHANGE,
    put: dict[int, Resource] | None = None,
    drop: Iterable[int] = (),
) -> Resource:
    """Make a resource. `put` and `drop` are what becomes of the one it replaces, at the same moment."""
    key = deployment.progress.new_key()
    failure: InitFailure | None = None
    outputs = new.outputs
    id_ = ""
    with deployment.turn(provider), deployment.working(op, new.urn) as done:
        operation = None
        if provider is not None:
            operation = None if deployment.dry_run else deployment.progress.begin(new, "creating")
            try:
                live = provider.create(new.urn, new.inputs, new.custom_timeouts.get("create", 0.0), deployment.dry_run)
                id_, outputs = live.id, live.outputs
            except InitFailure as error:
                failure, id_, outputs = error, error.id, error.properties
            except (Failure, EngineError) as error:
                # One without an answer stays on record, so that the next run looks for what it has made.
                if operation is not None and not (isinstance(error, Failure) and error.unanswered):
                    deployment.progress.abandon(operation)
                raise deployment.fail_step(new.urn, error.message) from error
        now = timestamp()
        new = replace(
            new,
            id=id_,
            outputs=deployment.marked(new, outputs),
            init_errors=failure.reasons if failure else (),
            created=now,
            modified=now,
        )
        deployment.progress.commit(operation, {**(put or {}), key: new}, drop)
        if failure:
            raise deployment.fail_step(new.urn, str(failure)) from failure
        done(id_, change.detail, change.replaces, wanted=new.inputs)
    return deployment.settle(key, new)


def update(
    deployment: Deployment, provider: Provider | None, key: int, old: Resource, new: Resource, change: Change
) -> Resource:
    """Change a resource. If it does not become ready its inputs stay the old ones, so that the next run tries again."""
    failure: InitFailure | None = None
    new = replace(new, id=old.id, created=old.created, modified=old.modified)
    with deployment.turn(provider), deployment.working("update", new.urn) as done:
        operation = None
        if provider is not None:
            operation = None if deployment.dry_run else deployment.progress.begin(new, "updating")
            try:
                outputs = provider.update(
                    new.urn,
                    old.id,
                    old.inputs,
                    old.outputs,
                    new.inputs,
                    new.custom_timeouts.get("update", 0.0),
                    new.ignore_changes,
                    deployment.dry_run,
                )
            except InitFailure as error:
                failure, outputs = error, error.properties
            except (Failure, EngineError) as error:
                if operation is not None:
                    deployment.progress.abandon(operation)
                raise deployment.fail_step(new.urn, error.message) from error
            new = replace(
                new,
                inputs=old.inputs if failure else new.inputs,
                outputs=deployment.marked(new, outputs),
                init_errors=failure.reasons if failure else (),
                modified=timestamp(),
            )
        deployment.progress.commit(operation, {key: new})
        if failure:
            raise deployment.fail_step(new.urn, str(failure)) from failure
        done(old.id, change.detail, wanted=new.inputs, before=old.inputs)
    return deployment.settle(key, new)


def same(deployment: Deployment, provider: Provider | None, key: int, old: Resource, new: Resource) -> Resource:
    """Keep a resource as it is; what does not concern its provider (parent, protect...) may be new."""
    with deployment.working("same", new.urn) as done:
        resource = kept(deployment, provider, key, old, new)
        done(old.id)
    return resource


def kept(deployment: Deployment, provider: Provider | None, key: int, old: Resource, new: Resource) -> Resource:
    """As `same`, without telling anybody."""
    new = replace(
        new,
        id=old.id,
        outputs=leaked(deployment.marked(new, old.outputs), new.inputs),
        created=old.created,
        modified=old.modified,
    )
    if isinstance(provider, Registry):
        try:
            # The old inputs: a provider that calls a change no change goes on seeing what it was configured with.
            provider.same(replace(new, inputs=old.inputs))
        except (Failure, EngineError) as error:
            raise deployment.fail_step(new.urn, error.message) from error
    deployment.progress.same(key, new)
    return deployment.settle(key, new)


def delete(deployment: Deployment, key: int, old: Resource, replaced: bool, keep: bool = False) -> None:
    """Remove a resource; only forget it if it is not the stack's own. With `keep` it stays on record as deleted and to
    be created again, and if it was that already, nothing more is done to it.
    """
    op = ("discard" if old.external else "delete") + ("-replaced" if replaced else "")
    with deployment.working(op, old.urn) as done:
        if not deployment.dry_run:
            spared = (
                old.external
                or old.retain_on_delete
                or old.pending_replacement
                or old.deleted_with in deployment.deletes
            )
            operation = deployment.progress.begin(old, "deleting")
            if old.custom and not spared:
                try:
                    provider = provider_of(deployment, old)
                    with deployment.slots:
                        if provider is not None:
                            provider.delete(
                                old.urn, old.id, old.inputs, old.outputs, old.custom_timeouts.get("delete", 0.0)
                            )
                except (Failure, InitFailure, EngineError) as error:
                    deployment.progress.abandon(operation)
                    raise deployment.fail(old.urn, str(error)) from error
            if keep:
                deployment.progress.commit(operation, {key: replace(old, pending_replacement=True)})
            else:
                deployment.progress.commit(operation, drop=(key,))
        elif keep:
            deployment.progress.commit(None, {key: replace(old, pending_replacement=True)})
        else:
            deployment.progress.commit(None, drop=(key,))
        done(old.id)
