"""VPC networks and subnetworks.

Not emulated: IPv6, auto-mode subnetworks (a network with `autoCreateSubnetworks` makes none), packet flow.
"""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Network

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.identity import listed
from sandbox.clouds.gcp.links import last, path
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, Quota, ResourceType, User
from sandbox.clouds.gcp.rules import network as rules
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.values import is_unknown

URL = "https://www.googleapis.com/compute/v1/"
NETWORK_TYPE = "gcp:compute/network:Network"
SUBNETWORK_TYPE = "gcp:compute/subnetwork:Subnetwork"
GLOBAL_ADDRESS_TYPE = "gcp:compute/globalAddress:GlobalAddress"
CLUSTER_TYPE = "gcp:container/cluster:Cluster"
NETWORK_TEMPLATE = "projects/{project}/global/networks/{value}"
SUBNETWORK_TEMPLATE = "projects/{project}/regions/{region}/subnetworks/{value}"
QUOTAS = "https://cloud.google.com/vpc/docs/quota"
OWN_QUOTA = "each project has its own, which its console shows; older projects began with so many"


def network_link(draft: Draft) -> str:
    """The URL of the network that the inputs name, as the API answers."""
    given = path(str(draft.inputs["network"]))
    return URL + (given if "/" in given else NETWORK_TEMPLATE.format(project=draft.project, value=given))


def _network(draft: Draft) -> Properties:
    number = values.number(draft.unique, 19)
    return {
        "selfLink": URL + draft.id,
        "numericId": number,
        "networkId": number,
        "gatewayIpv4": "",
        "internalIpv6Range": draft.get("internalIpv6Range", ""),
        "mtu": draft.get("mtu", 1460),
        "routingMode": draft.get("routingMode", "REGIONAL"),
        "bgpBestPathSelectionMode": draft.get("bgpBestPathSelectionMode", "LEGACY"),
    }


def _subnetwork(draft: Draft) -> Properties:
    ranges = IPv4Network(draft.inputs["ipCidrRange"], strict=False)
    return {
        "network": network_link(draft),
        "selfLink": URL + draft.id,
        "subnetworkId": int(values.number(draft.unique, 15)),
        "creationTimestamp": values.timestamp(draft.created),
        "fingerprint": values.etag(draft.unique),
        "gatewayAddress": str(ranges.network_address + 1),
        "purpose": draft.get("purpose", "PRIVATE"),
        "privateIpGoogleAccess": draft.get("privateIpGoogleAccess", False),
        "privateIpv6GoogleAccess": draft.get("privateIpv6GoogleAccess", "DISABLE_GOOGLE_ACCESS"),
        "stackType": draft.get("stackType", "IPV4_ONLY"),
        "secondaryIpRanges": draft.get("secondaryIpRanges", draft.before.get("secondaryIpRanges", [])),
    }


def ranges(properties: Properties) -> list[str]:
    secondary = [one.get("ipCidrRange") for one in listed(properties, "secondaryIpRanges") if isinstance(one, dict)]
    found = [properties.get("ipCidrRange"), *secondary]
    return [one for one in found if one and not is_unknown(one)]


def taken(draft: Draft) -> list[tuple[str, IPv4Network]]:
    """The ranges of the other subnetworks and reserved blocks of a thing's network, each with whose it is."""
    network = NETWORK_TEMPLATE.format(project=draft.project, value=last(str(draft.get("network", "default"))))
    found = [
        (other.id, text)
        for other in draft.tx.list("gcp", SUBNETWORK_TYPE, parent=network)
        for text in ranges(other.outputs)
    ]
    for block in draft.tx.list("gcp", GLOBAL_ADDRESS_TYPE, parent=network):
        found.append((block.id, f"{block.outputs['address']}/{block.outputs.get('prefixLength') or 32}"))
    return [(owner, block) for owner, text in found if owner != draft.id and (block := block_of(text))]


def block_of(text: str) -> IPv4Network | None:
    """Somebody may have written there what is no network."""
    try:
        return IPv4Network(text, strict=False)
    except ValueError:
        return None


def refuse_overlap(own: IPv4Network, others: list[tuple[str, IPv4Network]]) -> None:
    """Raise CloudError INVALID, with the range of another and whose it is, where the two overlap."""
    for owner, theirs in others:
        if own.overlaps(theirs):
            raise CloudError(Reason.INVALID, f"range {own} overlaps with {theirs} of '{owner}'; choose another range")


def _subnetwork_admit(draft: Draft) -> None:
    """ranges overlap within one network, reserved ones among them; a secondary range goes or changes that a cluster's
    pods or Services have"""
    mine = [IPv4Network(text) for text in ranges(draft.inputs)]
    others = taken(draft)
    for index, own in enumerate(mine):
        refuse_overlap(own, [*others, *((draft.id, other) for other in mine[:index])])
    had, has = (_secondary(properties) for properties in (draft.before, draft.inputs))
    gone = {name for name in had if "secondaryIpRanges" in draft.inputs and has.get(name) != had[name]}
    for cluster in draft.tx.list("gcp", CLUSTER_TYPE) if gone else ():
        policy = cluster.outputs.get("ipAllocationPolicy") or {}
        used = gone & {policy.get("clusterSecondaryRangeName"), policy.get("servicesSecondaryRangeName")}
        if used and cluster.outputs["subnetwork"] == draft.id:
            raise CloudError(
                Reason.IN_USE, f"secondaryIpRanges: the range '{used.pop()}' is in use by Cluster '{cluster.id}'"
            )


def _secondary(properties: Properties) -> dict[str, str]:
    return {str(one.get("rangeName")): str(one.get("ipCidrRange")) for one in listed(properties, "secondaryIpRanges")}


def _subnetwork_check(inputs: Properties) -> list[tuple[str, str]]:
    """`ipCidrRange` is given; ranges are networks between /8 and /29"""
    if "ipCidrRange" not in inputs:
        return [("ipCidrRange", "required; ranges of internalRanges and ipCollections are not emulated")]
    found = []
    for text in ranges(inputs):
        try:
            size = IPv4Network(text).prefixlen
        except ValueError as error:
            found.append(("ipCidrRange", f"{error}"))
            continue
        if not 8 <= size <= 29:
            found.append(("ipCidrRange", f"{text}: the prefix must be between /8 and /29"))
    return found


def _subnetwork_replaces(outputs: Properties, news: Properties) -> list[str]:
    """`ipCidrRange` shrinks or moves; it grows in place (IsShrinkageIpCidr)"""
    old, new = outputs.get("ipCidrRange"), news.get("ipCidrRange")
    try:
        grown = ipaddress.ip_network(str(old)).subnet_of(ipaddress.ip_network(str(new)))  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return []
    return [] if grown else ["ipCidrRange"]


OWNER = (Parent("network", NETWORK_TYPE, NETWORK_TEMPLATE, owns=True),)

NETWORK = ResourceType(
    token=NETWORK_TYPE,
    table=rules.NETWORK,
    identity="projects/{project}/global/networks/{name}",
    autoname=AutoName("name", 63, lower=True),
    quota=Quota(15, QUOTAS, OWN_QUOTA),
    used_by=(
        User(CLUSTER_TYPE, "network"),
        User("gcp:sql/databaseInstance:DatabaseInstance", "settings.ipConfiguration.privateNetwork"),
    ),
    computed=(
        "selfLink",
        "numericId",
        "networkId",
        "gatewayIpv4",
        "internalIpv6Range",
        "mtu",
        "routingMode",
        "bgpBestPathSelectionMode",
    ),
    outputs=_network,
)
SUBNETWORK = ResourceType(
    token=SUBNETWORK_TYPE,
    table=rules.SUBNETWORK,
    identity="projects/{project}/regions/{region}/subnetworks/{name}",
    autoname=AutoName("name", 63, lower=True),
    location="region",
    parents=OWNER,
    quota=Quota(100, QUOTAS, OWN_QUOTA),
    used_by=(
        User(CLUSTER_TYPE, "subnetwork"),
        User("gcp:compute/routerNat:RouterNat", "subnetworks.name"),
    ),
    computed=(
        "selfLink",
        "subnetworkId",
        "creationTimestamp",
        "fingerprint",
        "gatewayAddress",
        "purpose",
        "privateIpGoogleAccess",
        "privateIpv6GoogleAccess",
        "stackType",
        "secondaryIpRanges",
    ),
    outputs=_subnetwork,
    check=_subnetwork_check,
    admit=_subnetwork_admit,
    replaces=_subnetwork_replaces,
)
TYPES = (NETWORK, SUBNETWORK)
