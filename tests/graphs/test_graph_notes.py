"""The line below a name."""

from __future__ import annotations

import pytest

from delivery.graph_notes import note
from tests.graphs.stacks import component, resource

SERVICE, SCALER = "kubernetes:core/v1:Service", "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"


@pytest.mark.parametrize(
    ("kind", "resources", "said"),
    [
        ("Workload", {"kubernetes:apps/v1:Deployment": {"spec": {"replicas": 1}}}, "1 pod"),
        ("Workload", {SCALER: {"spec": {"minReplicas": 2, "maxReplicas": 6}}}, "2 to 6 pods"),
        ("CloudRun", {"gcp:cloudrunv2/service:Service": {"template": {"scaling": {"maxInstanceCount": 2}}}}, "0 to 2 instances"),
        ("Cluster", {"gcp:container/cluster:Cluster": {"location": "us-west1"}}, "us-west1"),
        (
            "DatabaseInstance",
            {
                "gcp:sql/databaseInstance:DatabaseInstance": {
                    "databaseVersion": "POSTGRES_15",
                    "settings": {"tier": "db-custom-64-262144", "availabilityType": "REGIONAL"},
                }
            },
            "PostgreSQL 15 · 64 vCPU · standby",
        ),
        ("Cache", {"gcp:redis/instance:Instance": {"memorySizeGb": 5, "tier": "BASIC"}}, "Redis, 5 GB"),
        ("Gateways", {"gcp:certificatemanager/certificate:Certificate": {"managed": {"domains": ["a.example"]}}}, "a.example"),
        ("Keys", {"gcp:kms/cryptoKey:CryptoKey": {}}, "1 key"),
        ("Network", {"gcp:compute/subnetwork:Subnetwork": {"ipCidrRange": "10.0.0.0/20"}}, "10.0.0.0/20"),
        ("DnsZone", {"gcp:dns/managedZone:ManagedZone": {"dnsName": "a.example."}}, "a.example"),
        ("DatabaseInstance", {"gcp:sql/databaseInstance:DatabaseInstance": {"settings": "[secret]"}}, ""),
        ("Topic", {"gcp:pubsub/topic:Topic": {}}, ""),
    ],
)  # fmt: skip
def test_it_says_how_large_a_thing_is(kind: str, resources: dict[str, dict[str, object]], said: str) -> None:
    owner = component(kind, "it")
    assert note(owner, [owner, *(resource(owner, type, "it", **inputs) for type, inputs in resources.items())]) == said


def test_pools_of_nodes_are_told_one_by_one() -> None:
    cluster = component("Cluster", "cluster")
    pools = [
        resource(
            cluster,
            "gcp:container/nodePool:NodePool",
            name,
            autoscaling={"totalMinNodeCount": 1, "totalMaxNodeCount": most},
            nodeConfig={"machineType": machine},
        )
        for name, most, machine in (("default", 4, "e2-standard-4"), ("gpu", 1, "n1-standard-4"))
    ]
    assert note(cluster, [cluster, *pools]) == "1 to 4 nodes e2-standard-4 · 1 node n1-standard-4"


def test_several_services_in_one_pod_are_named() -> None:
    api = component("Workload", "api")
    both = [resource(api, SERVICE, name) for name in ("read", "api")]
    pods = resource(api, "kubernetes:apps/v1:Deployment", "api", spec={"replicas": 1})
    assert note(api, [api, *both, pods]) == "1 pod · api, read"
