"""What else must go when a resource is deleted before its replacement is created."""

from __future__ import annotations

from sandbox.engine.acting import provider_of
from sandbox.engine.answers import DiffUnavailable
from sandbox.engine.deployment import Deployment
from sandbox.engine.registry import Registry
from sandbox.engine.resource import Resource
from sandbox.engine.urns import ProviderRef
from sandbox.values import UNKNOWN, Properties


def protected_refusal(urn: str, because: str = "") -> str:
    """The message for a replacement that would delete a protected resource."""
    part = f' as part of replacing "{because}"' if because else ""
    return (
        f'unable to replace resource "{urn}"{part}\n'
        "as it is currently marked for protection. To unprotect the resource, remove the `protect` flag from the "
        "resource in your Pulumi program and run `pulumi up`"
    )


def dependents(deployment: Deployment, root: Resource) -> list[tuple[int, Resource, tuple[str, ...]]]:
    """Old resources that must be replaced with `root`, each after what it depends on, with the properties that force it.

    Those are resources whose provider, `deletedWith` or `replaceWith` is among them, and those that the provider would
    replace if the inputs that come from them became unknown. Resources the program has registered already cannot be
    among them: they depended on `root` only in the past.
    """
    replaced = {root.urn}
    affected = {root.urn}
    found: list[tuple[int, Resource, tuple[str, ...]]] = []
    with deployment.lock:
        handled = set(deployment.handled)
    for key, resource in enumerate(deployment.base.resources):
        if resource.urn in affected or key in handled or deployment.progress.get(key) is None:
            continue
        provider = ProviderRef.parse(resource.provider).urn if resource.provider else ""
        if provider not in affected and not any(urn in affected for urn in resource.needs()):
            continue
        affected.add(resource.urn)
        keys = _forced(deployment, resource, provider, replaced)
        if keys is not None:
            replaced.add(resource.urn)
            found.append((key, resource, keys))
    return found


def _forced(deployment: Deployment, resource: Resource, provider: str, replaced: set[str]) -> tuple[str, ...] | None:
    if not resource.custom or resource.external:
        return None
    if (
        provider in replaced
        or resource.deleted_with in replaced
        or any(urn in replaced for urn in resource.replace_with)
    ):
        return ()
    inputs: Properties = {}
    touched = False
    for key, value in resource.inputs.items():
        depends = any(urn in replaced for urn in resource.property_dependencies.get(key, ()))
        touched = touched or depends
        inputs[key] = UNKNOWN if depends else value
    if not touched:
        return None
    manager = provider_of(deployment, resource)
    if manager is None:
        return None
    if isinstance(manager, Registry):
        manager.same(resource)
    try:
        diff = manager.diff(
            resource.urn, resource.id, resource.inputs, resource.outputs, inputs, resource.ignore_changes
        )
    except DiffUnavailable:
        return None
    forcing = tuple(path for path, kind in (diff.detailed or {}).items() if kind.endswith("_REPLACE"))
    hit = [key for key in diff.changed_keys if key in resource.replace_on_changes]
    if diff.replaces or hit:
        return tuple(dict.fromkeys((*diff.replace_keys, *forcing, *hit)))
    return None
