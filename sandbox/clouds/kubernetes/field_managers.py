"""Server-side apply: whose fields are whose, and what happens when two want different values.

The one who applied last owns what stands in the object's inputs; what others own stands in the fact `_others`, manager
to paths. A field that two apply with one value belongs to both; to change it while another owns it is a conflict, until
`pulumi.com/patchForce` takes it over, and a field stays as long as anybody owns it. Lists count whole, where the real
server tells entries of lists with keys apart. Fields that the program tells Pulumi to ignore are left to others.
https://kubernetes.io/docs/reference/using-api/server-side-apply/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.clouds.kubernetes import apply, objects
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import Entity

CONTROLLER = "kube-controller-manager"
"""Who owns the number of replicas once an autoscaler has set it."""
FORCE = "pulumi.com/patchForce"
_HELP = (
    "Server-Side Apply field conflict detected. See https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/"
    "managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources for troubleshooting help"
)
Path = tuple[str, ...]
Others = Mapping[str, frozenset[Path]]


def others(entity: Entity, manager: str) -> Others:
    """What others than this manager own."""
    found = {name: frozenset(map(tuple, paths)) for name, paths in (entity.outputs.get("_others") or {}).items()}
    last = entity.outputs["__fieldManager"]
    if manager != last:
        found[last] = frozenset(_leaves(objects.manifest(entity)))
    return {name: paths for name, paths in found.items() if name != manager}


def kept(owned: Others) -> dict[str, list[list[str]]]:
    """As the fact `_others` is stored."""
    return {name: sorted(map(list, paths)) for name, paths in sorted(owned.items()) if paths}


def taken(entity: Entity, manager: str, path: Path) -> dict[str, list[list[str]]]:
    """The fact `_others` after a controller has set a field."""
    owned = others(entity, entity.outputs["__fieldManager"])
    return kept({**owned, manager: owned.get(manager, frozenset()) | {path}})


def applied(entity: Entity, manager: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """The live object after the manager applies these inputs, before defaults and before conflicts are looked for."""
    live = objects.live(entity)
    former = objects.manifest(entity) if manager == entity.outputs["__fieldManager"] else _mine(entity, manager)
    result = apply.applied(live, former, wanted)
    foreign = frozenset().union(*others(entity, manager).values())
    for path in set(_leaves(former)) - set(_leaves(wanted)):
        if path in foreign and _at(live, path) is not None:
            result = _with(result, path, _at(live, path))
    return result


def resolved(
    entity: Entity, manager: str, wanted: dict[str, Any], after: dict[str, Any], ignored: Sequence[str]
) -> tuple[dict[str, Any], Others]:
    """The object and what others own once conflicts are out of the way. Raises CloudError INVALID for those that are
    neither forced nor ignored."""
    live, owned = objects.live(entity), dict(others(entity, manager))
    forced = ((wanted.get("metadata") or {}).get("annotations") or {}).get(FORCE) == "true"
    found: dict[str, list[str]] = {}
    for path in _leaves(wanted):
        owners = [name for name, paths in owned.items() if path in paths]
        if not owners or _at(live, path) == _at(after, path):
            continue
        text = ".".join(path)
        if any(text == one or text.startswith(f"{one}.") for one in ignored):
            after = _with(after, path, _at(live, path))
        elif forced:
            owned.update({name: owned[name] - {path} for name in owners})
        else:
            for name in owners:
                found.setdefault(name, []).append(f".{text}")
    if found:
        count = sum(map(len, found.values()))
        conflicts = "; ".join(f'conflict with "{name}": {", ".join(sorted(found[name]))}' for name in sorted(found))
        raise CloudError(Reason.INVALID, f"{_HELP}: Apply failed with {count} conflict{'s' * (count > 1)}: {conflicts}")
    return after, owned


def _mine(entity: Entity, manager: str) -> dict[str, Any]:
    """The fields that a manager applied before others did, without their values."""
    result: dict[str, Any] = {}
    for path in (entity.outputs.get("_others") or {}).get(manager, ()):
        result = _with(result, tuple(path), None)
    return result


def _leaves(value: Mapping[str, Any], path: Path = ()) -> Iterator[Path]:
    for key, item in value.items():
        where = (*path, key)
        if isinstance(item, Mapping) and item:
            yield from _leaves(item, where)
        elif where not in (("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace")):
            yield where


def _at(obj: Any, path: Path) -> Any:
    for key in path:
        obj = obj.get(key) if isinstance(obj, Mapping) else None
    return obj


def _with(obj: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    key, *rest = path
    inner = obj.get(key)
    held = _with(inner if isinstance(inner, Mapping) else {}, tuple(rest), value) if rest else value
    return {**obj, key: held}
