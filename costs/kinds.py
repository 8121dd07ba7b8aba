"""Every type of resource that a stack may have: which function says what it costs, or why it costs nothing.

A type in neither is named in an estimate as one whose cost nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from costs import (
    builds,
    cache,
    cloud_run,
    cluster,
    database,
    dns,
    keys,
    load_balancing,
    messaging,
    network,
    nodes,
    pods,
    registry,
    secret,
    storage,
    watching,
)
from costs.resource import Resource
from costs.said import Said
from costs.stack import CLUSTER, NODE_POOL, Stack

PRICED: Mapping[str, Callable[[Resource, Stack], Sequence[Said]]] = {
    CLUSTER: cluster.of_cluster,
    NODE_POOL: nodes.of_pool,
    "gcp:sql/databaseInstance:DatabaseInstance": database.of_instance,
    "gcp:redis/instance:Instance": cache.of_instance,
    "gcp:pubsub/topic:Topic": messaging.of_topic,
    "gcp:pubsub/subscription:Subscription": messaging.of_subscription,
    "gcp:kms/cryptoKey:CryptoKey": keys.of_key,
    "gcp:storage/bucket:Bucket": storage.of_bucket,
    "gcp:artifactregistry/repository:Repository": registry.of_repository,
    "gcp:compute/routerNat:RouterNat": network.of_nat,
    "gcp:compute/address:Address": network.of_address,
    "gcp:compute/globalAddress:GlobalAddress": network.of_address,
    "gcp:compute/subnetwork:Subnetwork": network.of_subnetwork,
    "gcp:compute/firewall:Firewall": network.of_firewall,
    "gcp:compute/securityPolicy:SecurityPolicy": load_balancing.of_policy,
    load_balancing.GATEWAY: load_balancing.of_gateway,
    load_balancing.SERVICE: load_balancing.of_service,
    "gcp:secretmanager/secretVersion:SecretVersion": secret.of_version,
    "gcp:dns/managedZone:ManagedZone": dns.of_zone,
    "gcp:cloudrunv2/service:Service": cloud_run.of_service,
    builds.TRIGGER: builds.of_trigger,
    builds.JOB: builds.of_job,
    "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig": watching.of_uptime_check,
    "gcp:monitoring/alertPolicy:AlertPolicy": watching.of_alert,
    "kubernetes:monitoring.googleapis.com/v1:PodMonitoring": watching.of_pod_monitoring,
    "kubernetes:apps/v1:Deployment": pods.of_workload,
    "kubernetes:core/v1:PersistentVolumeClaim": pods.of_claim,
}

_IDENTITY = "identities and permissions cost nothing"
_SETTING = "a setting of something that is paid for by itself"
_OBJECT = "an object in the cluster costs nothing by itself"
_WATCHED = "Cloud Monitoring takes nothing for it"
_GITHUB = "GitHub takes nothing for it"

FREE: Mapping[str, str] = {
    "gcp:binaryauthorization/attestor:Attestor": "GKE has Binary Authorization in its price",
    "gcp:binaryauthorization/policy:Policy": "GKE has Binary Authorization in its price",
    "gcp:certificatemanager/certificate:Certificate": "the first 100 certificates of a project cost nothing",
    "gcp:certificatemanager/certificateMap:CertificateMap": "only certificates are counted",
    "gcp:certificatemanager/certificateMapEntry:CertificateMapEntry": "only certificates are counted",
    "gcp:certificatemanager/dnsAuthorization:DnsAuthorization": "only certificates are counted",
    "gcp:compute/network:Network": "a network costs nothing, what goes through it does",
    "gcp:compute/router:Router": "only its NAT is paid for",
    "gcp:compute/sSLPolicy:SSLPolicy": _SETTING,
    "gcp:containeranalysis/note:Note": "notes that people write cost nothing",
    "gcp:dns/recordSet:RecordSet": "zones and queries are paid for, not records",
    "gcp:kms/keyRing:KeyRing": "only versions of keys are paid for",
    "gcp:monitoring/dashboard:Dashboard": _WATCHED,
    "gcp:monitoring/notificationChannel:NotificationChannel": _WATCHED,
    "gcp:projects/apiKey:ApiKey": _IDENTITY,
    "gcp:projects/serviceIdentity:ServiceIdentity": _IDENTITY,
    "gcp:secretmanager/secret:Secret": "only versions of secrets are paid for",
    "gcp:serviceaccount/account:Account": _IDENTITY,
    "gcp:servicenetworking/connection:Connection": "a way to Google's services in the same region costs nothing",
    "gcp:sql/database:Database": "in an instance that is paid for",
    "gcp:sql/user:User": "in an instance that is paid for",
    "github:index/repositoryEnvironment:RepositoryEnvironment": _GITHUB,
    "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy": _GITHUB,
    "github:index/repositoryFile:RepositoryFile": _GITHUB,
    "github:index/repositoryRuleset:RepositoryRuleset": _GITHUB,
    "github:index/repositoryWebhook:RepositoryWebhook": _GITHUB,
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": pods.ON_NODES,
    "kubernetes:batch/v1:CronJob": pods.ON_NODES,
    "kubernetes:batch/v1:Job": pods.ON_NODES,
    "kubernetes:configuration.konghq.com/v1:KongPlugin": _OBJECT,
    "kubernetes:core/v1:ConfigMap": _OBJECT,
    "kubernetes:core/v1:LimitRange": _OBJECT,
    "kubernetes:core/v1:Namespace": _OBJECT,
    "kubernetes:core/v1:ResourceQuota": _OBJECT,
    "kubernetes:core/v1:Secret": _OBJECT,
    "kubernetes:core/v1:ServiceAccount": _OBJECT,
    "kubernetes:gateway.networking.k8s.io/v1:GatewayClass": _OBJECT,
    "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute": _OBJECT,
    "kubernetes:networking.gke.io/v1:GCPBackendPolicy": _SETTING,
    "kubernetes:networking.gke.io/v1:GCPGatewayPolicy": _SETTING,
    "kubernetes:networking.gke.io/v1:HealthCheckPolicy": _SETTING,
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": _OBJECT,
    "kubernetes:policy/v1:PodDisruptionBudget": _OBJECT,
    "kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass": _OBJECT,
    "kubernetes:storage.k8s.io/v1:StorageClass": _OBJECT,
}

_PULUMI = "something of Pulumi's own, in no cloud"


def free(kind: str) -> str:
    """Why a type costs nothing; empty where it may cost something."""
    if kind.startswith("pulumi:"):
        return _PULUMI
    if kind.startswith(("gcp:", "kubernetes:rbac.")) and kind.lower().endswith("iammember"):
        return _IDENTITY
    return _IDENTITY if kind.startswith("kubernetes:rbac.") else FREE.get(kind, "")
