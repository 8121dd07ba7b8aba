"""Cloud DNS zones and record sets. Nothing answers queries."""

from __future__ import annotations

from ipaddress import ip_address

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.compute import NETWORK_TEMPLATE, NETWORK_TYPE
from sandbox.clouds.gcp.identity import listed
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, Quota, ResourceType
from sandbox.clouds.gcp.rules import dns as rules
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.values import is_unknown

_ADDRESSES = {"A": 4, "AAAA": 6}
_NAMES = ("CNAME", "NS", "PTR")
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


def _record_check(inputs: Properties) -> list[tuple[str, str]]:
    """the data of A and AAAA are addresses, those of CNAME, NS and PTR names with their last dot, a CNAME's one name"""
    kind, data = inputs.get("type"), listed(inputs, "rrdatas")
    found = []
    for index, text in enumerate(data):
        if not isinstance(text, str) or is_unknown(text):
            continue
        if (version := _ADDRESSES.get(str(kind))) and not _is_address(text, version):
            found.append((f"rrdatas[{index}]", f"{text!r} is no IPv{version} address"))
        if kind in _NAMES and not text.endswith("."):
            found.append((f"rrdatas[{index}]", f"{text!r} is no whole name; it ends with a dot"))
    if kind == "CNAME" and len(data) > 1:
        found.append(("rrdatas", f"a CNAME has one name, not {len(data)}"))
    return found


def _is_address(text: str, version: int) -> bool:
    try:
        return ip_address(text).version == version
    except ValueError:
        return False


def _record_admit(draft: Draft) -> None:
    """the name does not lie in the zone; a CNAME is for the zone's own name, or beside other records of its name"""
    zone = draft.tx.get("gcp", _ZONE_TYPE, draft.id.split("/rrsets/")[0])
    suffix = str(zone.outputs["dnsName"]) if zone else ""
    name = str(draft.inputs["name"])
    if name != suffix and not name.endswith(f".{suffix}"):
        raise CloudError(Reason.INVALID, f"name: {name!r} does not lie in the zone, whose name is {suffix!r}")
    kind, named = draft.inputs["type"], f"{draft.id.rpartition('/')[0]}/"
    if kind == "CNAME" and name == suffix:
        raise CloudError(Reason.INVALID, f"type: no CNAME can be for {name!r} itself, which has its zone's own records")
    own = {draft.id, named + str(draft.before.get("type", ""))}
    for other in draft.tx.list("gcp", RECORD_SET.token, prefix=named):
        if other.id not in own and "CNAME" in (kind, other.outputs["type"]):
            raise CloudError(
                Reason.INVALID, f"type: {kind} of {name!r} conflicts with {other.outputs['type']}; a CNAME is alone"
            )


MANAGED_ZONE = ResourceType(
    token=_ZONE_TYPE,
    table=rules.MANAGED_ZONE,
    identity="projects/{project}/managedZones/{name}",
    autoname=AutoName(),
    labels="labels",
    parents=(Parent("privateVisibilityConfig.networks.networkUrl", NETWORK_TYPE, NETWORK_TEMPLATE),),
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
    check=_record_check,
    admit=_record_admit,
)
TYPES = (MANAGED_ZONE, RECORD_SET)
