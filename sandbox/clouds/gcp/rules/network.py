"""Rules of the VPC types: networks, subnetworks, addresses, firewalls, peering."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Rule, Table
from sandbox.clouds.gcp.rules.patterns import CIDR, GCE_NAME

NETWORK = Table(
    source="compute/resource_compute_network.go",
    properties={
        "autoCreateSubnetworks": Rule(replace=True, default=True),
        "bgpAlwaysCompareMed": Rule(kept=True),
        "bgpBestPathSelectionMode": Rule(kept=True, values=("LEGACY", "STANDARD")),
        "bgpInterRegionCost": Rule(kept=True, values=("DEFAULT", "ADD_COST_TO_MED")),
        "deleteBgpAlwaysCompareMed": Rule(default=False),
        "deleteDefaultRoutesOnCreate": Rule(default=False),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "description": Rule(replace=True),
        "internalIpv6Range": Rule(replace=True, kept=True),
        # The API's: https://docs.cloud.google.com/vpc/docs/mtu
        "mtu": Rule(kept=True, low=1300, high=8896),
        "name": Rule(replace=True, pattern=GCE_NAME),
        "networkFirewallPolicyEnforcementOrder": Rule(
            default="AFTER_CLASSIC_FIREWALL", values=("BEFORE_CLASSIC_FIREWALL", "AFTER_CLASSIC_FIREWALL")
        ),
        "networkProfile": Rule(replace=True, link=True),
        "params": Rule(replace=True),
        "params.resourceManagerTags": Rule(replace=True),
        "project": Rule(replace=True, kept=True),
        "routingMode": Rule(kept=True, values=("REGIONAL", "GLOBAL")),
    },
)

SUBNETWORK = Table(
    source="compute/resource_compute_subnetwork.go",
    properties={
        "allowSubnetCidrRoutesOverlap": Rule(kept=True),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "description": Rule(replace=True),
        "externalIpv6Prefix": Rule(replace=True, kept=True),
        "internalIpv6Prefix": Rule(replace=True, kept=True, pattern=CIDR),
        "ipCidrRange": Rule(kept=True, pattern=CIDR),
        "ipCollection": Rule(link=True),
        "ipv6AccessType": Rule(values=("EXTERNAL", "INTERNAL")),
        "logConfig.aggregationInterval": Rule(
            default="INTERVAL_5_SEC",
            values=(
                "INTERVAL_5_SEC",
                "INTERVAL_30_SEC",
                "INTERVAL_1_MIN",
                "INTERVAL_5_MIN",
                "INTERVAL_10_MIN",
                "INTERVAL_15_MIN",
            ),
        ),
        "logConfig.filterExpr": Rule(default="true"),
        "logConfig.flowSampling": Rule(default=0.5, low=0, high=1),
        "logConfig.metadata": Rule(
            default="INCLUDE_ALL_METADATA", values=("EXCLUDE_ALL_METADATA", "INCLUDE_ALL_METADATA", "CUSTOM_METADATA")
        ),
        "logConfig.metadataFields": Rule(unordered=True),
        "name": Rule(replace=True, pattern=GCE_NAME),
        "network": Rule(replace=True, link=True),
        "params": Rule(replace=True),
        "params.resourceManagerTags": Rule(replace=True),
        "privateIpGoogleAccess": Rule(kept=True),
        "privateIpv6GoogleAccess": Rule(kept=True),
        "project": Rule(replace=True, kept=True),
        "purpose": Rule(kept=True),
        "region": Rule(replace=True, kept=True, link=True),
        "reservedInternalRange": Rule(replace=True, link=True),
        "resolveSubnetMask": Rule(
            replace=True,
            values=(
                "ARP_ALL_RANGES",
                "ARP_PRIMARY_RANGE",
                "ARP_BROADCAST_PRIMARY_RANGE",
                "ARP_BROADCAST_PRIMARY_RANGE_WITH_LEARNING",
            ),
        ),
        "role": Rule(values=("ACTIVE", "BACKUP")),
        "secondaryIpRanges": Rule(kept=True),
        "secondaryIpRanges.ipCidrRange": Rule(kept=True, pattern=CIDR),
        "secondaryIpRanges.ipCollection": Rule(link=True),
        "secondaryIpRanges.ipVersion": Rule(kept=True, values=("IPV4", "IPV6")),
        "secondaryIpRanges.rangeName": Rule(pattern=GCE_NAME),
        "secondaryIpRanges.reservedInternalRange": Rule(link=True),
        "stackType": Rule(kept=True, values=("IPV4_ONLY", "IPV4_IPV6", "IPV6_ONLY")),
    },
    any_of=(("logConfig.aggregationInterval", "logConfig.filterExpr", "logConfig.flowSampling", "logConfig.metadata"),),
)

GLOBAL_ADDRESS = Table(
    source="compute/resource_compute_global_address.go",
    properties={
        "address": Rule(replace=True, kept=True),
        "addressType": Rule(replace=True, default="EXTERNAL", values=("EXTERNAL", "INTERNAL")),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "description": Rule(replace=True),
        "ipVersion": Rule(replace=True, values=("IPV4", "IPV6")),
        "name": Rule(replace=True, pattern=GCE_NAME),
        "network": Rule(replace=True, link=True),
        "prefixLength": Rule(replace=True, kept=True, low=8, high=30),
        "project": Rule(replace=True, kept=True),
        "purpose": Rule(replace=True),
    },
)

ADDRESS = Table(
    source="compute/resource_compute_address.go",
    properties={
        "address": Rule(replace=True, kept=True),
        "addressType": Rule(replace=True, default="EXTERNAL", values=("INTERNAL", "EXTERNAL")),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "description": Rule(replace=True),
        "ipCollection": Rule(replace=True),
        "ipVersion": Rule(replace=True, values=("IPV4", "IPV6")),
        "ipv6EndpointType": Rule(replace=True, values=("VM", "NETLB")),
        "name": Rule(replace=True, pattern="(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)"),
        "network": Rule(replace=True, link=True),
        "networkTier": Rule(replace=True, kept=True, values=("PREMIUM", "STANDARD")),
        "prefixLength": Rule(replace=True, kept=True),
        "project": Rule(replace=True, kept=True),
        "purpose": Rule(replace=True, kept=True),
        "region": Rule(replace=True, kept=True, link=True),
        "subnetwork": Rule(replace=True, kept=True, link=True),
    },
)

FIREWALL = Table(
    source="compute/resource_compute_firewall.go",
    properties={
        "allows": Rule(unordered=True),
        "allows.protocol": Rule(fold=True),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "denies": Rule(unordered=True),
        "denies.protocol": Rule(fold=True),
        "destinationRanges": Rule(kept=True, unordered=True),
        "direction": Rule(replace=True, kept=True, values=("INGRESS", "EGRESS")),
        "enableLogging": Rule(kept=True),
        "logConfig.metadata": Rule(values=("EXCLUDE_ALL_METADATA", "INCLUDE_ALL_METADATA")),
        "name": Rule(replace=True, pattern=GCE_NAME),
        "network": Rule(link=True),
        "params": Rule(replace=True),
        "priority": Rule(default=1000, low=0, high=65535),
        "project": Rule(replace=True, kept=True),
        "sourceRanges": Rule(unordered=True),
        "sourceServiceAccounts": Rule(unordered=True, length=10),
        "sourceTags": Rule(unordered=True),
        "targetServiceAccounts": Rule(unordered=True, length=10),
        "targetTags": Rule(unordered=True),
    },
    one_of=(("allows", "denies"),),
    conflicts=(
        ("sourceServiceAccounts", "sourceTags"),
        ("sourceServiceAccounts", "targetTags"),
        ("sourceTags", "targetServiceAccounts"),
        ("targetServiceAccounts", "targetTags"),
    ),
)

CONNECTION = Table(
    source="servicenetworking/resource_service_networking_connection.go",
    properties={
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "network": Rule(replace=True, link=True),
        "service": Rule(replace=True),
    },
)
