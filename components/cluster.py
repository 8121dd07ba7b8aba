"""The GKE cluster of an environment, its node pools and the identity of its nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import container, projects, serviceaccount

from components.kubeconfig import kubeconfig
from components.node_config import SCOPE, NodeIdentity, NodePoolArgs, node_config

NODE_ROLES = ("roles/container.defaultNodeServiceAccount",)
"""Logs, metrics and nothing else: https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster#use_least_privilege_sa"""

LOGS = ("SYSTEM_COMPONENTS", "WORKLOADS")
METRICS = ("SYSTEM_COMPONENTS", "POD", "DEPLOYMENT", "HPA")
"""The cluster's own, and from Kubernetes what alerts on crash loops and missing pods need."""


@dataclass(frozen=True, kw_only=True)
class UpgradeWindow:
    """When Google may upgrade: days as `tuesday`, the hour in UTC when it begins, and how many it lasts."""

    days: Sequence[str]
    hour: int
    hours: int


@dataclass(frozen=True, kw_only=True)
class ClusterArgs:
    """`node_account` is the id of the nodes' service account; `pods_range` and `services_range` name secondary ranges;
    `secrets_key` and `disk_key` encrypt Kubernetes Secrets and nodes' disks where Google's own keys do not.

    `security_group` holds the groups that RBAC may name. `intranode_visibility` shows what pods of one node say to each
    other to the network, and so to its flow logs.
    """

    project: Input[str]
    location: Input[str]
    network: Input[str]
    subnetwork: Input[str]
    pods_range: Input[str]
    services_range: Input[str]
    release_channel: Input[str]
    maintenance: UpgradeWindow
    deletion_protection: bool
    node_account: Input[str]
    node_pools: Mapping[str, NodePoolArgs]
    binary_authorization: bool
    intranode_visibility: bool
    secrets_key: Input[str] | None = None
    disk_key: Input[str] | None = None
    security_group: Input[str] | None = None


class Cluster(pulumi.ComponentResource):
    """A VPC-native cluster with private nodes, Dataplane V2 and Workload Identity.

    Its control plane has no address: it is reached by a DNS name, behind which Google's front end asks IAM first. That
    needs neither a list of networks nor a machine inside, and works for whoever may, from anywhere.
    """

    endpoint: Output[str]
    """The control plane's DNS name."""
    workload_pool: Output[str]
    kubeconfig: Output[str]
    """How kubectl and Pulumi reach the cluster, known only once it has nodes. A secret, though it holds no credentials:
    whoever uses it signs in with gke-gcloud-auth-plugin."""
    node_account: Output[str]
    """The address of the nodes' service account."""

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
            control_plane_endpoints_config={
                "dns_endpoint_config": {"allow_external_traffic": True},
                "ip_endpoints_config": {"enabled": False},
            },
            datapath_provider="ADVANCED_DATAPATH",
            enable_intranode_visibility=args.intranode_visibility,
            gateway_api_config={"channel": "CHANNEL_STANDARD"},
            addons_config={
                "http_load_balancing": {"disabled": False},
                "horizontal_pod_autoscaling": {"disabled": False},
                "dns_cache_config": {"enabled": True},
                "gce_persistent_disk_csi_driver_config": {"enabled": True},
            },
            workload_identity_config={"workload_pool": Output.format("{0}.svc.id.goog", args.project)},
            # Pods read their secrets as files, each as its own principal; files follow a new version in two minutes.
            secret_manager_config={
                "enabled": True,
                "rotation_config": {"enabled": True, "rotation_interval": "120s"},
            },
            database_encryption=container.ClusterDatabaseEncryptionArgs(state="ENCRYPTED", key_name=args.secrets_key)
            if args.secrets_key
            else None,
            binary_authorization={
                "evaluation_mode": "PROJECT_SINGLETON_POLICY_ENFORCE" if args.binary_authorization else "DISABLED"
            },
            authenticator_groups_config=container.ClusterAuthenticatorGroupsConfigArgs(
                security_group=args.security_group
            )
            if args.security_group
            else None,
            master_auth={"client_certificate_config": {"issue_client_certificate": False}},
            enable_legacy_abac=False,
            # Who has not signed in may ask whether the control plane is well; no role is ever bound to such.
            anonymous_authentication_config={"mode": "LIMITED"},
            rbac_binding_config={
                "enable_insecure_binding_system_unauthenticated": False,
                "enable_insecure_binding_system_authenticated": False,
            },
            enable_shielded_nodes=True,
            # Configuration only: images are scanned in the registry, before they are signed.
            security_posture_config={"mode": "BASIC", "vulnerability_mode": "VULNERABILITY_DISABLED"},
            release_channel={"channel": args.release_channel},
            maintenance_policy=container.ClusterMaintenancePolicyArgs(recurring_window=window(args.maintenance)),
            logging_config={"enable_components": list(LOGS)},
            monitoring_config={"enable_components": list(METRICS), "managed_prometheus": {"enabled": True}},
            cost_management_config={"enabled": True},
            # Node pools are resources of their own, so that one can be replaced without the cluster.
            initial_node_count=1,
            remove_default_node_pool=True,
            # The default pool lives for minutes only, but is made with an identity all the same.
            node_config=container.ClusterNodeConfigArgs(
                service_account=account.email,
                oauth_scopes=[SCOPE],
                boot_disk_kms_key=args.disk_key,
                shielded_instance_config=container.ClusterNodeConfigShieldedInstanceConfigArgs(
                    enable_secure_boot=True, enable_integrity_monitoring=True
                ),
            ),
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
        identity = NodeIdentity(account=account.email, disk_key=args.disk_key)
        pools = [
            container.NodePool(
                f"{name}-{key}",
                cluster=cluster.id,
                location=args.location,
                initial_node_count=pool.min_nodes,
                autoscaling={
                    "min_node_count": pool.min_nodes,
                    "max_node_count": pool.max_nodes,
                    # What is scarce is taken where there is some; the rest is spread over the zones.
                    "location_policy": "ANY" if pool.spot or pool.gpu else "BALANCED",
                },
                management={"auto_repair": True, "auto_upgrade": True},
                node_config=node_config(pool, identity),
                # The autoscaler moves the count; the initial one matters once.
                opts=ResourceOptions(parent=self, ignore_changes=["initialNodeCount"]),
            )
            for key, pool in args.node_pools.items()
        ]

        self.endpoint = cluster.control_plane_endpoints_config.dns_endpoint_config.endpoint
        self.workload_pool = cluster.workload_identity_config.workload_pool
        self.node_account = account.email
        # A URN comes with its resource, and unlike an id a plan knows it: a new pool must not make the kubeconfig unknown,
        # which would seem to replace all that is in the cluster.
        ready = Output.all(name=cluster.name, endpoint=self.endpoint, pools=[pool.urn for pool in pools])
        self.kubeconfig = Output.secret(ready.apply(lambda known: kubeconfig(known["name"], known["endpoint"])))
        self.register_outputs(
            {
                "endpoint": self.endpoint,
                "workloadPool": self.workload_pool,
                "kubeconfig": self.kubeconfig,
                "nodeAccount": self.node_account,
            }
        )


_FIRST = datetime(2026, 1, 1)
"""A day from which windows recur; any in the past does."""


def window(maintenance: UpgradeWindow) -> container.ClusterMaintenancePolicyRecurringWindowArgs:
    """The window as GKE wants it: a first one, and a recurrence after RFC 5545."""
    start = _FIRST + timedelta(hours=maintenance.hour)
    days = ",".join(day[:2].upper() for day in maintenance.days)
    return container.ClusterMaintenancePolicyRecurringWindowArgs(
        start_time=f"{start.isoformat()}Z",
        end_time=f"{(start + timedelta(hours=maintenance.hours)).isoformat()}Z",
        recurrence=f"FREQ=WEEKLY;BYDAY={days}",
    )
