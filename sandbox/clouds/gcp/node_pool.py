"""GKE node pools. A node count is for one zone, as everywhere in GKE. Not emulated: upgrades over time."""

from __future__ import annotations

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.compute import CLUSTER_TYPE
from sandbox.clouds.gcp.encryption import require_key
from sandbox.clouds.gcp.identity import at, listed
from sandbox.clouds.gcp.places import is_zone, region, zones
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, ResourceType
from sandbox.clouds.gcp.rules import node_pool as rules
from sandbox.clouds.kubernetes import machine_types
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import Entity, Transaction
from sandbox.values import is_unknown

NODE_POOL_TYPE = "gcp:container/nodePool:NodePool"
# The default version of the REGULAR channel in autumn 2026 (estimate; only its form matters here).
VERSION = "1.34.1-gke.1829001"
# https://cloud.google.com/kubernetes-engine/docs/concepts/node-pools and the API's documented defaults.
_MACHINE = {"machineType": "e2-medium", "diskSizeGb": 100, "diskType": "pd-balanced", "imageType": "COS_CONTAINERD"}


# https://cloud.google.com/compute/docs/gpus: which machines an accelerator is for.
_FAMILIES = {
    "nvidia-tesla-p4": "n1",
    "nvidia-tesla-p100": "n1",
    "nvidia-tesla-t4": "n1",
    "nvidia-tesla-v100": "n1",
    "nvidia-l4": "g2",
    "nvidia-tesla-a100": "a2",
    "nvidia-a100-80gb": "a2",
    "nvidia-h100-80gb": "a3",
}


def make_default(tx: Transaction, cluster: Entity) -> None:
    """the default node pool is made, unless it is to be removed or others are given"""
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
    """counts per zone and in total are not mixed in `autoscaling`; no minimum is above its maximum, which is 1 at least; an
    upgrade by SURGE has a node more or one less, and 20 of both together at most; machines are not both preemptible and
    spot; an accelerator is on a machine that it is for"""
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
            if most == 0:
                found.append((f"autoscaling.{high}", "must be 1 or more; a pool without nodes needs no autoscaling"))
    upgrade = inputs.get("upgradeSettings")
    if isinstance(upgrade, dict) and upgrade.get("strategy", "SURGE") == "SURGE":
        counts = [upgrade.get(key, default) for key, default in (("maxSurge", 1), ("maxUnavailable", 0))]
        if all(isinstance(count, int) for count in counts) and not 1 <= sum(counts) <= 20:
            found.append(("upgradeSettings", f"maxSurge and maxUnavailable are 1 to 20 together, not {sum(counts)}"))
    if at(inputs, "nodeConfig.spot") is True and at(inputs, "nodeConfig.preemptible") is True:
        found.append(("nodeConfig.spot", "not allowed together with preemptible"))
    machine = at(inputs, "nodeConfig.machineType") or _MACHINE["machineType"]
    for accelerator in listed(inputs, "nodeConfig.guestAccelerators"):
        if is_unknown(accelerator):
            continue
        family = _FAMILIES.get(str(accelerator.get("type")))
        if family and isinstance(machine, str) and not machine.startswith(f"{family}-"):
            found.append(("nodeConfig.guestAccelerators", f"{accelerator['type']} is for {family} machines only"))
    return found


def refuse_unknown_machine(config: object, where: str) -> None:
    """Raise CloudError INVALID for a machine type that Compute Engine does not have, as far as the sandbox knows it."""
    name = config.get("machineType") if isinstance(config, dict) else None
    if not name:
        return
    try:
        machine_types.of(str(name))
    except ValueError as error:
        raise CloudError(Reason.INVALID, f"{where}.machineType: {error}") from error


def refuse_elsewhere(given: list[str], location: str, where: str) -> None:
    """Raise CloudError INVALID for a zone that is not in the cluster's region."""
    for zone in given:
        if not is_zone(zone) or region(zone) != region(location):
            raise CloudError(Reason.INVALID, f"{where}: {zone} is no zone of {region(location)}, where the cluster is")


def _pool_admit(draft: Draft) -> None:
    """the cluster is an Autopilot one, whose pools are GKE's own; `nodeLocations` are not in the cluster's region;
    `autoUpgrade` or `autoRepair` is off while the cluster has a release channel; the machine type is not known; the key
    of `bootDiskKmsKey` is missing, elsewhere, or closed to Compute Engine's service agent"""
    refuse_unknown_machine(draft.inputs.get("nodeConfig"), "nodeConfig")
    key = at(draft.inputs, "nodeConfig.bootDiskKmsKey")
    if key:
        require_key(draft.tx, "nodeConfig.bootDiskKmsKey", str(key), "compute-system", draft.location)
    cluster = _pool_cluster(draft)
    if cluster.outputs.get("enableAutopilot") is True:
        raise CloudError(
            Reason.INVALID, f"cluster: '{cluster.id}' is an Autopilot cluster, and makes its nodes by itself"
        )
    refuse_elsewhere(listed(draft.inputs, "nodeLocations"), draft.location, "nodeLocations")
    channel = at(cluster.outputs, "releaseChannel.channel")
    if channel not in (None, "UNSPECIFIED"):
        for key in ("autoUpgrade", "autoRepair"):
            if at(draft.inputs, f"management.{key}") is False:
                raise CloudError(
                    Reason.INVALID, f"management.{key}: must be true when the cluster's release channel is {channel}"
                )


NODE_POOL = ResourceType(
    token=NODE_POOL_TYPE,
    table=rules.NODE_POOL,
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
TYPES = (NODE_POOL,)
