"""Cloud DNS zones and record sets. Nothing answers queries."""

from __future__ import annotations

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, Quota, ResourceType
from sandbox.clouds.gcp.rules import dns as rules
from sandbox.clouds.protocol import CloudError, Reason

_ZONE_TYPE = "gcp:dns/managedZone:ManagedZone"


def _zone(draft: Draft) -> Properties:
    letter = "abcde"[int(values.hexadecimal(draft.unique, 8), 16) % 5]
    private = draft.inputs.get("visibility") == "private"
    servers = (
        ["ns-gcp-private.googledomains.com."]
        if private
        else [f"ns-cloud-{letter}{index}.googledomains.com." for index in range(1, 5)]
    )
    return {
        "managedZoneId": values.number(draft.unique, 19),
        "nameServers": servers,
        "creationTime": values.timestamp(draft.created),
    }


def _zone_check(inputs: Properties) -> list[tuple[str, str]]:
    """`privateVisibilityConfig` needs visibility private; the description is not empty"""
    if inputs.get("privateVisibilityConfig") and inputs.get("visibility") != "private":
        return [("visibility", "must be private where privateVisibilityConfig is given")]
    if inputs.get("description") == "":
        return [("description", "must not be empty")]
    return []


def _record_admit(draft: Draft) -> None:
    """the name does not lie in the zone"""
    zone = draft.tx.get("gcp", _ZONE_TYPE, draft.id.split("/rrsets/")[0])
    suffix = str(zone.outputs["dnsName"]) if zone else ""
    name = str(draft.inputs["name"])
    if name != suffix and not name.endswith(f".{suffix}"):
        raise CloudError(Reason.INVALID, f"name: {name!r} does not lie in the zone, whose name is {suffix!r}")


MANAGED_ZONE = ResourceType(
    token=_ZONE_TYPE,
    table=rules.MANAGED_ZONE,
    identity="projects/{project}/managedZones/{name}",
    autoname=AutoName(),
    labels="labels",
    quota=Quota(10_000, "https://cloud.google.com/dns/quotas"),
    computed=("managedZoneId", "nameServers", "creationTime"),
    outputs=_zone,
    check=_zone_check,
)
RECORD_SET = ResourceType(
    token="gcp:dns/recordSet:RecordSet",
    table=rules.RECORD_SET,
    identity="projects/{project}/managedZones/{managedZone_name}/rrsets/{name}/{type}",
    parents=(Parent("managedZone", _ZONE_TYPE, "projects/{project}/managedZones/{value}", owns=True),),
    admit=_record_admit,
)
TYPES = (MANAGED_ZONE, RECORD_SET)
