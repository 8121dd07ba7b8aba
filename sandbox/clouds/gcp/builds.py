"""What the world knows for whoever runs its builds: the triggers as they are, and what their accounts were granted."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.clouds.gcp import iam
from sandbox.clouds.gcp.cloudbuild import EVENTS, TRIGGER_TYPE
from sandbox.clouds.gcp.links import last
from sandbox.clouds.gcp.resource import Properties
from sandbox.clouds.world import Entity, Snapshot

MANUAL = "manual"
MEMBER_TYPES = tuple(resource.token for resource in iam.TYPES)
"""Every emulated type of grant."""


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """A trigger as it stands. `id` is Pulumi's; `event` is the property that says what starts a build, or `MANUAL`, and
    `config` what that property holds; `build` is empty where the build stands in a file of the repository, `account` is an
    email, and empty where the project's default account builds."""

    name: str
    id: str
    project: str
    location: str
    event: str
    config: Properties
    build: Properties
    source: Properties
    substitutions: dict[str, str]
    included: tuple[str, ...]
    ignored: tuple[str, ...]
    filter: str
    account: str
    approval: bool
    disabled: bool


def trigger(tx: Snapshot, name: str, project: str, location: str = "global") -> Trigger | None:
    """The trigger of this name, or None where there is none."""
    found = tx.get("gcp", TRIGGER_TYPE, f"projects/{project}/locations/{location}/triggers/{name}")
    return _trigger(found) if found else None


def triggers(tx: Snapshot, project: str = "", location: str = "") -> list[Trigger]:
    """All triggers, or those of a project, or of one of its locations, by their full names."""
    prefix = f"projects/{project}/" if project else None
    found = [_trigger(entity) for entity in tx.list("gcp", TRIGGER_TYPE, prefix=prefix)]
    return [each for each in found if location in ("", each.location)]


def roles(tx: Snapshot, member: str, *types: str) -> frozenset[tuple[str, str]]:
    """What was granted to a member, `serviceAccount:EMAIL`, as pairs of role and full name of the thing that it was granted
    on (`projects/NAME`, `projects/NAME/secrets/NAME`). With `types` only by grants of these types.

    Left out: what has a condition, since nobody here can say whether it holds, and what comes by way of groups or `allUsers`.
    """
    held = set()
    for type_ in types or MEMBER_TYPES:
        for id_, role in tx.rows(_GRANTS, (type_, member)):
            on = id_.split(f"/{role}/", 1)[0]
            held.add((role, on if "/" in on else f"projects/{on}" if type_ == _ON_PROJECT else on))
    return frozenset(held)


_ON_PROJECT = "gcp:projects/iAMMember:IAMMember"
_GRANTS = (
    "SELECT id, json_extract(inputs, '$.role') FROM entity WHERE cloud = 'gcp' AND type = ? "
    "AND json_extract(inputs, '$.member') = ? AND json_extract(inputs, '$.condition') IS NULL"
)


def _trigger(entity: Entity) -> Trigger:
    shown = entity.shown
    event = next((key for key in EVENTS if key in shown), MANUAL)
    return Trigger(
        name=last(entity.id),
        id=entity.resource_id,
        project=entity.id.split("/")[1],
        location=entity.id.split("/")[3],
        event=event,
        config=shown.get(event) or {},
        build=shown.get("build") or {},
        source=shown.get("sourceToBuild") or {},
        substitutions=shown.get("substitutions") or {},
        included=tuple(shown.get("includedFiles") or ()),
        ignored=tuple(shown.get("ignoredFiles") or ()),
        filter=shown.get("filter") or "",
        account=last(shown.get("serviceAccount") or ""),
        approval=(shown.get("approvalConfig") or {}).get("approvalRequired") is True,
        disabled=shown.get("disabled") is True,
    )
