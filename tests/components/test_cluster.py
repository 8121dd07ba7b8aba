"""The cluster of an environment: closed where it can be, and pools as their entries say."""

from __future__ import annotations

from typing import Any

import pytest

from components.cluster import Cluster, ClusterArgs, UpgradeWindow
from components.node_config import NodePoolArgs
from tests.components.conftest import Build, Registered

CLUSTER = "gcp:container/cluster:Cluster"
POOL = "gcp:container/nodePool:NodePool"
GPU = NodePoolArgs(
    machine_type="n1-standard-4",
    min_nodes=0,
    max_nodes=2,
    disk_gb=200,
    disk_type="pd-ssd",
    gpu={"type": "nvidia-tesla-t4", "count": 2},
    taints=[{"key": "dedicated", "value": "models", "effect": "NoExecute"}],
)
PLAIN = NodePoolArgs(machine_type="e2-standard-4", min_nodes=1, max_nodes=3, disk_gb=100)


def cluster(**changes: Any) -> ClusterArgs:
    given: dict[str, Any] = {
        "project": "acme",
        "location": "us-west1",
        "network": "network",
        "subnetwork": "nodes",
        "pods_range": "pods",
        "services_range": "services",
        "release_channel": "STABLE",
        "maintenance": UpgradeWindow(days=["monday", "tuesday", "friday"], hour=2, hours=4),
        "deletion_protection": True,
        "node_account": "gke-nodes",
        "node_pools": {"default": PLAIN, "gpu": GPU},
        "binary_authorization": True,
        "intranode_visibility": True,
    }
    return ClusterArgs(**{**given, **changes})


def of_type(found: list[Registered], type_: str) -> dict[str, dict[str, Any]]:
    return {each.name: each.inputs for each in found if each.type == type_}


def test_the_control_plane_has_a_name_and_no_address(build: Build) -> None:
    made = of_type(build(lambda: Cluster("cluster", cluster())), CLUSTER)["cluster"]
    assert made["controlPlaneEndpointsConfig"] == {
        "dnsEndpointConfig": {"allowExternalTraffic": True},
        "ipEndpointsConfig": {"enabled": False},
    }
    assert made["privateClusterConfig"] == {"enablePrivateNodes": True}


def test_keys_groups_and_signatures_are_there_where_they_are_given(build: Build) -> None:
    given = cluster(secrets_key="s", disk_key="d", security_group="gke-security-groups@acme.example")
    found = build(lambda: Cluster("cluster", given))
    made = of_type(found, CLUSTER)["cluster"]
    assert made["databaseEncryption"] == {"state": "ENCRYPTED", "keyName": "s"}
    assert made["authenticatorGroupsConfig"] == {"securityGroup": "gke-security-groups@acme.example"}
    assert made["binaryAuthorization"] == {"evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE"}
    keys = [pool["nodeConfig"]["bootDiskKmsKey"] for pool in (made, *of_type(found, POOL).values())]
    assert keys == ["d", "d", "d"]


def test_without_them_google_has_its_own_and_images_need_no_signature(build: Build) -> None:
    found = build(lambda: Cluster("cluster", cluster(binary_authorization=False, intranode_visibility=False)))
    made = of_type(found, CLUSTER)["cluster"]
    assert not {"databaseEncryption", "authenticatorGroupsConfig"} & made.keys()
    assert made["binaryAuthorization"] == {"evaluationMode": "DISABLED"}
    assert made["enableIntranodeVisibility"] is False
    assert not any("bootDiskKmsKey" in pool["nodeConfig"] for pool in of_type(found, POOL).values())


def test_a_pool_of_gpus(build: Build) -> None:
    made = of_type(build(lambda: Cluster("cluster", cluster())), POOL)["cluster-gpu"]
    assert made["autoscaling"] == {"minNodeCount": 0, "maxNodeCount": 2, "locationPolicy": "ANY"}
    node = made["nodeConfig"]
    assert {key: node[key] for key in ("machineType", "diskSizeGb", "diskType", "guestAccelerators", "taints")} == {
        "machineType": "n1-standard-4",
        "diskSizeGb": 200,
        "diskType": "pd-ssd",
        "guestAccelerators": [
            {"type": "nvidia-tesla-t4", "count": 2, "gpuDriverInstallationConfig": {"gpuDriverVersion": "DEFAULT"}}
        ],
        "taints": [{"key": "dedicated", "value": "models", "effect": "NO_EXECUTE"}],
    }


@pytest.mark.parametrize(
    ("spot", "policy"), [pytest.param(False, "BALANCED", id="kept"), pytest.param(True, "ANY", id="spot")]
)
def test_scarce_machines_are_taken_where_there_are_some(build: Build, spot: bool, policy: str) -> None:
    pool = NodePoolArgs(machine_type="e2-standard-4", min_nodes=1, max_nodes=3, disk_gb=100, spot=spot)
    made = of_type(build(lambda: Cluster("cluster", cluster(node_pools={"a": pool}))), POOL)["cluster-a"]
    assert (made["autoscaling"]["locationPolicy"], made["nodeConfig"]["spot"]) == (policy, spot)
    assert not {"guestAccelerators", "taints"} & made["nodeConfig"].keys()


def test_the_nodes_may_log_and_measure_and_nothing_else(build: Build) -> None:
    found = build(lambda: Cluster("cluster", cluster()))
    grants = of_type(found, "gcp:projects/iAMMember:IAMMember")
    assert [grant["role"] for grant in grants.values()] == ["roles/container.defaultNodeServiceAccount"]
    assert {grant["member"] for grant in grants.values()} == {"serviceAccount:cluster-nodes"}
    accounts = [
        each["nodeConfig"]["serviceAccount"] for type_ in (CLUSTER, POOL) for each in of_type(found, type_).values()
    ]
    assert accounts == ["cluster-nodes@p"] * 3
