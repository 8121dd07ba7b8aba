"""Things made from their samples, with all that they need."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.clouds.gcp import identity
from sandbox.clouds.gcp.resource import ResourceType
from sandbox.clouds.gcp.settings import Settings
from sandbox.clouds.gcp.shapes import inputs_of
from sandbox.clouds.world import Entity
from tests.sandbox.coverage.provider import Made, Providers
from tests.sandbox.coverage.samples import SAMPLES, TYPES, changed, placed

SETTINGS = Settings("team-dev", "us-west1", "us-west1-a")


def sample(token: str) -> dict[str, Any]:
    """Inputs of a thing that nothing protects from being deleted."""
    return changed(SAMPLES[token]["inputs"], SAMPLES[token].get("free", {}))


def make(providers: Providers, token: str, inputs: Mapping[str, Any] | None = None) -> Made:
    """The thing, after everything that its properties name and its sample wants before it."""
    inputs = sample(token) if inputs is None else inputs
    surround(providers, token, inputs)
    return providers.create(token, inputs)


def surround(providers: Providers, token: str, inputs: Mapping[str, Any]) -> None:
    """What must be there first."""
    resource = TYPES[token]
    for parent, full in references(resource, inputs):
        if entity(providers, parent, full) is None:
            make(providers, parent, named(TYPES[parent], full))
    for other in SAMPLES[token].get("before", ()):
        wanted = changed(sample(other["type"]), other.get("inputs", {}))
        kind = TYPES[other["type"]]
        full = identity.world_id(kind, identity.fields(kind, SETTINGS, wanted))
        if entity(providers, kind.token, full) is None:
            make(providers, kind.token, wanted)


def references(resource: ResourceType, inputs: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Type and full name of everything that the inputs name."""
    filled = identity.fields(resource, SETTINGS, dict(inputs))
    return [(parent.type, full) for parent, full in identity.references(resource, filled, dict(inputs))]


def named(resource: ResourceType, full: str) -> dict[str, Any]:
    """A type's sample under the name that something refers to."""
    known: set[str] = set()
    pattern = ""
    for text, field in re.findall(r"([^{]*)(?:\{(\w+)\})?", resource.identity):
        pattern += re.escape(text)
        if field:
            pattern += f"(?P={field})" if field in known else f"(?P<{field}>.*)"
            known.add(field)
    match = re.fullmatch(pattern, full)
    assert match, f"{full} is no name of a {resource.kind}"
    properties = inputs_of(resource).properties
    fields = {
        key if key in properties else key.removesuffix("_name"): value for key, value in match.groupdict().items()
    }
    own = {
        key: value for key, value in fields.items() if key in properties and key in SAMPLES[resource.token]["inputs"]
    }
    links = {parent.property for parent in resource.parents}
    kept = {key for key in own if key in links and str(SAMPLES[resource.token]["inputs"][key]).endswith(f"/{own[key]}")}
    return changed(sample(resource.token), {key: value for key, value in own.items() if key not in kept})


def naming(token: str, property: str) -> dict[str, Any]:
    """The sample where it names something at the property, if need be something that there is not."""
    resource, inputs = TYPES[token], sample(token)
    if identity.every(inputs, property):
        return inputs
    if property in SAMPLES[token].get("naming", {}):
        return changed(inputs, SAMPLES[token]["naming"][property])
    (parent,) = [it for it in resource.parents if it.property == property]
    fields = {"project": "team-dev", "region": "us-west1", "location": "us-west1", "value": "main"}
    return placed(inputs_of(resource), inputs, property, parent.template.format_map(fields))[0]


def vanish(providers: Providers, keep: tuple[str, ...] = (), token: str = "", full: str = "") -> None:
    """Take things out of the world behind the provider's back: one, all of a type, or all but some types."""
    with providers.world.transaction() as tx:
        for thing in tx.list("gcp", token or None):
            if thing.type not in keep and full in ("", thing.id):
                tx.delete("gcp", thing.type, thing.id)


def entity(providers: Providers, token: str, full: str) -> Entity | None:
    with providers.world.read() as tx:
        return tx.get("gcp", token, full)


def existing(providers: Providers, token: str) -> Made:
    """The one thing of a type that there is, as a state knows it."""
    with providers.world.read() as tx:
        (found,) = tx.list("gcp", token)
    return Made(token, found.urn.rsplit("::", 1)[-1] or "thing", found.resource_id, found.inputs, found.shown)
