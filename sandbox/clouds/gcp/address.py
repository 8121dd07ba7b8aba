"""Reserved addresses, global and regional. An internal range is a free block of 10.0.0.0/8 in its network."""

from __future__ import annotations

import ipaddress
from itertools import count

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.compute import (
    NETWORK_TEMPLATE,
    NETWORK_TYPE,
    OWNER,
    SUBNETWORK_TEMPLATE,
    SUBNETWORK_TYPE,
    URL,
    network_link,
    ranges,
)
from sandbox.clouds.gcp.links import last
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, ResourceType
from sandbox.clouds.gcp.rules import network as rules


def _allocated(draft: Draft, prefix: int) -> str:
    """A free block of 10.0.0.0/8 for an internal range."""
    network = NETWORK_TEMPLATE.format(project=draft.project, value=last(str(draft.get("network", "default"))))
    taken = [
        ipaddress.ip_network(text)
        for other in draft.tx.list("gcp", SUBNETWORK_TYPE, parent=network)
        for text in ranges(other.outputs)
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
    prefix = int(draft.get("prefixLength", 32))
    address = draft.inputs.get("address") or draft.before.get("address")
    if not address:
        address = _allocated(draft, prefix) if internal else values.public_address(draft.unique)
    made: Properties = {
        "selfLink": URL + draft.id,
        "creationTimestamp": values.timestamp(draft.created),
        "labelFingerprint": values.etag(draft.unique)[:8] + "k=",
        "address": address,
        "prefixLength": draft.get("prefixLength", 0),
    }
    return {**made, "network": network_link(draft)} if "network" in draft.inputs else made


def _global_address_check(inputs: Properties) -> list[tuple[str, str]]:
    """for purpose VPC_PEERING `addressType` must be INTERNAL and `prefixLength` given"""
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
        "networkTier": draft.get("networkTier", "PREMIUM"),
        "prefixLength": draft.get("prefixLength", 0),
        "purpose": draft.get("purpose", "GCE_ENDPOINT" if internal else ""),
        "users": [],
    }


GLOBAL_ADDRESS = ResourceType(
    token="gcp:compute/globalAddress:GlobalAddress",
    table=rules.GLOBAL_ADDRESS,
    identity="projects/{project}/global/addresses/{name}",
    autoname=AutoName(),
    labels="labels",
    parents=OWNER,
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
TYPES = (GLOBAL_ADDRESS, ADDRESS)
