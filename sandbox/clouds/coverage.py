"""The reference page of what the sandbox's clouds emulate, written from the declarations themselves.

`python -m sandbox.clouds.coverage` prints it; it is kept as docs/reference/sandbox-coverage.md. Every line of a type is
proved by tests/sandbox/coverage, through the providers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sandbox.clouds.gcp.catalogue import TYPES
from sandbox.clouds.gcp.invokes import FUNCTIONS
from sandbox.clouds.gcp.resource import UNSET, ResourceType, Rule
from sandbox.clouds.gcp.shapes import inputs_of
from sandbox.clouds.github.catalogue import TYPES as GITHUB
from sandbox.clouds.kubernetes import (
    constraints,
    custom_resources,
    immutability,
    kinds,
    liveness,
    pod_rules,
    quotas,
    replacement,
    schema,
    validation,
)
from sandbox.clouds.kubernetes.kinds import KINDS, Kind

_HEAD = """# What the sandbox emulates

Written by `python -m sandbox.clouds.coverage`; `tests/sandbox/coverage` proves every line through the providers. A type
that is not on this page is refused by its name.

## Google types

Inputs are checked against the SDK's own classes (unknown, missing and mistyped properties, at every depth) and labels
against Google's rules; beyond that each type has its own lines. A name that is taken is refused, a project, region or
location that is nowhere given, and a region or zone that there is not. Sources are files of terraform-provider-google-beta
8.0 below `google-beta/services/`, from which pulumi-gcp 10.2 is built. How the emulated provider differs from the real one
stands at the top of `sandbox/clouds/gcp/__init__.py`.
"""
_GITHUB = """## GitHub types

Inputs are checked as those of Google's types; an owner that is nowhere given is refused. Sources are files of
terraform-provider-github 6 below `github/`, from which pulumi-github 6 is built. How the emulated provider differs from
the real one stands at the top of `sandbox/clouds/github/__init__.py`.
"""
_KUBERNETES = """## Kubernetes kinds

Manifests are checked against the JSON schemas of Kubernetes {version} in strict form: unknown, missing and mistyped
fields. Labels and annotations have the syntax that the API server demands, a taken name is refused, a namespace must
exist, and of each field only its manager may change the value, unless `pulumi.com/patchForce` says otherwise. Every
object gets `uid`, `creationTimestamp` and `resourceVersion`. A change of `metadata.name` or `metadata.namespace`
replaces. No object is kept from being deleted; all that is in a namespace goes with it. Sources: the schemas,
`pkg/apis/*/validation` of Kubernetes, and for what replaces `provider/pkg/provider/diff.go` of pulumi-kubernetes 4.34.
How the emulated provider differs from the real one stands at the top of `sandbox/clouds/kubernetes/cloud.py`.

Taken and without effect here: a Deployment's `paused`; `completionMode: Indexed` of a Job; `minDomains`, `nodeAffinityPolicy`
and `nodeTaintsPolicy` of a spread; `scopes` and `scopeSelector` of a ResourceQuota, and what it says of `requests.storage`,
`services.loadbalancers` and `services.nodeports`; `allowVolumeExpansion` of a storage class; how often a volume may be mounted;
probes, which always succeed.
"""
_FIELDS = """### Fields of Kubernetes' own types

Wherever these types stand in a manifest, also of kinds above that are taken from others. That the sandbox takes nothing that a real
API server refuses, and what it refuses beyond that, is on record for thousands of objects in `tests/sandbox/kubernetes/verdicts`.
In brackets: the name of a rule in `sandbox/clouds/kubernetes/field_rules.py`. Of lists with keys no two elements have the same.
"""
_REUSE = {math.inf: "never", 7 * 86400.0: "after a week", 30 * 86400.0: "after 30 days"}


def page() -> str:
    """The whole page."""
    lines = [_HEAD, *(line for token in sorted(TYPES) for line in _declared(TYPES[token]))]
    lines += ["## Google functions", "", *(f"- `{token}`" for token in sorted(FUNCTIONS)), ""]
    lines += [_GITHUB, *(line for token in sorted(GITHUB) for line in _declared(GITHUB[token]))]
    lines += [_KUBERNETES.format(version=schema.version())]
    lines += [line for token in sorted(KINDS) for line in _kubernetes(KINDS[token])]
    lines += [_FIELDS, *(f"- `{name}`: {_constrained(said)}" for name, said in sorted(constraints.said().items()))]
    return "\n".join(lines).rstrip("\n") + "\n"


_ONE_OF = {"exactlyOneOf": "exactly one of", "atLeastOneOf": "at least one of", "atMostOneOf": "at most one of"}


def _constrained(said: Mapping[str, Any]) -> str:
    """What is asked of a value, in words."""
    parts: list[str] = []
    for keyword, value in said.items():
        match keyword:
            case "properties":
                parts += [f"`{name}` {_constrained(asked)}" for name, asked in value.items()]
            case "dependentRequired":
                parts += [f"`{name}` only with {_listed(others)}" for name, others in value.items()]
            case "exactlyOneOf" | "atLeastOneOf" | "atMostOneOf":
                parts.append(f"{_ONE_OF[keyword]} {_listed(value)}")
            case "required":
                parts.append(f"{_listed(value)} required")
            case "propertyNames" | "items" | "additionalProperties":
                what = {"propertyNames": "each key", "items": "each"}.get(keyword, "each value")
                parts.append(f"{what} {_constrained(value)}")
            case "enum":
                parts.append("/".join(str(each) for each in value if each))
            case "is":
                parts.append(f"({value})")
            case _:
                parts.append(f"{_WORDS[keyword]} {value}")
    return "; ".join(parts) if "properties" in said else ", ".join(parts)


_WORDS = {
    "maximum": "to",
    "maxItems": "at most",
    "minimum": "from",
    "minItems": "at least",
    "minLength": "length from",
}


def _declared(resource: ResourceType) -> Iterator[str]:
    yield f"### {resource.token}"
    yield ""
    yield f"- Source: `{resource.table.source}`"
    yield f"- Name in the world: `{resource.identity}`" + (f"; id: `{resource.id}`" if resource.id else "")
    if resource.shared:
        yield "- Making it again is no error"
    required = sorted(inputs_of(resource).required)
    if required:
        yield f"- Required: {_listed(required)}"
    if resource.autoname:
        case = ", in lower case" if resource.autoname.lower else ""
        yield f"- Named by itself: `{resource.autoname.property}`, at most {resource.autoname.limit} characters{case}"
    yield from _values(resource)
    yield from _groups(resource)
    yield from _hook("Must hold", resource.check)
    yield f"- Replaced by a change of: {_listed(_replacing(resource))}" + (
        "; deleted first" * resource.delete_before_replace
    )
    if "project" in inputs_of(resource).properties and "project" not in required:
        where = "stays" if resource.settled else "is replaced"
        yield f"- Where the provider's own project changes, it {where}"
    yield from _hook("Replaced where", resource.replaces)
    yield from _hook("Taken for equal", resource.same)
    if resource.parents:
        yield f"- Must exist: {', '.join(f'`{it.property}` ({_kind(it.type)})' for it in resource.parents)}"
    yield from _hook("Refused where", resource.admit)
    yield from _hook("Does not become ready where", resource.unready)
    blocking = blocking_children(resource) + sorted({user.type for user in resource.used_by})
    if blocking:
        yield f"- Cannot be deleted while used by: {', '.join(map(_kind, dict.fromkeys(blocking)))}"
    yield from _hook("Cannot be deleted while", resource.protected)
    if resource.cascade:
        yield "- Goes with what it is in"
    yield from _hook("Making it", resource.made)
    yield from _hook("Deleting it", resource.deleted)
    if resource.reuse_after:
        yield f"- A deleted name can be used again: {_REUSE[resource.reuse_after]}"
    if resource.quota:
        yield f"- Quota: {resource.quota.limit} in a project ({resource.quota.source})"
    if resource.computed:
        yield f"- Computed: {_listed(resource.computed)}"
    if resource.sensitive:
        yield f"- Marked secret: {_listed(resource.sensitive)}"
    yield ""


def blocking_children(resource: ResourceType) -> list[str]:
    """The types whose entities lie in one of this type and do not go with it."""
    return sorted(
        it.token
        for it in TYPES.values()
        if not it.cascade and any(parent.owns and parent.type == resource.token for parent in it.parents)
    )


def _values(resource: ResourceType) -> Iterator[str]:
    """Enumerations, name rules and bounds."""
    rules = sorted(resource.table.properties.items())
    names = [f"`{path}` `{_escaped(rule.pattern)}`" for path, rule in rules if rule.pattern]
    if names:
        yield f"- Must match: {', '.join(names)}"
    bounds = [f"`{path}` {_bound(rule)}" for path, rule in rules if _bound(rule)]
    if bounds:
        yield f"- Bounds: {', '.join(bounds)}"
    choices = [f"`{path}` {'/'.join(rule.values)}" for path, rule in rules if rule.values]
    if choices:
        yield f"- One of: {'; '.join(choices)}"


def _bound(rule: Rule) -> str:
    parts = []
    if rule.low is not None:
        parts.append(f"from {rule.low:g}")
    if rule.high is not None:
        parts.append(f"to {rule.high:g}")
    if rule.length is not None:
        parts.append(f"at most {rule.length} characters or elements")
    return " ".join(parts)


def _groups(resource: ResourceType) -> Iterator[str]:
    table = resource.table
    for group in table.one_of:
        yield f"- Exactly one of: {_listed(group)}"
    for group in table.any_of:
        if any(path in table.properties and table.properties[path].default is not UNSET for path in group):
            continue  # A default meets it.
        yield f"- At least one of: {_listed(group)}"
    if table.conflicts:
        yield f"- Exclude each other: {'; '.join(_listed(pair) for pair in table.conflicts)}"
    if table.needs:
        yield f"- Needs the other: {'; '.join(f'`{first}` needs `{second}`' for first, second in table.needs)}"


def _replacing(resource: ResourceType) -> list[str]:
    """Properties whose change replaces; of an object that replaces whole only the object."""
    paths = sorted(path for path, rule in resource.table.properties.items() if rule.replace)
    return [path for path in paths if path.rpartition(".")[0] not in paths]


def _kubernetes(kind: Kind) -> Iterator[str]:
    yield f"### {kind.token}"
    yield ""
    yield f"- {'In a namespace' if kind.namespaced else 'In no namespace'}; `{kind.resource}` of {kind.api_version}"
    if kind in custom_resources.SWITCHES:
        switch = custom_resources.SWITCHES[kind]
        yield f"- Served where the cluster's `{switch.path}` is {' or '.join(_setting(it) for it in switch.values)}"
    elif custom_resources.schema(kind):
        yield "- Taken as installed: its custom resource definition comes from elsewhere"
    if custom_resources.schema(kind):
        yield f"- Schema after: {custom_resources.source(kind)}"
    required = schema.required(kind)
    if required:
        yield f"- Required: {_listed(required)}"
    yield from _hook("Name", kind.name_rule)
    yield from _hook("Must hold", validation.RULES.get(kind))
    if kind in (kinds.DEPLOYMENT, kinds.JOB):
        yield from _hook("Pod template", pod_rules.problems)
    replacing = [
        path.strip(".") for path in replacement.properties(kind, {}, False, False)[len(replacement.METADATA) :]
    ]
    if replacing:
        told = {kinds.SECRET: "enableSecretMutable", kinds.CONFIG_MAP: "enableConfigMapMutable"}.get(kind)
        yield f"- Replaced by a change of: {_listed(replacing)}" + (f"; data not with `{told}`" if told else "")
    if kind is kinds.JOB:
        yield from _hook("Replaced where", liveness.unready)
    fixed = immutability.FIXED.get(kind, ())
    if fixed:
        yield f"- Refused to change: {_listed(fixed)}"
    if kind in immutability.FROZEN:
        yield f"- Refused to change where `immutable` is true: {_listed(immutability.FROZEN[kind])}"
    if kind in immutability.GROWING:
        yield f"- Refused to shrink, and to grow before it is bound: `{immutability.GROWING[kind]}`"
    if kind is kinds.NAMESPACE:
        yield "- Deleting it: all that is in it goes with it"
    if kind is kinds.DEPLOYMENT:
        yield "- Deleting it: its ReplicaSets and pods go with it"
    if kind.namespaced:
        yield f"- Quota: {_listed(quotas.keys(kind))} of a ResourceQuota"
    if kind.computed:
        yield f"- Computed: {_listed(kind.computed)}"
    if kind in liveness.AWAITED:
        yield f"- Awaited until {liveness.AWAITED[kind]}"
    yield ""


def _hook(label: str, hook: Callable[..., Any] | None) -> Iterator[str]:
    """A line of what a rule in code does, as its docstring says."""
    if hook:
        yield f"- {label}: {' '.join((hook.__doc__ or '').split()).rstrip('.')}"


def _setting(value: object) -> str:
    return "not set" if value is None else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"


def _kind(token: str) -> str:
    return token.rsplit(":", 1)[1]


def _escaped(pattern: str) -> str:
    return pattern.replace("|", r"\|")


if __name__ == "__main__":
    print(page(), end="")
