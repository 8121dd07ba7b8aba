"""The reference page of what the sandbox's clouds emulate, written from the declarations themselves.

`python -m sandbox.clouds.coverage` prints it; it is kept as docs/reference/sandbox-coverage.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from sandbox.clouds.gcp.catalogue import TYPES
from sandbox.clouds.gcp.invokes import FUNCTIONS
from sandbox.clouds.gcp.resource import ResourceType
from sandbox.clouds.gcp.shapes import inputs_of
from sandbox.clouds.kubernetes.kinds import KINDS

_HEAD = """# What the sandbox emulates

Written by `python -m sandbox.clouds.coverage`; a test compares. A type that is not on this page is refused by its name.

Inputs of Google types are checked against the SDK's own classes (unknown, missing and mistyped properties), against the
enumerations, bounds and name patterns in `sandbox/clouds/gcp/rules/`, and for what excludes or requires each other.
Sources are files of terraform-provider-google-beta 7.45 below `google-beta/services/`, from which pulumi-gcp 10.2 is
built. How the emulated provider differs from the real one stands at the top of `sandbox/clouds/gcp/__init__.py`.

## Google types
"""
_REUSE = {math.inf: "never", 7 * 86400.0: "after a week"}


def page() -> str:
    """The whole page."""
    lines = [_HEAD, *(line for token in sorted(TYPES) for line in _google(TYPES[token]))]
    lines += ["## Google functions", "", *(f"- `{token}`" for token in sorted(FUNCTIONS)), ""]
    lines += ["## Kubernetes kinds", ""]
    lines += [f"- `{token}` ({kind.api_version})" for token, kind in sorted(KINDS.items())]
    return "\n".join(lines) + "\n"


def _google(resource: ResourceType) -> Iterator[str]:
    yield f"### {resource.token}"
    yield ""
    yield f"- Source: `{resource.table.source}`"
    yield f"- Name in the world: `{resource.identity}`" + (f"; id: `{resource.id}`" if resource.id else "")
    required = sorted(inputs_of(resource).required)
    if required:
        yield f"- Required: {_listed(required)}"
    if resource.autoname:
        case = ", in lower case" if resource.autoname.lower else ""
        yield f"- Named by itself: `{resource.autoname.property}`, at most {resource.autoname.limit} characters{case}"
    yield f"- Replaced by a change of: {_listed(_replacing(resource))}" + (
        "; deleted first" * resource.delete_before_replace
    )
    if resource.parents:
        yield f"- Must exist: {', '.join(f'`{it.property}` ({_kind(it.type)})' for it in resource.parents)}"
    blocking = sorted({_kind(it.token) for it in TYPES.values() if _blocks(it, resource)})
    blocking += sorted({_kind(user.type) for user in resource.used_by} - set(blocking))
    if blocking:
        yield f"- Cannot be deleted while used by: {', '.join(blocking)}"
    if resource.cascade:
        yield "- Goes with what it is in"
    if resource.reuse_after:
        yield f"- A deleted name can be used again: {_REUSE[resource.reuse_after]}"
    if resource.quota:
        yield f"- Quota: {resource.quota.limit} in a project ({resource.quota.source})"
    if resource.computed:
        yield f"- Computed: {_listed(resource.computed)}"
    yield ""


def _replacing(resource: ResourceType) -> list[str]:
    """Properties whose change replaces; of an object that replaces whole only the object."""
    paths = sorted(path for path, rule in resource.table.properties.items() if rule.replace)
    return [path for path in paths if path.rpartition(".")[0] not in paths]


def _blocks(child: ResourceType, resource: ResourceType) -> bool:
    return not child.cascade and any(it.owns and it.type == resource.token for it in child.parents)


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"


def _kind(token: str) -> str:
    return token.rsplit(":", 1)[1]


if __name__ == "__main__":
    print(page(), end="")
