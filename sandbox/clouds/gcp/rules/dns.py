"""Rules of Cloud DNS."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Rule, Table
from sandbox.clouds.gcp.rules.patterns import GCE_NAME

# https://docs.cloud.google.com/dns/docs/reference/rest/v1/managedZones: labels that end with a dot each, the last too.
_NAME = r"(?:[A-Za-z0-9_-]{1,63}\.)+"

MANAGED_ZONE = Table(
    source="dns/resource_dns_managed_zone.go",
    properties={
        "cloudLoggingConfig": Rule(kept=True),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "description": Rule(default="Managed by Pulumi"),
        "dnsName": Rule(replace=True, pattern=rf"\.|{_NAME}"),
        "dnssecConfig": Rule(kept=True),
        "dnssecConfig.defaultKeySpecs": Rule(kept=True),
        "dnssecConfig.defaultKeySpecs.algorithm": Rule(
            values=("ecdsap256sha256", "ecdsap384sha384", "rsasha1", "rsasha256", "rsasha512")
        ),
        "dnssecConfig.defaultKeySpecs.keyType": Rule(values=("keySigning", "zoneSigning")),
        "dnssecConfig.defaultKeySpecs.kind": Rule(default="dns#dnsKeySpec"),
        "dnssecConfig.kind": Rule(default="dns#managedZoneDnsSecConfig"),
        "dnssecConfig.nonExistence": Rule(kept=True, values=("nsec", "nsec3")),
        "dnssecConfig.state": Rule(values=("off", "on", "transfer")),
        "forceDestroy": Rule(default=False),
        "forwardingConfig.targetNameServers": Rule(unordered=True),
        "forwardingConfig.targetNameServers.forwardingPath": Rule(values=("default", "private")),
        "name": Rule(replace=True, pattern=GCE_NAME),
        "peeringConfig.targetNetwork.networkUrl": Rule(link=True),
        "privateVisibilityConfig.networks": Rule(unordered=True),
        "privateVisibilityConfig.networks.networkUrl": Rule(link=True),
        "project": Rule(replace=True, kept=True),
        "reverseLookup": Rule(replace=True),
        "serviceDirectoryConfig": Rule(replace=True),
        "visibility": Rule(replace=True, default="public", values=("private", "public"), fold=True),
    },
    any_of=(("dnssecConfig.defaultKeySpecs", "dnssecConfig.kind", "dnssecConfig.nonExistence", "dnssecConfig.state"),),
)

# https://docs.cloud.google.com/dns/docs/records-overview#supported_dns_record_types
_TYPES = (
    *(
        "A",
        "AAAA",
        "ALIAS",
        "CAA",
        "CNAME",
        "DNSKEY",
        "DS",
        "HTTPS",
        "IPSECKEY",
        "MX",
        "NAPTR",
        "NS",
        "PTR",
        "SOA",
        "SPF",
    ),
    *("SRV", "SSHFP", "SVCB", "TLSA", "TXT"),
)

RECORD_SET = Table(
    source="dns/resource_dns_record_set.go",
    properties={
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "managedZone": Rule(replace=True, link=True),
        "name": Rule(replace=True, pattern=rf"(?:\*\.)?{_NAME}"),
        "project": Rule(replace=True, kept=True),
        "routingPolicy.geos.healthCheckedTargets.internalLoadBalancers.ipProtocol": Rule(values=("tcp", "udp")),
        "routingPolicy.geos.healthCheckedTargets.internalLoadBalancers.loadBalancerType": Rule(
            values=("regionalL4ilb", "regionalL7ilb", "globalL7ilb")
        ),
        "routingPolicy.geos.healthCheckedTargets.internalLoadBalancers.networkUrl": Rule(link=True),
        "routingPolicy.healthCheck": Rule(replace=True),
        "routingPolicy.primaryBackup.backupGeos.healthCheckedTargets.internalLoadBalancers.ipProtocol": Rule(
            values=("tcp", "udp")
        ),
        "routingPolicy.primaryBackup.backupGeos.healthCheckedTargets.internalLoadBalancers.loadBalancerType": Rule(
            values=("regionalL4ilb", "regionalL7ilb", "globalL7ilb")
        ),
        "routingPolicy.primaryBackup.backupGeos.healthCheckedTargets.internalLoadBalancers.networkUrl": Rule(link=True),
        "routingPolicy.primaryBackup.primary.internalLoadBalancers.ipProtocol": Rule(values=("tcp", "udp")),
        "routingPolicy.primaryBackup.primary.internalLoadBalancers.loadBalancerType": Rule(
            values=("regionalL4ilb", "regionalL7ilb", "globalL7ilb")
        ),
        "routingPolicy.primaryBackup.primary.internalLoadBalancers.networkUrl": Rule(link=True),
        "routingPolicy.wrrs.healthCheckedTargets.internalLoadBalancers.ipProtocol": Rule(values=("tcp", "udp")),
        "routingPolicy.wrrs.healthCheckedTargets.internalLoadBalancers.loadBalancerType": Rule(
            values=("regionalL4ilb", "regionalL7ilb", "globalL7ilb")
        ),
        "routingPolicy.wrrs.healthCheckedTargets.internalLoadBalancers.networkUrl": Rule(link=True),
        "ttl": Rule(low=0),
        "type": Rule(values=_TYPES),
    },
    one_of=(("routingPolicy", "rrdatas"), ("routingPolicy.geos", "routingPolicy.primaryBackup", "routingPolicy.wrrs")),
    conflicts=(
        ("routingPolicy.enableGeoFencing", "routingPolicy.primaryBackup"),
        ("routingPolicy.enableGeoFencing", "routingPolicy.wrrs"),
    ),
)
