"""Network, cluster and database instance of an environment."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import Output, ResourceOptions

from components.cluster import Cluster, ClusterArgs, UpgradeWindow
from components.database_instance import DatabaseInstanceArgs, MaintenanceArgs
from components.network import PODS, SERVICES, Network, NetworkArgs
from components.node_config import NodePoolArgs
from components.queue_metrics import ADAPTER, ADAPTER_NAMESPACE, QueueMetrics, QueueMetricsArgs
from components.storage_class import StorageClass, StorageClassArgs
from model import names
from model.catalogue import Catalogue
from model.database import DatabaseSizes
from model.environment import Environment

Keys = Mapping[str, Output[str]]
"""What is encrypted -> the key."""


def network_args(stack: Environment) -> NetworkArgs:
    """Ranges are computed from one block."""
    return NetworkArgs(region=stack.region, flow_logs=stack.network.flow_logs or 0, **vars(stack.network.ranges))


def cluster_args(stack: Environment, network: Network, keys: Keys) -> ClusterArgs:
    """Traffic between pods of one node is only of use to who logs flows."""
    return ClusterArgs(
        project=stack.project,
        location=stack.cluster.location,
        network=network.id,
        subnetwork=network.subnetwork,
        pods_range=PODS,
        services_range=SERVICES,
        release_channel=stack.cluster.release_channel,
        maintenance=UpgradeWindow(**stack.cluster.maintenance.model_dump()),
        deletion_protection=stack.deletion_protection,
        node_account=names.NODE_ACCOUNT,
        node_pools={key: NodePoolArgs(**pool.model_dump()) for key, pool in stack.cluster.node_pools.items()},
        binary_authorization=stack.security.binary_authorization,
        intranode_visibility=bool(stack.network.flow_logs),
        secrets_key=keys.get("cluster"),
        disk_key=keys.get("nodes"),
        security_group=stack.people.security_group,
    )


def instance_args(stack: Environment, sizes: DatabaseSizes, network: Network, keys: Keys) -> DatabaseInstanceArgs:
    """An address in the network, and the sizes of the stack's file."""
    return DatabaseInstanceArgs(
        region=stack.region,
        network=network.private_services,
        deletion_protection=stack.deletion_protection,
        key=keys.get("database"),
        labels=stack.billing,
        maintenance=MaintenanceArgs(**sizes.maintenance.model_dump()),
        **sizes.model_dump(exclude={"maintenance"}),
    )


def equip(stack: Environment, catalogue: Catalogue, cluster: Cluster, keys: Keys, on_cluster: ResourceOptions) -> None:
    """What the cluster itself offers to pods: a class of disks, and the lengths of queues where any pod scales on one."""
    StorageClass("disks", StorageClassArgs(key=keys.get("nodes")), opts=on_cluster)
    if stack.autoscaling and any(service.scale_on for service in catalogue.services.values()):
        adapter = cluster.workload_pool.apply(
            lambda pool: names.workload_principal(stack.project_number, pool, ADAPTER_NAMESPACE, ADAPTER)
        )
        QueueMetrics("queue-metrics", QueueMetricsArgs(project=stack.project, adapter=adapter))
