"""Reserved addresses, global and regional. An internal range is a free block of 10.0.0.0/8 in its network, an internal
address a free one of its subnetwork."""

from __future__ import annotations

from ipaddress import IPv4Network, ip_address
from itertools import count

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.compute import (
    GLOBAL_ADDRESS_TYPE,
    NETWORK_TEMPLATE,
    NETWORK_TYPE,
    OWNER,
    SUBNETWORK_TEMPLATE,
    SUBNETWORK_TYPE,
    URL,
    block_of,
    network_link,
    refuse_overlap,
    taken,
)
from sandbox.clouds.gcp.links import path
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, ResourceType
from sandbox.clouds.gcp.rules import network as rules
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.values import is_unknown


def _allocated(draft: Draft, prefix: int) -> str:
    """A free block of 10.0.0.0/8 for an internal range."""
    others = taken(draft)
    for attempt in count():
        text = values.private_address(f"{draft.unique} {attempt}")
        block = IPv4Network(f"{text}/{prefix}", strict=False)
        if not any(block.overlaps(other) for _, other in others) or attempt > 1000:
            return str(block.network_address)
    raise AssertionError("count ended")


def _free(draft: Draft) -> tuple[str, IPv4Network, set[str]] | None:
    """The subnetwork that an internal address is of, where the program names one, its range, and what is not free of that:
    four are kept, the others each given once.

    https://docs.cloud.google.com/vpc/docs/subnets#unusable-ip-addresses-in-every-subnet"""
    given = path(str(draft.inputs.get("subnetwork", "")))
    if "/" not in given:
        given = SUBNETWORK_TEMPLATE.format(project=draft.project, region=draft.location, value=given)
    subnetwork = draft.tx.get("gcp", SUBNETWORK_TYPE, given)
    block = block_of(str(subnetwork.outputs["ipCidrRange"])) if subnetwork else None
    if block is None:
        return None
    others = [other for other in draft.tx.list("gcp", ADDRESS.token, parent=given) if other.id != draft.id]
    return given, block, kept_back(block) | {str(other.outputs["address"]) for other in others}


def kept_back(block: IPv4Network) -> set[str]:
    """The four addresses of a range that nothing gets."""
    return {str(block[number]) for number in (0, 1, -2, -1)}


def _internal(draft: Draft) -> str:
    """A free address of the subnetwork; of 10.0.0.0/8 where none is named."""
    found = _free(draft)
    if found is None:
        return values.private_address(draft.unique)
    subnetwork, block, gone = found
    return chosen(draft.unique, block, gone, f"subnetwork '{subnetwork}'")


def chosen(unique: str, block: IPv4Network, gone: set[str], owner: str) -> str:
    """An address of a block that is not gone. Raises CloudError QUOTA, naming whose the block is, where all are."""
    start = int(values.number(unique, 15))
    for step in range(block.num_addresses):
        if (address := str(block[(start + step) % block.num_addresses])) not in gone:
            return address
    raise CloudError(Reason.QUOTA, f"{owner} has no free address left")


def _ip_check(inputs: Properties) -> list[tuple[str, str]]:
    """`address` is an IP address, an internal one of IPv4"""
    given = inputs.get("address")
    if given is None or given == "" or is_unknown(given):
        return []
    try:
        version = ip_address(str(given)).version
    except ValueError:
        return [("address", f"{given!r} is no IP address")]
    if version == 6 and inputs.get("addressType") == "INTERNAL":
        return [("address", f"{given} is of IPv6, which is not emulated inside networks")]
    return []


def _address_admit(draft: Draft) -> None:
    """the address is not one of its subnetwork that can be had, or is taken"""
    given, found = draft.inputs.get("address"), _free(draft)
    if not given or found is None:
        return
    subnetwork, block, gone = found
    if ip_address(str(given)) not in block or given in gone:
        raise CloudError(Reason.INVALID, f"address: {given} is not free in {block}, the range of '{subnetwork}'")


def _global_address_admit(draft: Draft) -> None:
    """the range overlaps with another of its network"""
    given = draft.inputs.get("address")
    if given and draft.inputs.get("addressType") == "INTERNAL" and not draft.before:
        size = draft.get("prefixLength", 32)
        refuse_overlap(IPv4Network(f"{given}/{size}", strict=False), taken(draft))


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
    """`address` is an IP address, an internal one of IPv4; for purpose VPC_PEERING `addressType` must be INTERNAL and
    `prefixLength` given"""
    if inputs.get("purpose") == "VPC_PEERING":
        if inputs.get("addressType") != "INTERNAL":
            return [("addressType", "must be INTERNAL for purpose VPC_PEERING")]
        if "prefixLength" not in inputs:
            return [("prefixLength", "required for purpose VPC_PEERING")]
    return _ip_check(inputs)


def _address(draft: Draft) -> Properties:
    internal = draft.inputs.get("addressType") == "INTERNAL"
    address = draft.inputs.get("address") or draft.before.get("address")
    if not address:
        address = _internal(draft) if internal else values.public_address(draft.unique)
    return {
        "selfLink": URL + draft.id,
        "addressId": int(values.number(draft.unique, 15)),
        "creationTimestamp": values.timestamp(draft.created),
        "labelFingerprint": values.etag(draft.unique)[:8] + "k=",
        "address": address,
        "networkTier": draft.get("networkTier", "PREMIUM"),
        "prefixLength": draft.get("prefixLength", 0),
        "purpose": draft.get("purpose", "GCE_ENDPOINT" if internal else ""),
        "users": [],
    }


GLOBAL_ADDRESS = ResourceType(
    token=GLOBAL_ADDRESS_TYPE,
    table=rules.GLOBAL_ADDRESS,
    identity="projects/{project}/global/addresses/{name}",
    autoname=AutoName(),
    labels="labels",
    parents=OWNER,
    computed=("selfLink", "creationTimestamp", "labelFingerprint", "address", "prefixLength"),
    outputs=_global_address,
    check=_global_address_check,
    admit=_global_address_admit,
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
    check=_ip_check,
    admit=_address_admit,
)
TYPES = (GLOBAL_ADDRESS, ADDRESS)
