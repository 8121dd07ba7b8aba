"""Cloud Router and Cloud NAT. No traffic is translated; they exist, and their networks cannot go first."""

from __future__ import annotations

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.compute import (
    NETWORK_TEMPLATE,
    NETWORK_TYPE,
    SUBNETWORK_TEMPLATE,
    SUBNETWORK_TYPE,
    URL,
    network_link,
)
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, ResourceType
from sandbox.clouds.gcp.rules import router as rules


def _router(draft: Draft) -> Properties:
    made: Properties = {"selfLink": URL + draft.id, "creationTimestamp": values.timestamp(draft.created)}
    return {**made, "network": network_link(draft)} if "network" in draft.inputs else made


def _router_check(inputs: Properties) -> list[tuple[str, str]]:
    """`bgp.asn` is a private number of RFC 6996, or 16550"""
    asn = (inputs.get("bgp") or {}).get("asn") if isinstance(inputs.get("bgp"), dict) else None
    private = isinstance(asn, int) and (64512 <= asn <= 65534 or 4200000000 <= asn <= 4294967294 or asn == 16550)
    if isinstance(asn, int) and not private:
        return [("bgp.asn", f"{asn} is no private number: write 64512..65534, 4200000000..4294967294 or 16550")]
    return []


def _router_nat(draft: Draft) -> Properties:
    dynamic = draft.get("enableDynamicPortAllocation", False)
    return {
        "enableDynamicPortAllocation": dynamic,
        "enableEndpointIndependentMapping": draft.get("enableEndpointIndependentMapping", False),
        "endpointTypes": draft.get("endpointTypes", ["ENDPOINT_TYPE_VM"]),
        "minPortsPerVm": draft.get("minPortsPerVm", 32 if dynamic else 64),
        "autoNetworkTier": draft.get("autoNetworkTier", "PREMIUM"),
        "natIps": draft.get("natIps", []),
        "drainNatIps": draft.get("drainNatIps", []),
    }


def _router_nat_check(inputs: Properties) -> list[tuple[str, str]]:
    """public NAT needs `natIpAllocateOption`: AUTO_ONLY excludes `natIps`, MANUAL_ONLY needs them; dynamic ports exclude
    endpoint-independent mapping, and their numbers are powers of 2, the least not above the most"""
    option, addresses = inputs.get("natIpAllocateOption"), inputs.get("natIps") or inputs.get("initialNatIps")
    found = []
    if inputs.get("type", "PUBLIC") == "PUBLIC" and not option:
        found.append(("natIpAllocateOption", "required for public NAT: AUTO_ONLY or MANUAL_ONLY"))
    if option == "AUTO_ONLY" and addresses:
        found.append(("natIps", "not allowed with natIpAllocateOption AUTO_ONLY"))
    if option == "MANUAL_ONLY" and not addresses:
        found.append(("natIps", "required with natIpAllocateOption MANUAL_ONLY"))
    if inputs.get("enableDynamicPortAllocation") is True and inputs.get("enableEndpointIndependentMapping") is True:
        found.append(("enableDynamicPortAllocation", "not allowed together with enableEndpointIndependentMapping"))
    return found + (_dynamic_ports(inputs) if inputs.get("enableDynamicPortAllocation") is True else [])


def _dynamic_ports(inputs: Properties) -> list[tuple[str, str]]:
    """https://docs.cloud.google.com/nat/docs/ports-and-addresses#dynamic-port"""
    least, most = inputs.get("minPortsPerVm", 32), inputs.get("maxPortsPerVm", 65536)
    found = [
        (key, f"{number}: with dynamic ports a power of 2, at least 32")
        for key, number in (("minPortsPerVm", least), ("maxPortsPerVm", most))
        if isinstance(number, int) and (number < 32 or number & (number - 1))
    ]
    if isinstance(least, int) and isinstance(most, int) and least > most:
        found.append(("minPortsPerVm", f"{least} is more than maxPortsPerVm, {most}"))
    return found


ROUTER = ResourceType(
    token="gcp:compute/router:Router",
    table=rules.ROUTER,
    identity="projects/{project}/regions/{region}/routers/{name}",
    autoname=AutoName("name", 63, lower=True),
    location="region",
    parents=(Parent("network", NETWORK_TYPE, NETWORK_TEMPLATE, owns=True),),
    computed=("selfLink", "creationTimestamp"),
    outputs=_router,
    check=_router_check,
)
ROUTER_NAT = ResourceType(
    token="gcp:compute/routerNat:RouterNat",
    table=rules.ROUTER_NAT,
    identity="projects/{project}/regions/{region}/routers/{router_name}/nats/{name}",
    id="{project}/{region}/{router_name}/{name}",
    cascade=True,
    autoname=AutoName("name", 63, lower=True),
    location="region",
    parents=(
        Parent("subnetworks.name", SUBNETWORK_TYPE, SUBNETWORK_TEMPLATE),
        Parent("router", ROUTER.token, "projects/{project}/regions/{region}/routers/{value}", owns=True),
    ),
    computed=(
        "enableDynamicPortAllocation",
        "enableEndpointIndependentMapping",
        "endpointTypes",
        "minPortsPerVm",
        "autoNetworkTier",
        "natIps",
        "drainNatIps",
    ),
    outputs=_router_nat,
    check=_router_nat_check,
)
TYPES = (ROUTER, ROUTER_NAT)
