"""Registrations that a run with targets does not concern."""

from __future__ import annotations

from sandbox.engine.deployment import Claim, Deployment
from sandbox.engine.errors import EngineError
from sandbox.engine.resource import Resource
from sandbox.engine.targets import needs
from sandbox.engine.urns import ProviderRef


def leave(deployment: Deployment, claim: Claim, new: Resource) -> Resource:
    """The resource as it was, or, if there is none yet, as one that will not be made."""
    if claim.old is None or claim.key is None:
        with deployment.lock:
            deployment.targets.skipped.add(claim.urn)
        _tell(deployment, new)
        return new
    old = claim.old
    if old.provider and not deployment.registry.has(deployment.registered_as(old.provider)):
        raise EngineError(
            claim.urn,
            f"provider {old.provider} for resource {claim.urn} has not been registered yet, this is due to a change of "
            "providers mixed with --target. Change your program back to the original providers",
        )
    _carry_on(deployment, old)
    deployment.keep_name(old.urn)
    deployment.progress.same(claim.key, old)
    _tell(deployment, old)
    return deployment.settle(claim.key, old)


def refuse_skipped(deployment: Deployment, new: Resource) -> None:
    """Refuse a resource that needs one that will not be made."""
    if not deployment.targets.skipped:
        return
    with deployment.lock:
        lacking = sorted({urn for urn in needs(new) if urn in deployment.targets.skipped})
        if deployment.dry_run:
            deployment.targets.skipped.difference_update(lacking)
    for urn in lacking:
        message = f"Resource '{new.urn}' depends on '{urn}' which was was not specified in --target list."
        deployment.refuse(new.urn, message)


def _carry_on(deployment: Deployment, old: Resource) -> None:
    """Keep what an untouched resource needed, even if the program does not have it any more."""
    for urn in needs(old):
        with deployment.lock:
            key = deployment.olds.get(urn)
            if deployment.knows(urn) or key is None or key in deployment.handled:
                continue
            deployment.handled.add(key)
        needed = deployment.progress.get(key)
        if needed is not None and (not old.provider or _same_provider(old, needed)):
            _carry_on(deployment, needed)
            deployment.progress.same(key, needed)
            _tell(deployment, needed)


def _same_provider(old: Resource, needed: Resource) -> bool:
    provider = ProviderRef.parse(old.provider)
    return needed.urn != provider.urn or needed.id == provider.id


def _tell(deployment: Deployment, resource: Resource) -> None:
    with deployment.working("same", resource.urn) as done:
        done(resource.id)
