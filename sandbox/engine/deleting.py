"""Deletions at the end of a run: what the program no longer has, and what was replaced, dependents first."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from sandbox.engine import acting
from sandbox.engine.deployment import Deployment
from sandbox.engine.errors import Cancelled, EngineError
from sandbox.engine.events import Diagnostic
from sandbox.engine.resource import Resource
from sandbox.engine.urns import ProviderRef

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
    if missing := deployment.targets.unknown({resource.urn for resource in deployment.base.resources}):
        raise EngineError("", f"no resource named '{missing[0]}' found")
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


def _edges(condemned: Condemned) -> tuple[dict[int, int], dict[int, list[int]]]:
    """How many dependents each has, and whom each depends on."""
    by_urn: dict[str, list[int]] = {}
    by_reference: dict[ProviderRef, int] = {}
    for key, resource in condemned.items():
        by_urn.setdefault(resource.urn, []).append(key)
        by_reference[ProviderRef(resource.urn, resource.id)] = key
    waiting = dict.fromkeys(condemned, 0)
    needs: dict[int, list[int]] = {}
    for key, resource in condemned.items():
        found = {other for urn in resource.needs() for other in by_urn.get(urn, ()) if other != key}
        if resource.provider:
            provider = by_reference.get(ProviderRef.parse(resource.provider))
            if provider is not None:
                found.add(provider)
        needs[key] = sorted(found)
        for other in found:
            waiting[other] += 1
    return waiting, needs


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

    waiting, needs = _edges(condemned)
    ready = [key for key, count in waiting.items() if count == 0]
    running: dict[Future[None], int] = {}
    problem: BaseException | None = None
    with ThreadPoolExecutor(max_workers=deployment.parallel) as pool:
        while ready or running:
            if not deployment.over:
                # All at once: the failure of one does not keep those beside it, only what waits for them.
                running |= {pool.submit(act, key): key for key in ready}
                ready.clear()
            if not running:
                break
            ended, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                key = running.pop(future)
                if (error := future.exception()) is not None:
                    problem = problem or error
                    continue
                for other in needs[key]:
                    waiting[other] -= 1
                    if waiting[other] == 0:
                        ready.append(other)
    if problem is not None:
        raise problem
