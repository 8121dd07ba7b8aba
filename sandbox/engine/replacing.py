"""What else must go when a resource is deleted before its replacement is created."""

from __future__ import annotations

from dataclasses import replace

from sandbox.engine import paths
from sandbox.engine.acting import provider_of
from sandbox.engine.answers import Diff, DiffUnavailable
from sandbox.engine.deployment import Deployment
from sandbox.engine.errors import EngineError
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


def condemned_with(deployment: Deployment, urn: str, root: Resource) -> list[tuple[int, Resource]]:
    """Mark as deleted what must go before `root`, and `root`, which becomes `urn`; return the others, dependents first.

    All are marked before any goes: what is deleted with one of them needs no deletion of its own. One that was replaced
    before and waits for its deletion goes along, beside the one that lives. Raises EngineError for a protected one, with
    nothing marked.
    """
    found = [*_dependents(deployment, root), *_bound(deployment, urn)]
    condemned: list[tuple[int, Resource]] = []
    with deployment.lock:
        seen: set[int] = set()
        for key, resource, keys in reversed(found):
            if key in seen or resource.urn in deployment.deletes or key in deployment.handled:
                continue
            seen.add(key)
            condemned.append((key, resource))
            if resource.delete:
                continue
            if resource.protect:
                raise EngineError(urn, protected_refusal(resource.urn, urn))
            deployment.replace_keys[resource.urn] = keys
        deployment.deletes.update(resource.urn for _, resource in condemned if not resource.delete)
        if not root.pending_replacement:
            deployment.deletes.add(root.urn)
    return condemned


def _bound(deployment: Deployment, urn: str) -> list[tuple[int, Resource, tuple[str, ...]]]:
    """Old resources that are replaced or deleted with this one by an option, whatever their inputs."""
    return [
        (key, resource, ())
        for key, resource in enumerate(deployment.base.resources)
        if (urn in resource.replace_with or resource.deleted_with == urn)
        and not resource.delete
        and deployment.progress.get(key) is not None
    ]


def _dependents(deployment: Deployment, root: Resource) -> list[tuple[int, Resource, tuple[str, ...]]]:
    """Old resources that must be replaced with `root`, each after what it depends on, with the properties that force it.

    Those are resources whose provider or `deletedWith` is among them, and those that the provider would replace if the
    inputs that come from them became unknown. Resources the program has registered already cannot be among them: they
    depended on `root` only in the past.
    """
    replaced = {root.urn}
    affected = {root.urn}
    found: list[tuple[int, Resource, tuple[str, ...]]] = []
    with deployment.lock:
        handled = set(deployment.handled)
    for key, resource in enumerate(deployment.base.resources):
        if resource.urn == root.urn or key in handled or deployment.progress.get(key) is None:
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
    if provider in replaced or resource.deleted_with in replaced:
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
    diff = replace_on_changes(diff, resource.replace_on_changes)
    return diff.replace_keys if diff.replaces else None


def replace_on_changes(diff: Diff, wanted: tuple[str, ...], init_errors: bool = False) -> Diff:
    """The diff in which changes of the wanted paths force a replacement, as do initialization errors, by `#initerror`.

    Raises EngineError for what is no path.
    """
    if not wanted or not (diff.changes or init_errors):
        return diff
    try:
        outer = [paths.parse(text) for text in wanted]
    except ValueError as error:
        raise EngineError("", str(error)) from None

    def hit(path: str) -> bool:
        try:
            inner = paths.parse(path)
        except ValueError:
            return False
        return any(paths.contains(one, inner) for one in outer)

    keys = dict.fromkeys((*diff.replace_keys, *(key for key in diff.changed_keys if hit(key))))
    detailed = diff.detailed
    if detailed is not None:
        detailed = {
            path: kind if kind.endswith("_REPLACE") or not hit(path) else f"{kind}_REPLACE"
            for path, kind in detailed.items()
        }
    changes = diff.changes
    if init_errors and hit("#initerror"):
        keys["#initerror"] = None
        changes = True
    return replace(diff, changes=changes, replace_keys=tuple(keys), detailed=detailed)
