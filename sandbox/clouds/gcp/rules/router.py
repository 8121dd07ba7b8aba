"""Rules of Cloud Router and Cloud NAT."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Rule, Table
from sandbox.clouds.gcp.rules.patterns import GCE_NAME

ROUTER = Table(
    source="compute/resource_compute_router.go",
    properties={
        "bgp.advertiseMode": Rule(default="DEFAULT", values=("DEFAULT", "CUSTOM")),
        "bgp.advertisedIpRanges": Rule(unordered=True),
        "bgp.identifierRange": Rule(kept=True),
        "bgp.keepaliveInterval": Rule(default=20),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "encryptedInterconnectRouter": Rule(replace=True),
        "name": Rule(replace=True, pattern=GCE_NAME),
        "nccGateway": Rule(replace=True, link=True),
        "network": Rule(replace=True, link=True),
        "params": Rule(replace=True),
        "project": Rule(replace=True, kept=True),
        "region": Rule(replace=True, kept=True, link=True),
    },
    conflicts=(("nccGateway", "network"),),
)

ROUTER_NAT = Table(
    source="compute/resource_compute_router_nat.go",
    properties={
        "autoNetworkTier": Rule(kept=True, values=("PREMIUM", "STANDARD")),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "drainNatIps": Rule(kept=True, unordered=True),
        "enableDynamicPortAllocation": Rule(kept=True),
        "enableEndpointIndependentMapping": Rule(kept=True),
        "endpointTypes": Rule(replace=True, kept=True),
        "icmpIdleTimeoutSec": Rule(default=30),
        "initialNatIps": Rule(replace=True, unordered=True),
        "logConfig.filter": Rule(values=("ERRORS_ONLY", "TRANSLATIONS_ONLY", "ALL")),
        "minPortsPerVm": Rule(kept=True),
        "name": Rule(replace=True, pattern="[a-z](?:[-a-z0-9]{0,61}[a-z0-9])"),
        "nat64Subnetworks": Rule(unordered=True),
        "nat64Subnetworks.name": Rule(link=True),
        "natIpAllocateOption": Rule(values=("MANUAL_ONLY", "AUTO_ONLY")),
        "natIps": Rule(kept=True, unordered=True),
        "project": Rule(replace=True, kept=True),
        "region": Rule(replace=True, kept=True, link=True),
        "router": Rule(replace=True, link=True),
        "rules": Rule(unordered=True),
        "rules.action": Rule(kept=True),
        "rules.action.sourceNatActiveIps": Rule(unordered=True),
        "rules.action.sourceNatActiveRanges": Rule(unordered=True),
        "rules.action.sourceNatDrainIps": Rule(unordered=True),
        "rules.action.sourceNatDrainRanges": Rule(unordered=True),
        "rules.ruleNumber": Rule(low=0, high=65000),
        "sourceSubnetworkIpRangesToNat": Rule(
            values=("ALL_SUBNETWORKS_ALL_IP_RANGES", "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES", "LIST_OF_SUBNETWORKS")
        ),
        "sourceSubnetworkIpRangesToNat64": Rule(values=("ALL_IPV6_SUBNETWORKS", "LIST_OF_IPV6_SUBNETWORKS")),
        "subnetworks": Rule(unordered=True),
        "subnetworks.name": Rule(link=True),
        "subnetworks.secondaryIpRangeNames": Rule(unordered=True),
        "subnetworks.sourceIpRangesToNats": Rule(unordered=True),
        "tcpEstablishedIdleTimeoutSec": Rule(default=1200),
        "tcpTimeWaitTimeoutSec": Rule(default=120),
        "tcpTransitoryIdleTimeoutSec": Rule(default=30),
        "type": Rule(replace=True, default="PUBLIC", values=("PUBLIC", "PRIVATE")),
        "udpIdleTimeoutSec": Rule(default=30),
    },
    conflicts=(("drainNatIps", "initialNatIps"), ("initialNatIps", "natIps")),
)
