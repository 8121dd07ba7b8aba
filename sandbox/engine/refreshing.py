"""Refresh: the state takes over what the providers report, or, in a preview, only what that would be is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from sandbox.engine import acting, paths, urns
from sandbox.engine.channel import Failure, InitFailure
from sandbox.engine.checkpoint import timestamp
from sandbox.engine.deployment import Deployment
from sandbox.engine.errors import Cancelled, EngineError
from sandbox.engine.resource import Resource
from sandbox.values import equal


def refresh_all(deployment: Deployment) -> None:
    """Read every resource. Raises Cancelled, after reporting, if one cannot be read; the others are kept as read.

    A preview tells of each that cannot be read, and raises nothing.
    """
    targets = deployment.targets
    deployment.require_targets()
    # To be managed by a target makes no dependent here, as in Pulumi.
    wanted = targets.closure(deployment.base.resources, Resource.needs)
    work = [
        (key, resource)
        for key, resource in deployment.progress.entries()
        if (resource.urn in wanted if targets.dependents else targets.named(resource.urn))
    ]
    with ThreadPoolExecutor(max_workers=deployment.parallel) as pool:
        futures = [pool.submit(_refresh, deployment, key, resource) for key, resource in work]
    problems = [error for future in futures if (error := future.exception()) is not None]
    for problem in problems:
        if not isinstance(problem, Cancelled):
            raise problem
    _drop_references(deployment)
    if problems:
        raise Cancelled


def _refresh(deployment: Deployment, key: int, old: Resource) -> None:
    if not old.custom or urns.is_provider(old.type) or old.pending_replacement:
        deployment.progress.same(key, old)
        with deployment.working("same", old.urn) as done:
            done(old.id)
        return
    deployment.ensure_running()
    reasons: tuple[str, ...] = ()
    with deployment.working("refresh", old.urn) as done:
        provider: acting.Provider | None = None
        try:
            provider = acting.provider_of(deployment, old)
            assert provider is not None
            with deployment.slots:
                live = provider.read(old.urn, old.id, old.inputs, old.outputs, old.custom_timeouts.get("read", 0.0))
            id_, outputs, inputs = live.id, live.outputs, live.inputs
        except InitFailure as failure:
            id_, outputs, inputs, reasons = failure.id, failure.properties, failure.inputs, failure.reasons
            listed = "".join(f"\n* {reason}" for reason in reasons)
            deployment.note(old.urn, "warning", f"Refreshed resource is in an unhealthy state:{listed}")
        except (Failure, EngineError) as error:
            deployment.refuse(old.urn, error.message)
            return
        if not id_:
            deployment.progress.commit(None, drop=(key,))
            done(old.id, op="delete", before=old.inputs)
            return
        outputs = deployment.marked(old, outputs)
        inputs = old.inputs if inputs is None else inputs
        changed = not (equal(inputs, old.inputs) and equal(outputs, old.outputs))
        new = replace(
            old,
            id=id_,
            inputs=inputs,
            outputs=outputs,
            init_errors=reasons,
            modified=timestamp() if changed else old.modified,
        )
        assert provider is not None
        try:
            with deployment.slots:
                detail = _differences(provider, old, new)
        except (Failure, EngineError) as error:
            deployment.refuse(old.urn, error.message)
            return
        if new.same(old):
            deployment.progress.same(key, old)
        else:
            deployment.progress.commit(None, {key: new})
        op = "same" if detail is None else "update"
        done(id_, detail or (), op=op, wanted=inputs, before=old.inputs, found=outputs)


def _differences(provider: acting.Provider, old: Resource, new: Resource) -> tuple[str, ...] | None:
    """The paths in which the cloud differs from what is wanted, None where it does not.

    As RefreshStep in Pulumi's pkg/resource/deploy/step.go: what an update would do that wants what the state had, of what
    was read. Of what is not the stack's own the outputs count.
    """
    if old.external:
        return None if equal(old.outputs, new.outputs) else tuple(paths.changed_keys(old.outputs, new.outputs))
    diff = provider.diff(new.urn, new.id, new.inputs, new.outputs, old.inputs, old.ignore_changes)
    if diff.changes is None:
        kept = paths.keep_old(old.inputs, new.inputs, old.ignore_changes)
        return tuple(paths.changed_keys(new.inputs, kept)) or None
    return tuple(sorted(diff.detailed or diff.changed_keys)) if diff.changes else None


def _drop_references(deployment: Deployment) -> None:
    """Take out dependencies on what turned out to be gone: a state must not point to what it does not have.

    As in Pulumi, properties without dependencies lose their entry on the way.
    """
    there: set[str] = set()
    for key, resource in enumerate(deployment.base.resources):
        resource = deployment.progress.get(key)
        if resource is None:
            continue
        kept = {
            name: tuple(urn for urn in urns if urn in there) for name, urns in resource.property_dependencies.items()
        }
        new = replace(
            resource,
            dependencies=tuple(urn for urn in resource.dependencies if urn in there),
            property_dependencies={name: urns for name, urns in kept.items() if urns},
            parent=resource.parent if resource.parent in there else "",
            deleted_with=resource.deleted_with if resource.deleted_with in there else "",
            replace_with=tuple(urn for urn in resource.replace_with if urn in there),
        )
        there.add(resource.urn)
        if new != resource:
            deployment.progress.commit(None, {key: new})
