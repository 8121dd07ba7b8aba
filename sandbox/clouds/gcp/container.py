"""GKE clusters and node pools.

A cluster's endpoint and certificate are those of this one cluster: recreated under the same name it has others, so
that what was bound to the old one is lost, as in the cloud. Its `_uid` is the front of the ids of all that the
kubernetes provider keeps in it, and goes with it. Not emulated: Autopilot's own node pools, upgrades over time.
"""

from __future__ import annotations

import base64

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.compute import NETWORK_TEMPLATE, NETWORK_TYPE, SUBNETWORK_TYPE
from sandbox.clouds.gcp.identity import at
from sandbox.clouds.gcp.links import path
from sandbox.clouds.gcp.places import is_zone, region, zones
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, Quota, ResourceType
from sandbox.clouds.gcp.rules import cluster as cluster_rules
from sandbox.clouds.gcp.rules import node_pool as pool_rules
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import Entity, Transaction

CLUSTER_TYPE = "gcp:container/cluster:Cluster"
NODE_POOL_TYPE = "gcp:container/nodePool:NodePool"
# The default version of the REGULAR channel in autumn 2026 (estimate; only its form matters here).
VERSION = "1.34.1-gke.1829001"
_API = "https://container.googleapis.com/v1beta1/"
# https://cloud.google.com/kubernetes-engine/docs/concepts/node-pools and the API's documented defaults.
_MACHINE = {"machineType": "e2-medium", "diskSizeGb": 100, "diskType": "pd-balanced", "imageType": "COS_CONTAINERD"}


def _subnetwork(draft: Draft) -> str:
    given = path(str(draft.inputs.get("subnetwork", "default")))
    place = f"projects/{draft.project}/regions/{region(draft.location)}/subnetworks/"
    return given if "/" in given else place + given


def _cluster(draft: Draft) -> Properties:
    network = path(str(draft.inputs.get("network", "default")))
    uid = values.identifier(draft.unique)
    endpoint = values.public_address(draft.unique)
    private = values.private_address(draft.unique, "10")
    policy = draft.inputs.get("ipAllocationPolicy") or {}
    control = draft.inputs.get("privateClusterConfig") or {}
    channel = draft.inputs.get("releaseChannel") or {"channel": "REGULAR"}
    hidden = bool(control.get("enablePrivateEndpoint"))
    return {
        "_uid": uid,
        "endpoint": private if hidden else endpoint,
        "masterAuth": {
            "clientCertificate": "",
            "clientCertificateConfig": {"issueClientCertificate": False},
            "clientKey": "",
            "clusterCaCertificate": base64.b64encode(values.certificate(draft.unique).encode()).decode(),
        },
        "masterVersion": draft.before.get("masterVersion") or draft.inputs.get("minMasterVersion") or VERSION,
        "nodeVersion": draft.inputs.get("nodeVersion") or draft.before.get("nodeVersion") or VERSION,
        "selfLink": _API + draft.id,
        "network": network if "/" in network else NETWORK_TEMPLATE.format(project=draft.project, value=network),
        "subnetwork": _subnetwork(draft),
        "networkingMode": draft.inputs.get("networkingMode", "VPC_NATIVE"),
        "nodeLocations": draft.inputs.get("nodeLocations")
        or ([] if is_zone(draft.location) else zones(draft.location)),
        "clusterIpv4Cidr": policy.get("clusterIpv4CidrBlock") or draft.inputs.get("clusterIpv4Cidr") or "10.4.0.0/14",
        "servicesIpv4Cidr": policy.get("servicesIpv4CidrBlock") or "34.118.224.0/20",
        "labelFingerprint": values.hexadecimal(draft.unique, 8),
        "defaultMaxPodsPerNode": draft.inputs.get("defaultMaxPodsPerNode", 110),
        "loggingService": draft.inputs.get("loggingService", "logging.googleapis.com/kubernetes"),
        "monitoringService": draft.inputs.get("monitoringService", "monitoring.googleapis.com/kubernetes"),
        "releaseChannel": {"channel": channel.get("channel", "REGULAR")},
        "privateClusterConfig": {
            **{key: value for key, value in control.items() if key != "__defaults"},
            "privateEndpoint": private,
            "publicEndpoint": endpoint,
        },
        "operation": "",
        "tpuIpv4CidrBlock": "",
    }


def _cluster_check(inputs: Properties) -> list[tuple[str, str]]:
    """containerClusterAutopilotCustomizeDiff and the API's own rules."""
    found = []
    pools, count = inputs.get("nodePools"), inputs.get("initialNodeCount")
    if inputs.get("enableAutopilot") is not True and not pools:
        if count is None or (isinstance(count, int) and count < 1):
            found.append(
                (
                    "initialNodeCount",
                    "must be at least 1 unless nodePools are given, also when the default"
                    " pool is removed again (removeDefaultNodePool)",
                )
            )
    if inputs.get("removeDefaultNodePool") is True and pools:
        found.append(("nodePools", "not allowed together with removeDefaultNodePool"))
    if inputs.get("datapathProvider") == "ADVANCED_DATAPATH" and at(inputs, "networkPolicy.enabled") is True:
        found.append(("networkPolicy.enabled", "must not be set with datapathProvider ADVANCED_DATAPATH"))
    if at(inputs, "privateClusterConfig.enablePrivateEndpoint") is True:
        if "masterAuthorizedNetworksConfig" not in inputs:
            found.append(("masterAuthorizedNetworksConfig", "required with privateClusterConfig.enablePrivateEndpoint"))
    return found


def _cluster_admit(draft: Draft) -> None:
    pool = at(draft.inputs, "workloadIdentityConfig.workloadPool")
    if pool and pool != f"{draft.project}.svc.id.goog":
        raise CloudError(
            Reason.INVALID, f"workloadIdentityConfig.workloadPool: must be {draft.project}.svc.id.goog, not {pool}"
        )
    policy = draft.inputs.get("ipAllocationPolicy") or {}
    subnetwork = draft.tx.get("gcp", SUBNETWORK_TYPE, _subnetwork(draft))
    if subnetwork is None:
        return
    ranges = {one.get("rangeName") for one in subnetwork.outputs.get("secondaryIpRanges") or []}
    for key in ("clusterSecondaryRangeName", "servicesSecondaryRangeName"):
        if policy.get(key) and policy[key] not in ranges:
            raise CloudError(
                Reason.INVALID,
                f"ipAllocationPolicy.{key}: subnetwork '{subnetwork.id}' has no secondary range {policy[key]!r};"
                f" it has {', '.join(sorted(map(str, ranges))) or 'none'}",
            )


def _cluster_protected(outputs: Properties) -> str | None:
    if outputs.get("deletionProtection") is not False:
        return "deletionProtection is true; set it to false and update first"
    return None


def _cluster_made(tx: Transaction, cluster: Entity) -> None:
    """The default node pool, unless it is to be removed or others are given."""
    if cluster.outputs.get("removeDefaultNodePool") is True or cluster.outputs.get("enableAutopilot") is True:
        return
    for pool in cluster.outputs.get("nodePools") or [{"name": "default-pool"}]:
        filled = {
            "initialNodeCount": cluster.inputs.get("initialNodeCount", 1),
            "nodeConfig": cluster.outputs.get("nodeConfig") or {},
            **pool,
            "cluster": cluster.id,
            "location": cluster.outputs["location"],
            "project": cluster.outputs["project"],
        }
        full = f"{cluster.id}/nodePools/{pool.get('name', 'default-pool')}"
        outputs = {**filled, **_pool_outputs(filled, cluster)}
        tx.put(Entity("gcp", NODE_POOL_TYPE, full, "", cluster.id, filled, outputs))


def _cluster_deleted(tx: Transaction, cluster: Entity) -> None:
    for thing in tx.list("kubernetes", prefix=f"{cluster.outputs['_uid']}/"):
        tx.delete("kubernetes", thing.type, thing.id)


def _pool_outputs(inputs: Properties, cluster: Entity) -> Properties:
    """What the API fills in. Counts are per zone, as everywhere in GKE."""
    config = {key: value for key, value in (inputs.get("nodeConfig") or {}).items() if key != "__defaults"}
    scaling = inputs.get("autoscaling") or {}
    start = inputs.get("initialNodeCount")
    if start is None:
        start = inputs.get("nodeCount", scaling.get("minNodeCount", 0))
    places = inputs.get("nodeLocations") or cluster.outputs.get("nodeLocations") or zones(cluster.outputs["location"])
    identity = bool(at(cluster.outputs, "workloadIdentityConfig.workloadPool"))
    metadata = {"workloadMetadataConfig": {"mode": "GKE_METADATA"}} if identity else {}
    upgrade = {key: value for key, value in (inputs.get("upgradeSettings") or {}).items() if key != "__defaults"}
    return {
        "nodeConfig": {
            **_MACHINE,
            "serviceAccount": "default",
            "metadata": {"disable-legacy-endpoints": "true"},
            **metadata,
            **config,
        },
        "initialNodeCount": start,
        "nodeCount": inputs.get("nodeCount", start),
        "nodeLocations": places,
        "version": inputs.get("version") or cluster.outputs.get("nodeVersion", VERSION),
        "maxPodsPerNode": inputs.get("maxPodsPerNode", cluster.outputs.get("defaultMaxPodsPerNode", 110)),
        "management": {
            "autoRepair": at(inputs, "management.autoRepair") is not False,
            "autoUpgrade": at(inputs, "management.autoUpgrade") is not False,
        },
        "upgradeSettings": {"maxSurge": 1, "maxUnavailable": 0, "strategy": "SURGE", **upgrade},
        "namePrefix": inputs.get("namePrefix", ""),
    }


def _pool_cluster(draft: Draft) -> Entity:
    cluster = draft.tx.get("gcp", CLUSTER_TYPE, draft.id.rsplit("/nodePools/", 1)[0])
    if cluster is None:
        raise CloudError(Reason.NOT_FOUND, f"cluster: '{draft.id.rsplit('/nodePools/', 1)[0]}' was not found")
    return cluster


def _pool(draft: Draft) -> Properties:
    cluster = _pool_cluster(draft)
    made = _pool_outputs(draft.inputs, cluster)
    groups = [
        f"https://www.googleapis.com/compute/v1/projects/{draft.project}/zones/{zone}/instanceGroupManagers/"
        f"gke-{values.hexadecimal(draft.unique + zone, 8)}-grp"
        for zone in made["nodeLocations"]
    ]
    if draft.before and "initialNodeCount" not in draft.inputs:
        made["initialNodeCount"] = draft.before.get("initialNodeCount", made["initialNodeCount"])
    return {
        **made,
        "location": cluster.outputs["location"],
        "instanceGroupUrls": groups,
        "managedInstanceGroupUrls": [url.replace("instanceGroupManagers", "instanceGroups") for url in groups],
        "operation": "",
    }


def _pool_check(inputs: Properties) -> list[tuple[str, str]]:
    scaling = inputs.get("autoscaling")
    found = []
    if isinstance(scaling, dict):
        zonal = {"minNodeCount", "maxNodeCount"} & scaling.keys()
        total = {"totalMinNodeCount", "totalMaxNodeCount"} & scaling.keys()
        if zonal and total:
            found.append(("autoscaling", "counts per zone and in total cannot be mixed; give one kind"))
        for low, high in (("minNodeCount", "maxNodeCount"), ("totalMinNodeCount", "totalMaxNodeCount")):
            least, most = scaling.get(low), scaling.get(high)
            if isinstance(least, int) and isinstance(most, int) and least > most:
                found.append((f"autoscaling.{low}", f"{least} is more than {high}, {most}"))
    return found


def _pool_admit(draft: Draft) -> None:
    cluster = _pool_cluster(draft)
    channel = at(cluster.outputs, "releaseChannel.channel")
    if channel not in (None, "UNSPECIFIED"):
        for key in ("autoUpgrade", "autoRepair"):
            if at(draft.inputs, f"management.{key}") is False:
                raise CloudError(
                    Reason.INVALID, f"management.{key}: must be true when the cluster's release channel is {channel}"
                )


CLUSTER = ResourceType(
    token=CLUSTER_TYPE,
    table=cluster_rules.CLUSTER,
    identity="projects/{project}/locations/{location}/clusters/{name}",
    autoname=AutoName(),
    location="location",
    labels="resourceLabels",
    parents=(
        Parent("network", NETWORK_TYPE, NETWORK_TEMPLATE),
        Parent("subnetwork", SUBNETWORK_TYPE, "projects/{project}/regions/{location_region}/subnetworks/{value}"),
    ),
    quota=Quota(100, "https://cloud.google.com/kubernetes-engine/quotas"),
    computed=(
        "endpoint",
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
    protected=_cluster_protected,
    made=_cluster_made,
    deleted=_cluster_deleted,
)
NODE_POOL = ResourceType(
    token=NODE_POOL_TYPE,
    table=pool_rules.NODE_POOL,
    identity="projects/{project}/locations/{location}/clusters/{cluster_name}/nodePools/{name}",
    autoname=AutoName(),
    location="location",
    parents=(Parent("cluster", CLUSTER_TYPE, "projects/{project}/locations/{location}/clusters/{value}", owns=True),),
    cascade=True,
    computed=(
        "initialNodeCount",
        "nodeCount",
        "nodeLocations",
        "version",
        "maxPodsPerNode",
        "management",
        "upgradeSettings",
        "namePrefix",
        "instanceGroupUrls",
        "managedInstanceGroupUrls",
        "operation",
    ),
    outputs=_pool,
    check=_pool_check,
    admit=_pool_admit,
)
TYPES = (CLUSTER, NODE_POOL)
