"""Deletions at the end of a run: what the program no longer has, and what was replaced, dependents first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sandbox.engine import acting
from sandbox.engine.deployment import Deployment
from sandbox.engine.errors import Cancelled
from sandbox.engine.events import Diagnostic
from sandbox.engine.resource import Resource
from sandbox.engine.targets import needs

Condemned = dict[int, Resource]


def leftovers(deployment: Deployment) -> Condemned:
    """Resources to delete after the program has run, by number."""
    _report_missing(deployment)
    condemned: Condemned = {}
    kept = []
    allowed = deployment.targets.closure(deployment.base.resources)
    for key, resource in deployment.progress.entries():
        if resource.urn not in allowed and deployment.targets:
            if key < len(deployment.base.resources) and key not in deployment.handled and not resource.delete:
                kept.append(resource)
        elif resource.delete or (key < len(deployment.base.resources) and key not in deployment.handled):
            condemned[key] = resource
    return _only_targets(deployment, condemned, kept)


def everything(deployment: Deployment) -> Condemned:
    """All resources of the state that the run concerns, by number."""
    deployment.require_targets()
    allowed = deployment.targets.closure(deployment.base.resources)
    condemned = dict(deployment.progress.entries())
    kept = [condemned.pop(key) for key, resource in list(condemned.items()) if resource.urn not in allowed]
    return _only_targets(deployment, condemned, kept)


def _report_missing(deployment: Deployment) -> None:
    known = {resource.urn for resource in deployment.base.resources}
    for line in deployment.targets.missing([*known, *deployment.registered()]):
        deployment.report.tell(Diagnostic("", "error", line))
        deployment.refused.set()


def _only_targets(deployment: Deployment, condemned: Condemned, kept: list[Resource]) -> Condemned:
    """All of them, if those that are not targets themselves may go with the targets that they depend on.

    What is `kept` is told to stay the same.
    """
    if not deployment.targets.dependents:
        refused = [resource for resource in condemned.values() if not deployment.targets.named(resource.urn)]
        for resource in refused:
            deployment.note(
                resource.urn,
                "error",
                f"Resource '{resource.urn}' will be destroyed but was not specified in --target list.\n"
                "Either include resource in --target list or pass --target-dependents to proceed.",
            )
            deployment.refused.set()
        if refused and not deployment.dry_run:
            deployment.failed.set()
            raise Cancelled
    for resource in kept:
        with deployment.working("same", resource.urn) as done:
            done(resource.id)
    return condemned


def delete_all(deployment: Deployment, condemned: Condemned) -> None:
    """Delete these, each after all that depend on it. Raises Cancelled, after reporting, if one cannot be deleted.

    A protected resource refuses the whole: nothing is deleted at all. A plan tells of what could go beside it.
    """
    if not deployment.dry_run:
        refused = [_protected(deployment, resource) for resource in condemned.values() if _stays(resource)]
        if refused:
            raise refused[0]
    with deployment.lock:
        deployment.deletes.update(resource.urn for resource in condemned.values())
    _backwards(deployment, condemned)


def _stays(resource: Resource) -> bool:
    return resource.protect and not (resource.delete or resource.pending_replacement)


def _protected(deployment: Deployment, resource: Resource) -> Cancelled:
    return deployment.fail_step(
        resource.urn,
        f'resource "{resource.urn}" cannot be deleted because it is protected. To unprotect it, remove the `protect` option '
        "in the program and bring the stack up before deleting it",
    )


def _levels(condemned: Condemned) -> list[list[int]]:
    """Those of which nothing condemned needs another, in lists one after the other: what needs most first.

    As ScheduleDeletes in Pulumi's step generator: a list waits for the whole of the one before. In a state everything
    stands after what it needs.
    """
    found: list[list[int]] = []
    level_of: dict[str, int] = {}
    for key, resource in sorted(condemned.items()):
        level = 1 + max((level_of[urn] for urn in needs(resource) if urn in level_of), default=-1)
        level_of[resource.urn] = max(level, level_of.get(resource.urn, 0))
        found += [[] for _ in range(level + 1 - len(found))]
        found[level].append(key)
    return found[::-1]


def _backwards(deployment: Deployment, condemned: Condemned) -> None:
    def act(key: int) -> None:
        if deployment.stopped.is_set():
            raise Cancelled
        resource = condemned[key]
        if resource.pending_replacement and not resource.delete:
            # It went when it was to be replaced, and nobody wants it any more.
            deployment.progress.commit(None, drop=(key,))
            return
        if _stays(resource):
            raise _protected(deployment, resource)
        acting.delete(deployment, key, resource, replaced=resource.delete)

    with ThreadPoolExecutor(max_workers=deployment.parallel) as pool:
        for level in _levels(condemned):
            # All at once: the failure of one does not keep those beside it, only what comes after.
            futures = [pool.submit(act, key) for key in level]
            for problem in [future.exception() for future in futures]:
                if problem is not None:
                    raise problem
