"""What a registration comes to: create, update, replace or nothing; Pulumi's step generator in small."""

from __future__ import annotations

import os
from dataclasses import replace

from sandbox.engine import acting, paths, urns
from sandbox.engine.acting import Change, Provider
from sandbox.engine.analyzing import analyzed
from sandbox.engine.answers import Checked, Diff, DiffUnavailable
from sandbox.engine.channel import Failure, InitFailure
from sandbox.engine.deployment import Claim, Deployment
from sandbox.engine.errors import Cancelled, EngineError
from sandbox.engine.goal import Goal
from sandbox.engine.importing import import_resource
from sandbox.engine.registry import config_of
from sandbox.engine.replacing import condemned_with, protected_refusal, replace_on_changes
from sandbox.engine.resource import Resource
from sandbox.engine.untargeted import leave, refuse_skipped
from sandbox.engine.urns import ProviderRef
from sandbox.engine.wording import check_problem, import_refusal
from sandbox.values import Properties, equal, has_unknowns, unwrap

_TRIGGERED = Diff(True, ("replacementTrigger",))


def register(deployment: Deployment, goal: Goal) -> Resource:
    """Bring one resource to its goal. Raises Cancelled, after reporting, if that fails."""
    deployment.ensure_running()
    claim = deployment.claim(goal.parent, goal.type, goal.name, goal.aliases)
    try:
        return _register(deployment, goal, claim)
    except (Failure, InitFailure, EngineError) as error:
        raise deployment.fail(claim.urn, getattr(error, "message", str(error))) from error


def _register(deployment: Deployment, goal: Goal, claim: Claim) -> Resource:
    urn, key, old = claim.urn, claim.key, claim.old
    provider: Provider | None = None
    imported = False
    recreating = old is not None and old.urn in deployment.deletes
    new = goal.resource(urn, claim.alias, old)
    with deployment.lock:
        targeted = deployment.targets.include(new, recreating)
    if goal.custom:
        provider = deployment.registry if urns.is_provider(goal.type) else deployment.registry.get(goal.provider)
    if goal.custom and goal.import_id and (old is None or old.external or _import_id(old) != goal.import_id):
        assert provider is not None
        refuse_skipped(deployment, new)
        key, old = import_resource(deployment, provider, new, goal, key, old)
        new = replace(new, created=old.created, modified=old.modified)
        imported = True
    if not targeted and not recreating:
        return leave(deployment, replace(claim, key=key, old=old), new)
    fresh = old is None or old.external or recreating or deployment.to_be_replaced(urn, old)
    seed = os.urandom(32)
    if provider is not None:
        if fresh or old is None:
            olds, news = _interrupted(deployment, urn), goal.properties
        else:
            olds, news = old.inputs, _without_ignored(deployment, goal, urn, old)
        if targeted or old is None:
            new = _checked(deployment, new, provider.check(urn, olds, news, seed))
            analyzed(deployment, new)
        else:
            new = replace(new, inputs=old.inputs)
    refuse_skipped(deployment, new)
    if old is None or key is None:
        return acting.create(deployment, provider, new)
    if recreating:
        with deployment.lock:
            deployment.deletes.discard(old.urn)
            deployment.replaces.add(urn)
        change = Change(replaces=deployment.replace_keys.get(old.urn, ()))
        return acting.create(deployment, provider, new, "replace", change, drop=(key,))
    if old.external:
        with deployment.lock:
            deployment.replaces.add(urn)
        return acting.create(deployment, provider, new, "replace", put={key: replace(old, delete=True)})
    return _change(deployment, goal, provider, key, old, new, seed, imported)


def _change(
    deployment: Deployment,
    goal: Goal,
    provider: Provider | None,
    key: int,
    old: Resource,
    new: Resource,
    seed: bytes,
    imported: bool,
) -> Resource:
    triggered = _triggered(new, old)
    if triggered and not deployment.dry_run and has_unknowns(new.replacement_trigger):
        raise EngineError(new.urn, f"replacement trigger contains unknowns for {new.urn}")
    if triggered:
        diff = _TRIGGERED
    else:
        try:
            diff = _diff(deployment, goal, provider, old, new)
        except DiffUnavailable as unavailable:
            diff = Diff(True)
            deployment.note(new.urn, "warning", str(unavailable))
    diff = replace_on_changes(diff, goal.replace_on_changes, bool(old.init_errors))
    change = _reported(diff, old, new)
    if (diff.changes and diff.replaces) or old.pending_replacement:
        return _replace(deployment, goal, provider, key, old, new, diff, change, seed)
    if diff.changes or old.init_errors:
        return acting.update(deployment, provider, key, old, new, change)
    # That something was imported has been told already.
    return (acting.kept if imported else acting.same)(deployment, provider, key, old, new)


def _replace(
    deployment: Deployment,
    goal: Goal,
    provider: Provider | None,
    key: int,
    old: Resource,
    new: Resource,
    diff: Diff,
    change: Change,
    seed: bytes,
) -> Resource:
    if new.protect and old.protect:
        deployment.refuse(new.urn, protected_refusal(new.urn))
    if goal.import_id:
        message = import_refusal(old, new, () if diff == _TRIGGERED else diff.replace_keys)
        if not deployment.dry_run:
            raise EngineError(new.urn, message)
        deployment.note(new.urn, "warning", message)
    with deployment.lock:
        deployment.replaces.add(new.urn)
    if provider is not None and not deployment.to_be_replaced(new.urn, old):
        olds = _interrupted(deployment, new.urn)
        new = _checked(deployment, new, provider.check(new.urn, olds, goal.properties, seed))
    first = diff.delete_before_replace if goal.delete_before_replace is None else goal.delete_before_replace
    if not first:
        condemned = {} if old.pending_replacement else {key: replace(old, delete=True)}
        drop = (key,) if old.pending_replacement else ()
        return acting.create(deployment, provider, new, "replace", change, put=condemned, drop=drop)
    for dependent_key, dependent in condemned_with(deployment, new.urn, old):
        acting.delete(deployment, dependent_key, dependent, replaced=not dependent.delete, keep=not dependent.delete)
    if not old.pending_replacement:
        acting.delete(deployment, key, old, replaced=True, keep=True)
        with deployment.lock:
            deployment.deletes.discard(old.urn)
    return acting.create(deployment, provider, new, "replace", change, drop=(key,))


def _without_ignored(deployment: Deployment, goal: Goal, urn: str, old: Resource) -> Properties:
    """What the program wants, with the old values of what it ignores; told where a path does not allow that."""
    impossible: list[str] = []
    kept = paths.keep_old(goal.properties, old.inputs, goal.ignore_changes, impossible)
    if impossible:
        message = "cannot ignore changes in added or removed elements of the path"
        deployment.note(urn, "info", f'{message}: "{", ".join(impossible)}"')
    return kept


def _import_id(old: Resource) -> str:
    return old.import_id or old.id


def _interrupted(deployment: Deployment, urn: str) -> Properties:
    """Checked inputs of a create that was cut off: with them a generated name stays the same."""
    pending = deployment.interrupted.get(urn)
    return pending.inputs if pending else {}


def _checked(deployment: Deployment, new: Resource, checked: Checked) -> Resource:
    """The resource with its checked inputs. Raises Cancelled, after reporting each, if there are failures."""
    new = replace(new, inputs=checked.inputs)
    for failure in checked.failures:
        deployment.fail(new.urn, check_problem(new, failure))
    if checked.failures:
        raise Cancelled
    return new


def _triggered(new: Resource, old: Resource) -> bool:
    now, before = unwrap(new.replacement_trigger), unwrap(old.replacement_trigger)
    if has_unknowns(now) or has_unknowns(before):
        return True
    return now is not None and before is not None and not equal(now, before)


def _diff(deployment: Deployment, goal: Goal, provider: Provider | None, old: Resource, new: Resource) -> Diff:
    if deployment.to_be_replaced(new.urn, old):
        return Diff(True, ("id",))
    with deployment.lock:
        if any(urn in deployment.replaces for urn in new.replace_with):
            return Diff(True, ("replaceWith",))
        if new.deleted_with and new.deleted_with in deployment.replaces:
            return Diff(True, ("deletedWith",))
    if _provider_changed(deployment, old, new):
        return Diff(True, ("provider",))
    if provider is None:
        # Of a component it counts only that something changed, for `replace_on_changes` too.
        return Diff(not equal(old.inputs, _without_ignored(deployment, goal, new.urn, old)))
    diff = provider.diff(new.urn, old.id, old.inputs, old.outputs, new.inputs, goal.ignore_changes)
    if diff.changes is not None:
        return diff
    kept = paths.keep_old(new.inputs, old.inputs, goal.ignore_changes)
    changed = tuple(paths.changed_keys(old.inputs, kept))
    return replace(diff, changes=bool(changed), changed_keys=changed)


def _provider_changed(deployment: Deployment, old: Resource, new: Resource) -> bool:
    if old.provider == new.provider:
        return False
    if not old.provider or not new.provider:
        return True
    before, now = ProviderRef.parse(old.provider), ProviderRef.parse(new.provider)
    if deployment.renamed_to(before.urn) == now.urn:
        return False
    with deployment.lock:
        found = deployment.news.get(now.urn)
    was = deployment.providers.get(before)
    plugin = deployment.registry.get(new.provider)
    if found is None or was is None:
        return True
    return plugin.diff_config(now.urn, config_of(was.inputs), was.outputs, config_of(found.inputs)).replaces


def _reported(diff: Diff, old: Resource, new: Resource) -> Change:
    if not diff.changes:
        return acting.NO_CHANGE
    detailed = diff.detailed or {}
    forcing = [path for path, kind in detailed.items() if kind.endswith("_REPLACE")]
    detail = detailed or diff.changed_keys or paths.changed_keys(old.inputs, new.inputs)
    return Change(tuple(sorted(detail)), tuple(sorted(forcing or diff.replace_keys)))
