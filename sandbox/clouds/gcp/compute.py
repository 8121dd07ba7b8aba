"""Compute Engine's network types: networks, subnetworks, addresses, firewalls.

Not emulated: IPv6, auto-mode subnetworks (a network with `autoCreateSubnetworks` makes none), packet flow.
"""

from __future__ import annotations

import ipaddress
from itertools import count

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.links import last
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, Quota, ResourceType, User
from sandbox.clouds.gcp.rules import network as rules
from sandbox.clouds.protocol import CloudError, Reason

URL = "https://www.googleapis.com/compute/v1/"
NETWORK_TYPE = "gcp:compute/network:Network"
SUBNETWORK_TYPE = "gcp:compute/subnetwork:Subnetwork"
NETWORK_TEMPLATE = "projects/{project}/global/networks/{value}"
SUBNETWORK_TEMPLATE = "projects/{project}/regions/{region}/subnetworks/{value}"
_QUOTAS = "https://cloud.google.com/vpc/docs/quota"


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
        "internalIpv6Range": draft.inputs.get("internalIpv6Range", ""),
        "mtu": draft.inputs.get("mtu", 1460),
        "routingMode": draft.inputs.get("routingMode", "REGIONAL"),
        "bgpBestPathSelectionMode": draft.inputs.get("bgpBestPathSelectionMode", "LEGACY"),
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
        "purpose": draft.inputs.get("purpose", "PRIVATE"),
        "privateIpGoogleAccess": draft.inputs.get("privateIpGoogleAccess", False),
        "privateIpv6GoogleAccess": draft.inputs.get("privateIpv6GoogleAccess", "DISABLE_GOOGLE_ACCESS"),
        "stackType": draft.inputs.get("stackType", "IPV4_ONLY"),
        "secondaryIpRanges": draft.inputs.get("secondaryIpRanges", draft.before.get("secondaryIpRanges", [])),
    }


def _ranges(properties: Properties) -> list[str]:
    secondary = properties.get("secondaryIpRanges") or []
    found = [properties.get("ipCidrRange"), *(one.get("ipCidrRange") for one in secondary)]
    return [one for one in found if one]


def _subnetwork_admit(draft: Draft) -> None:
    """Ranges must be networks of at least /29 and may not overlap within one VPC network."""
    mine = [ipaddress.ip_network(text) for text in _ranges(draft.inputs)]
    network = NETWORK_TEMPLATE.format(project=draft.project, value=last(str(draft.inputs["network"])))
    taken = [
        (other.id, ipaddress.ip_network(text))
        for other in draft.tx.list("gcp", SUBNETWORK_TYPE, parent=network)
        if other.id != draft.id
        for text in _ranges(other.outputs)
    ]
    for index, own in enumerate(mine):
        for owner, theirs in [*taken, *((draft.id, other) for other in mine[:index])]:
            if own.overlaps(theirs):
                raise CloudError(
                    Reason.INVALID, f"range {own} overlaps with {theirs} of '{owner}'; choose another range"
                )


def _subnetwork_check(inputs: Properties) -> list[tuple[str, str]]:
    found = []
    for text in _ranges(inputs):
        try:
            size = ipaddress.ip_network(text).prefixlen
        except ValueError as error:
            found.append(("ipCidrRange", f"{error}"))
            continue
        if not 8 <= size <= 29:
            found.append(("ipCidrRange", f"{text}: the prefix must be between /8 and /29"))
    return found


def _subnetwork_replaces(outputs: Properties, news: Properties) -> list[str]:
    """A range grows in place; a smaller or other one makes a new subnetwork (IsShrinkageIpCidr)."""
    old, new = outputs.get("ipCidrRange"), news.get("ipCidrRange")
    try:
        grown = ipaddress.ip_network(str(old)).subnet_of(ipaddress.ip_network(str(new)))  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return []
    return [] if grown else ["ipCidrRange"]


def _allocated(draft: Draft, prefix: int) -> str:
    """A free block of 10.0.0.0/8 for an internal range."""
    network = NETWORK_TEMPLATE.format(project=draft.project, value=last(str(draft.inputs.get("network", "default"))))
    taken = [
        ipaddress.ip_network(text)
        for other in draft.tx.list("gcp", SUBNETWORK_TYPE, parent=network)
        for text in _ranges(other.outputs)
    ]
    for other in draft.tx.list("gcp", GLOBAL_ADDRESS.token, parent=network):
        size = other.outputs.get("prefixLength") or 32
        taken.append(ipaddress.ip_network(f"{other.outputs['address']}/{size}", strict=False))
    for attempt in count():
        text = values.private_address(f"{draft.unique} {attempt}")
        block = ipaddress.ip_network(f"{text}/{prefix}", strict=False)
        if not any(block.overlaps(other) for other in taken) or attempt > 1000:
            return str(block.network_address)
    raise AssertionError("count ended")


def _global_address(draft: Draft) -> Properties:
    internal = draft.inputs.get("addressType") == "INTERNAL"
    prefix = int(draft.inputs.get("prefixLength", 32))
    address = draft.inputs.get("address") or draft.before.get("address")
    if not address:
        address = _allocated(draft, prefix) if internal else values.public_address(draft.unique)
    made: Properties = {
        "selfLink": URL + draft.id,
        "creationTimestamp": values.timestamp(draft.created),
        "labelFingerprint": values.etag(draft.unique)[:8] + "k=",
        "address": address,
        "prefixLength": draft.inputs.get("prefixLength", 0),
    }
    return {**made, "network": network_link(draft)} if "network" in draft.inputs else made


def _global_address_check(inputs: Properties) -> list[tuple[str, str]]:
    if inputs.get("purpose") == "VPC_PEERING":
        if inputs.get("addressType") != "INTERNAL":
            return [("addressType", "must be INTERNAL for purpose VPC_PEERING")]
        if "prefixLength" not in inputs:
            return [("prefixLength", "required for purpose VPC_PEERING")]
    return []


def _address(draft: Draft) -> Properties:
    internal = draft.inputs.get("addressType") == "INTERNAL"
    made = values.private_address(draft.unique) if internal else values.public_address(draft.unique)
    return {
        "selfLink": URL + draft.id,
        "addressId": int(values.number(draft.unique, 15)),
        "creationTimestamp": values.timestamp(draft.created),
        "labelFingerprint": values.etag(draft.unique)[:8] + "k=",
        "address": draft.inputs.get("address") or draft.before.get("address") or made,
        "networkTier": draft.inputs.get("networkTier", "PREMIUM"),
        "prefixLength": draft.inputs.get("prefixLength", 0),
        "purpose": draft.inputs.get("purpose", "GCE_ENDPOINT" if internal else ""),
        "users": [],
    }


def _firewall(draft: Draft) -> Properties:
    return {
        "selfLink": URL + draft.id,
        "creationTimestamp": values.timestamp(draft.created),
        "network": network_link(draft),
        "direction": draft.inputs.get("direction", "INGRESS"),
        "destinationRanges": draft.inputs.get("destinationRanges", []),
    }


def _firewall_check(inputs: Properties) -> list[tuple[str, str]]:
    """resourceComputeFirewallSourceFieldsCustomizeDiff."""
    sources = ("sourceRanges", "sourceTags", "sourceServiceAccounts")
    if inputs.get("direction", "INGRESS") == "INGRESS" and not any(inputs.get(one) for one in sources):
        return [("sourceRanges", f"one of {', '.join(sources)} must be given for INGRESS traffic")]
    return []


_OWNER = (Parent("network", NETWORK_TYPE, NETWORK_TEMPLATE, owns=True),)

NETWORK = ResourceType(
    token=NETWORK_TYPE,
    table=rules.NETWORK,
    identity="projects/{project}/global/networks/{name}",
    autoname=AutoName("name", 63, lower=True),
    quota=Quota(15, _QUOTAS),
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
    parents=_OWNER,
    quota=Quota(100, _QUOTAS),
    used_by=(User("gcp:container/cluster:Cluster", "subnetwork"),),
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
GLOBAL_ADDRESS = ResourceType(
    token="gcp:compute/globalAddress:GlobalAddress",
    table=rules.GLOBAL_ADDRESS,
    identity="projects/{project}/global/addresses/{name}",
    autoname=AutoName(),
    labels="labels",
    parents=_OWNER,
    computed=("selfLink", "creationTimestamp", "labelFingerprint", "address", "prefixLength"),
    outputs=_global_address,
    check=_global_address_check,
)
ADDRESS = ResourceType(
    token="gcp:compute/address:Address",
    table=rules.ADDRESS,
    identity="projects/{project}/regions/{region}/addresses/{name}",
    autoname=AutoName(),
    location="region",
    labels="labels",
    parents=(
        Parent("network", NETWORK_TYPE, NETWORK_TEMPLATE, owns=True),
        Parent("subnetwork", SUBNETWORK_TYPE, SUBNETWORK_TEMPLATE, owns=True),
    ),
    computed=(
        "selfLink",
        "addressId",
        "creationTimestamp",
        "labelFingerprint",
        "address",
        "networkTier",
        "prefixLength",
        "purpose",
        "users",
    ),
    outputs=_address,
)
FIREWALL = ResourceType(
    token="gcp:compute/firewall:Firewall",
    table=rules.FIREWALL,
    identity="projects/{project}/global/firewalls/{name}",
    autoname=AutoName(),
    parents=_OWNER,
    quota=Quota(100, _QUOTAS),
    computed=("selfLink", "creationTimestamp", "direction", "destinationRanges"),
    outputs=_firewall,
    check=_firewall_check,
)
TYPES = (NETWORK, SUBNETWORK, GLOBAL_ADDRESS, ADDRESS, FIREWALL)
