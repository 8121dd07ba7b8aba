"""GKE clusters.

A cluster's endpoints and certificate are those of this one cluster: recreated under the same name it has others, so
that what was bound to the old one is lost, as in the cloud. Without an IP endpoint it has no address. Its `_uid` is the
front of the ids of all that the kubernetes provider keeps in it, and goes with it. Not emulated: Autopilot's own node
pools, automatic upgrades, what Binary Authorization and the security posture find.
"""

from __future__ import annotations

import base64
import re

from sandbox.clouds.gcp import maintenance, values
from sandbox.clouds.gcp.compute import CLUSTER_TYPE, NETWORK_TEMPLATE, NETWORK_TYPE, SUBNETWORK_TYPE
from sandbox.clouds.gcp.encryption import require_key
from sandbox.clouds.gcp.identity import at, listed
from sandbox.clouds.gcp.links import path
from sandbox.clouds.gcp.node_pool import VERSION, make_default, refuse_elsewhere, refuse_unknown_machine
from sandbox.clouds.gcp.places import is_zone, region, zones
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, Quota, ResourceType
from sandbox.clouds.gcp.rules import cluster as rules
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import Entity, Transaction
from sandbox.values import is_unknown

_API = "https://container.googleapis.com/v1beta1/"


def _subnetwork(draft: Draft) -> str:
    given = path(str(draft.get("subnetwork", "default")))
    place = f"projects/{draft.project}/regions/{region(draft.location)}/subnetworks/"
    return given if "/" in given else place + given


def _secondary(draft: Draft) -> dict[str, str]:
    """The subnetwork's secondary ranges by name."""
    subnetwork = draft.tx.get("gcp", SUBNETWORK_TYPE, _subnetwork(draft))
    found = subnetwork.outputs.get("secondaryIpRanges") or [] if subnetwork else []
    return {str(one.get("rangeName")): str(one.get("ipCidrRange")) for one in found}


def _ranges(draft: Draft) -> tuple[str | None, str | None]:
    """The ranges of pods and Services, where the program says them or names them."""
    policy, named = draft.inputs.get("ipAllocationPolicy") or {}, _secondary(draft)
    pods = policy.get("clusterIpv4CidrBlock") or named.get(policy.get("clusterSecondaryRangeName", ""))
    return pods, policy.get("servicesIpv4CidrBlock") or named.get(policy.get("servicesSecondaryRangeName", ""))


def _cluster(draft: Draft) -> Properties:
    network = path(str(draft.get("network", "default")))
    uid = values.identifier(draft.unique)
    endpoint = values.public_address(draft.unique)
    private = values.private_address(draft.unique, "10")
    control = draft.inputs.get("privateClusterConfig") or {}
    channel = draft.inputs.get("releaseChannel") or {"channel": "REGULAR"}
    hidden = bool(control.get("enablePrivateEndpoint"))
    addressed = at(draft.inputs, "controlPlaneEndpointsConfig.ipEndpointsConfig.enabled") is not False
    if not addressed:
        endpoint = private = ""
    pods, services = _ranges(draft)
    return {
        "_uid": uid,
        "endpoint": private if hidden else endpoint,
        "controlPlaneEndpointsConfig": {
            "dnsEndpointConfig": {
                "allowExternalTraffic": False,
                "enableK8sTokensViaDns": False,
                "enableK8sCertsViaDns": False,
                **(at(draft.inputs, "controlPlaneEndpointsConfig.dnsEndpointConfig") or {}),
                "endpoint": f"gke-{values.hexadecimal(draft.unique, 32)}-{values.project_number(draft.project)}"
                f".{draft.location}.gke.goog",
            },
            "ipEndpointsConfig": {"enabled": addressed},
        },
        "masterAuth": {
            "clientCertificate": "",
            "clientCertificateConfig": {"issueClientCertificate": False},
            "clientKey": "",
            "clusterCaCertificate": base64.b64encode(values.certificate(draft.unique).encode()).decode(),
        },
        "masterVersion": _newer(draft.before.get("masterVersion"), draft.inputs.get("minMasterVersion")) or VERSION,
        "nodeVersion": draft.inputs.get("nodeVersion") or draft.before.get("nodeVersion") or VERSION,
        "selfLink": _API + draft.id,
        "network": network if "/" in network else NETWORK_TEMPLATE.format(project=draft.project, value=network),
        "subnetwork": _subnetwork(draft),
        "networkingMode": draft.get("networkingMode", "VPC_NATIVE"),
        "nodeLocations": draft.inputs.get("nodeLocations")
        or ([] if is_zone(draft.location) else zones(draft.location)),
        "clusterIpv4Cidr": pods or draft.inputs.get("clusterIpv4Cidr") or "10.4.0.0/14",
        "servicesIpv4Cidr": services or "34.118.224.0/20",
        "labelFingerprint": values.hexadecimal(draft.unique, 8),
        "defaultMaxPodsPerNode": draft.get("defaultMaxPodsPerNode", 110),
        "loggingService": draft.get("loggingService", "logging.googleapis.com/kubernetes"),
        "monitoringService": draft.get("monitoringService", "monitoring.googleapis.com/kubernetes"),
        "releaseChannel": {"channel": channel.get("channel", "REGULAR")},
        "privateClusterConfig": {
            **{key: value for key, value in control.items() if key != "__defaults"},
            "privateEndpoint": private,
            "publicEndpoint": endpoint,
        },
        "operation": "",
        "tpuIpv4CidrBlock": "",
    }


def _newer(running: str | None, least: str | None) -> str:
    """The version of the control plane: an update to a later one takes it there, an earlier one is had already."""

    def parts(version: str | None) -> list[int]:
        return [int(part) for part in re.findall(r"\d+", version or "")]

    return max(running or "", least or "", key=parts)


def _cluster_check(inputs: Properties) -> list[tuple[str, str]]:
    """`initialNodeCount` is at least 1 without `nodePools`; these exclude `removeDefaultNodePool`; ADVANCED_DATAPATH
    excludes `networkPolicy.enabled`; a private endpoint alone needs `masterAuthorizedNetworksConfig`; a maintenance
    window lasts 4 hours or more, 48 in 32 days; `secretManagerConfig` needs `workloadIdentityConfig`, the Gateway API
    `httpLoadBalancing`; the security group is gke-security-groups@DOMAIN
    (containerClusterAutopilotCustomizeDiff and the API's own rules)"""
    found = []
    pools, count = inputs.get("nodePools"), inputs.get("initialNodeCount")
    none = count is None or (isinstance(count, int) and count < 1)
    if none and not pools and inputs.get("enableAutopilot") is not True:
        found.append(
            ("initialNodeCount", "must be at least 1 without nodePools, also where removeDefaultNodePool is true")
        )
    if inputs.get("removeDefaultNodePool") is True and pools:
        found.append(("nodePools", "not allowed together with removeDefaultNodePool"))
    if inputs.get("datapathProvider") == "ADVANCED_DATAPATH" and at(inputs, "networkPolicy.enabled") is True:
        found.append(("networkPolicy.enabled", "must not be set with datapathProvider ADVANCED_DATAPATH"))
    window = at(inputs, "maintenancePolicy.recurringWindow")
    if isinstance(window, dict) and (problem := maintenance.problem(window)):
        found.append((f"maintenancePolicy.recurringWindow.{problem[0]}", problem[1]))
    if at(inputs, "secretManagerConfig.enabled") is True and "workloadIdentityConfig" not in inputs:
        found.append(("secretManagerConfig.enabled", "needs workloadIdentityConfig, by which pods are known"))
    unbalanced = at(inputs, "addonsConfig.httpLoadBalancing.disabled") is True
    if at(inputs, "gatewayApiConfig.channel") == "CHANNEL_STANDARD" and unbalanced:
        found.append(("gatewayApiConfig.channel", "needs addonsConfig.httpLoadBalancing"))
    group = at(inputs, "authenticatorGroupsConfig.securityGroup")
    if isinstance(group, str) and not is_unknown(group) and not group.startswith("gke-security-groups@"):
        found.append(("authenticatorGroupsConfig.securityGroup", f"{group!r} must be gke-security-groups@DOMAIN"))
    hidden = at(inputs, "privateClusterConfig.enablePrivateEndpoint") is True
    if hidden and "masterAuthorizedNetworksConfig" not in inputs:
        found.append(("masterAuthorizedNetworksConfig", "required with privateClusterConfig.enablePrivateEndpoint"))
    return found


def _cluster_replaces(outputs: Properties, news: Properties) -> list[str]:
    """`enableFqdnNetworkPolicy` and `enableL4IlbSubsetting` are turned off (isBeenEnabled)"""
    return [
        name
        for name in ("enableFqdnNetworkPolicy", "enableL4IlbSubsetting")
        if outputs.get(name) is True and news.get(name) is False
    ]


def _refuse_node_version(inputs: Properties) -> None:
    nodes, master = inputs.get("nodeVersion"), inputs.get("minMasterVersion")
    if nodes and inputs.get("removeDefaultNodePool") is True:
        raise CloudError(
            Reason.INVALID,
            "nodeVersion: is the default pool's, which removeDefaultNodePool takes away; give the pools their `version`",
        )
    if nodes and str(nodes).partition("-")[0] != str(master or VERSION).partition("-")[0]:
        raise CloudError(
            Reason.INVALID,
            f"nodeVersion: {nodes} is not minMasterVersion, {master or VERSION}; at creation give both alike",
        )


def _cluster_admit(draft: Draft) -> None:
    """`nodeLocations` are not in its region; `workloadPool` is not the project's; the subnetwork lacks a secondary range
    that is named; the key of `databaseEncryption` is missing, elsewhere, or closed to GKE's service agent; a machine type is not known; at
    creation `nodeVersion` is not `minMasterVersion`, or goes with `removeDefaultNodePool`
    (containerClusterNodeVersionRemoveDefaultCustomizeDiff, containerClusterNodeVersionCustomizeDiffFunc)"""
    refuse_elsewhere(listed(draft.inputs, "nodeLocations"), draft.location, "nodeLocations")
    refuse_unknown_machine(draft.inputs.get("nodeConfig"), "nodeConfig")
    for index, given in enumerate(listed(draft.inputs, "nodePools")):
        refuse_unknown_machine(at(given, "nodeConfig"), f"nodePools[{index}].nodeConfig")
    if not draft.before:
        _refuse_node_version(draft.inputs)
    pool = at(draft.inputs, "workloadIdentityConfig.workloadPool")
    if pool and pool != f"{draft.project}.svc.id.goog":
        raise CloudError(
            Reason.INVALID, f"workloadIdentityConfig.workloadPool: must be {draft.project}.svc.id.goog, not {pool}"
        )
    key = at(draft.inputs, "databaseEncryption.keyName")
    if key:
        require_key(draft.tx, "databaseEncryption.keyName", str(key), "container-engine-robot", draft.location)
    policy = draft.inputs.get("ipAllocationPolicy") or {}
    subnetwork = draft.tx.get("gcp", SUBNETWORK_TYPE, _subnetwork(draft))
    if subnetwork is None:
        return
    ranges = _secondary(draft)
    for key in ("clusterSecondaryRangeName", "servicesSecondaryRangeName"):
        if policy.get(key) and policy[key] not in ranges:
            raise CloudError(
                Reason.INVALID,
                f"ipAllocationPolicy.{key}: subnetwork '{subnetwork.id}' has no secondary range {policy[key]!r};"
                f" it has {', '.join(sorted(ranges)) or 'none'}",
            )


def _cluster_protected(outputs: Properties) -> str | None:
    """`deletionProtection` is true, which is its default"""
    if outputs.get("deletionProtection") is not False:
        return "deletionProtection is true; set it to false and update first"
    return None


def _cluster_deleted(tx: Transaction, cluster: Entity) -> None:
    """all Kubernetes objects in it go with it"""
    for thing in tx.list("kubernetes", prefix=f"{cluster.outputs['_uid']}/"):
        tx.delete("kubernetes", thing.type, thing.id)


CLUSTER = ResourceType(
    token=CLUSTER_TYPE,
    table=rules.CLUSTER,
    identity="projects/{project}/locations/{location}/clusters/{name}",
    autoname=AutoName(),
    location="location",
    labels="resourceLabels",
    settled=True,
    parents=(
        Parent("network", NETWORK_TYPE, NETWORK_TEMPLATE),
        Parent("subnetwork", SUBNETWORK_TYPE, "projects/{project}/regions/{location_region}/subnetworks/{value}"),
    ),
    quota=Quota(
        100,
        "https://cloud.google.com/kubernetes-engine/quotas",
        "so many for each region, and for each zone; here all of a project's count together",
    ),
    computed=(
        "endpoint",
        "controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint",
        "masterAuth",
        "masterVersion",
        "nodeVersion",
        "selfLink",
        "networkingMode",
        "nodeLocations",
        "clusterIpv4Cidr",
        "servicesIpv4Cidr",
        "labelFingerprint",
        "defaultMaxPodsPerNode",
        "loggingService",
        "monitoringService",
        "releaseChannel",
        "operation",
        "tpuIpv4CidrBlock",
    ),
    outputs=_cluster,
    check=_cluster_check,
    admit=_cluster_admit,
    replaces=_cluster_replaces,
    protected=_cluster_protected,
    made=make_default,
    deleted=_cluster_deleted,
)
TYPES = (CLUSTER,)
