"""Which thing a resource is: its full name in the world, its id in Pulumi, and the things it refers to."""

from __future__ import annotations

from typing import Any

from sandbox.clouds.gcp import links, places
from sandbox.clouds.gcp.resource import Parent, Properties, ResourceType
from sandbox.clouds.gcp.settings import Settings
from sandbox.clouds.gcp.values import project_number
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.values import has_unknowns


class Fields(dict[str, str]):
    """What templates are filled from. A missing field is refused by its name."""

    def __missing__(self, key: str) -> str:
        if key.endswith("_name") and key[:-5] in self:
            return links.last(self[key[:-5]])
        if key == "location_region" and "location" in self:
            return places.region(self["location"])
        raise CloudError(Reason.INVALID, _MISSING.get(key, f"{key} is not set"))


_MISSING = {
    "project": "no project: set the property `project`, or gcp:project in the stack's config",
    "region": "no region: set the property `region`, or gcp:region in the stack's config",
    "location": "no location: set the property `location`, or gcp:region in the stack's config",
}


def fields(resource: ResourceType, settings: Settings, properties: Properties) -> Fields:
    """Project, place and every known scalar of a resource's inputs or outputs.

    A container given by its full name says the location too, and the project of what is only a part of it.
    """
    found = Fields(dict.fromkeys(resource.blank, ""))
    found.update({key: str(value) for key, value in properties.items() if _scalar(value)})
    title = at(properties, "condition.title")
    found["suffix"] = f"/{title}" if title else ""
    for parent in resource.parents:
        if parent.owns and "/" in found.get(parent.property, ""):
            parts = links.path(found[parent.property]).split("/")
            for label, key in (("projects", "project"), ("locations", "location"), ("regions", "region")):
                if label in parts[:-1] and (key != "project" or resource.cascade or resource.projectless):
                    found.setdefault(key, parts[parts.index(label) + 1])
    if resource.location:
        found[resource.location] = links.last(found.get(resource.location) or settings.place(resource.location))
        if not found[resource.location]:
            del found[resource.location]
    if settings.project:
        found.setdefault("project", settings.project)
    if "project" in found:
        found["project"] = found["project"].removeprefix("projects/")
    return found


def world_id(resource: ResourceType, filled: Fields) -> str:
    """The full name. Raises CloudError INVALID where the project or place is missing."""
    return resource.identity.format_map(filled)


def place(resource: ResourceType, filled: Fields) -> str:
    """Region, zone or location; empty for what is global. Raises CloudError INVALID where it is missing."""
    return filled[resource.location] if resource.location else filled.get("location", "")


def pulumi_id(resource: ResourceType, filled: Fields, outputs: Properties, full: str) -> str:
    """The id that Pulumi gets."""
    if not resource.id:
        return full
    more = Fields({**filled, **{key: str(value) for key, value in outputs.items() if _scalar(value)}})
    return resource.id.format_map(more)


def shortest(resource: ResourceType, settings: Settings, id: str) -> list[str]:
    """An id that something is imported by without the words that stand in every one of its type, and without the provider's
    own project and place: `projects/acme/topics/events`, `acme/events` and `events` are one.

    A member has spaces where other ids have slashes: `projects/acme/topics/events roles/pubsub.viewer user:ann@acme.com`.
    """
    words = {part for part in resource.identity.split("/") if "{" not in part}
    parts = [part.removesuffix("@") for part in id.replace(" ", "/").split("/") if part not in words]
    own = [place for place in (settings.project, settings.region, settings.zone) if place]
    while len(parts) > 1 and parts[0] in own:
        parts = parts[1:]
    return parts


def reference(parent: Parent, filled: Fields, value: str) -> str:
    """The full name of a thing given by name, path or URL."""
    path = links.path(value)
    if "/" not in path:
        return parent.template.format_map(Fields({**filled, "value": path}))
    project = filled.get("project", "")
    return path.replace(f"projects/{project_number(project)}/", f"projects/{project}/") if project else path


def references(resource: ResourceType, filled: Fields, properties: Properties) -> list[tuple[Parent, str]]:
    """The things that this one refers to and their full names; unknown and missing ones left out."""
    found = []
    for parent in resource.parents:
        for one in every(properties, parent.property):
            if isinstance(one, str) and one and not has_unknowns(one):
                found.append((parent, reference(parent, filled, one)))
    return found


def at(properties: Properties, path: str) -> Any:
    """The value at a path of dotted names, or None."""
    value: Any = properties
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def every(properties: Any, path: str) -> list[Any]:
    """All values at a path, those in lists one by one."""
    if isinstance(properties, list):
        return [value for item in properties for value in every(item, path)]
    key, _, rest = path.partition(".")
    if not path:
        return [properties]
    return every(properties[key], rest) if isinstance(properties, dict) and key in properties else []


def listed(properties: Properties, path: str) -> list[Any]:
    """The known list at a path; empty where there is none, or it is not known yet."""
    value = at(properties, path)
    return value if isinstance(value, list) else []


def _scalar(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and value != "" and not has_unknowns(value)
