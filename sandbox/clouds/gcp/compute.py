"""VPC networks and subnetworks.

Not emulated: IPv6, auto-mode subnetworks (a network with `autoCreateSubnetworks` makes none), packet flow.
"""

from __future__ import annotations

import ipaddress

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.identity import listed
from sandbox.clouds.gcp.links import last
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, Quota, ResourceType, User
from sandbox.clouds.gcp.rules import network as rules
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.values import is_unknown

URL = "https://www.googleapis.com/compute/v1/"
NETWORK_TYPE = "gcp:compute/network:Network"
SUBNETWORK_TYPE = "gcp:compute/subnetwork:Subnetwork"
NETWORK_TEMPLATE = "projects/{project}/global/networks/{value}"
SUBNETWORK_TEMPLATE = "projects/{project}/regions/{region}/subnetworks/{value}"
QUOTAS = "https://cloud.google.com/vpc/docs/quota"
OWN_QUOTA = "each project has its own, which its console shows; older projects began with so many"


def network_link(draft: Draft) -> str:
    """The URL of the network that the inputs name, as the API answers."""
    given = str(draft.inputs["network"])
    return (
        given if given.startswith("https:") else URL + NETWORK_TEMPLATE.format(project=draft.project, value=last(given))
    )


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
    ranges = ipaddress.ip_network(draft.inputs["ipCidrRange"], strict=False)
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


def _subnetwork_admit(draft: Draft) -> None:
    """ranges overlap within one network"""
    mine = [ipaddress.ip_network(text) for text in ranges(draft.inputs)]
    network = NETWORK_TEMPLATE.format(project=draft.project, value=last(str(draft.inputs["network"])))
    taken = [
        (other.id, ipaddress.ip_network(text))
        for other in draft.tx.list("gcp", SUBNETWORK_TYPE, parent=network)
        if other.id != draft.id
        for text in ranges(other.outputs)
    ]
    for index, own in enumerate(mine):
        for owner, theirs in [*taken, *((draft.id, other) for other in mine[:index])]:
            if own.overlaps(theirs):
                raise CloudError(
                    Reason.INVALID, f"range {own} overlaps with {theirs} of '{owner}'; choose another range"
                )


def _subnetwork_check(inputs: Properties) -> list[tuple[str, str]]:
    """`ipCidrRange` is given; ranges are networks between /8 and /29"""
    if "ipCidrRange" not in inputs:
        return [("ipCidrRange", "required; ranges of internalRanges and ipCollections are not emulated")]
    found = []
    for text in ranges(inputs):
        try:
            size = ipaddress.ip_network(text).prefixlen
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
        User("gcp:container/cluster:Cluster", "network"),
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
        User("gcp:container/cluster:Cluster", "subnetwork"),
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
