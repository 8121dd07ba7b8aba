"""The GKE cluster of an environment, its node pools and the identity of its nodes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import container, projects, serviceaccount

NODE_ROLES = ("roles/container.defaultNodeServiceAccount",)
"""Logs, metrics and nothing else: https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster#use_least_privilege_sa"""


@dataclass(frozen=True, kw_only=True)
class NodePoolArgs:
    """Nodes of one machine type; counts are per zone, the disk is in GB."""

    machine_type: Input[str]
    min_nodes: Input[int]
    max_nodes: Input[int]
    disk_gb: Input[int]
    spot: Input[bool] = False


@dataclass(frozen=True, kw_only=True)
class ClusterArgs:
    """`node_account` is the id of the nodes' service account; `pods_range` and `services_range` name secondary ranges;
    `secrets_key` encrypts Kubernetes Secrets where Google's own key does not do."""

    project: Input[str]
    location: Input[str]
    network: Input[str]
    subnetwork: Input[str]
    pods_range: Input[str]
    services_range: Input[str]
    release_channel: Input[str]
    deletion_protection: bool
    node_account: Input[str]
    node_pools: Mapping[str, NodePoolArgs]
    secrets_key: Input[str] | None = None


class Cluster(pulumi.ComponentResource):
    """A VPC-native cluster with private nodes, Dataplane V2 and Workload Identity."""

    endpoint: Output[str]
    workload_pool: Output[str]
    kubeconfig: Output[str]
    """How kubectl and Pulumi reach the cluster, known only once it has nodes. A secret, though it holds no credentials:
    whoever uses it signs in with gke-gcloud-auth-plugin."""

    def __init__(self, name: str, args: ClusterArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Cluster", name, None, opts)
        child = ResourceOptions(parent=self)

        account = serviceaccount.Account(
            f"{name}-nodes", account_id=args.node_account, display_name="GKE nodes", opts=child
        )
        grants = [
            projects.IAMMember(
                f"{name}-nodes-{role.rpartition('.')[2]}",
                project=args.project,
                role=role,
                member=account.member,
                opts=child,
            )
            for role in NODE_ROLES
        ]
        cluster = container.Cluster(
            name,
            location=args.location,
            network=args.network,
            subnetwork=args.subnetwork,
            networking_mode="VPC_NATIVE",
            ip_allocation_policy={
                "cluster_secondary_range_name": args.pods_range,
                "services_secondary_range_name": args.services_range,
            },
            private_cluster_config={"enable_private_nodes": True},
            datapath_provider="ADVANCED_DATAPATH",
            # Pods read their secrets as files, each as its own principal.
            secret_manager_config={"enabled": True},
            workload_identity_config={"workload_pool": Output.format("{0}.svc.id.goog", args.project)},
            release_channel={"channel": args.release_channel},
            database_encryption=container.ClusterDatabaseEncryptionArgs(state="ENCRYPTED", key_name=args.secrets_key)
            if args.secrets_key
            else None,
            # Node pools are resources of their own, so that one can be replaced without the cluster.
            initial_node_count=1,
            remove_default_node_pool=True,
            # The default pool lives for minutes only, but is made with an identity all the same.
            node_config={"service_account": account.email, "oauth_scopes": [_SCOPE]},
            deletion_protection=args.deletion_protection,
            opts=ResourceOptions(
                parent=self,
                depends_on=grants,
                # GKE reports the default pool's settings, and later those of any other pool, as the cluster's own.
                ignore_changes=["nodeConfig"],
                # Google would refuse too, but only once everything in the cluster is gone.
                protect=args.deletion_protection,
            ),
        )
        pools = [
            container.NodePool(
                f"{name}-{key}",
                cluster=cluster.id,
                location=args.location,
                initial_node_count=pool.min_nodes,
                autoscaling={"min_node_count": pool.min_nodes, "max_node_count": pool.max_nodes},
                management={"auto_repair": True, "auto_upgrade": True},
                node_config={
                    "machine_type": pool.machine_type,
                    "disk_size_gb": pool.disk_gb,
                    "spot": pool.spot,
                    "service_account": account.email,
                    "oauth_scopes": [_SCOPE],
                    "shielded_instance_config": {"enable_secure_boot": True, "enable_integrity_monitoring": True},
                    "workload_metadata_config": {"mode": "GKE_METADATA"},
                },
                # The autoscaler moves the count; the initial one matters once.
                opts=ResourceOptions(parent=self, ignore_changes=["initialNodeCount"]),
            )
            for key, pool in args.node_pools.items()
        ]

        self.endpoint = cluster.endpoint
        self.workload_pool = cluster.workload_identity_config.workload_pool
        ready = Output.all(
            name=cluster.name,
            endpoint=cluster.endpoint,
            authority=cluster.master_auth.cluster_ca_certificate,
            pools=[pool.id for pool in pools],
        )
        self.kubeconfig = Output.secret(
            ready.apply(lambda known: kubeconfig(known["name"], known["endpoint"], known["authority"]))
        )
        self.register_outputs(
            {"endpoint": self.endpoint, "workloadPool": self.workload_pool, "kubeconfig": self.kubeconfig}
        )


_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
"""Access is decided by the node account's roles, not by scopes."""


def kubeconfig(name: str, endpoint: str, authority: str) -> str:
    """A kubeconfig as JSON. `authority` is the cluster's CA certificate in base64.

    https://cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl
    """
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "clusters": [
                {
                    "name": name,
                    "cluster": {"server": f"https://{endpoint}", "certificate-authority-data": authority},
                }
            ],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "users": [
                {
                    "name": name,
                    "user": {
                        "exec": {
                            "apiVersion": "client.authentication.k8s.io/v1beta1",
                            "command": "gke-gcloud-auth-plugin",
                            "installHint": "Install gke-gcloud-auth-plugin: gcloud components install it",
                            "provideClusterInfo": True,
                        }
                    },
                }
            ],
        },
        sort_keys=True,
    )
