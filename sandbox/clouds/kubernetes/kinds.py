"""The kinds that are emulated, by Pulumi's type token, and what the API server knows of each by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.clouds.kubernetes import object_names
from sandbox.clouds.protocol import CloudError, Reason


@dataclass(frozen=True)
class Kind:
    """One kind. `name_rule` says what is wrong with an object's name. `computed` are the fields that server and
    controllers fill in beside those that every object gets (uid, times, resource version) and plain defaults."""

    token: str
    api_version: str
    kind: str
    plural: str
    namespaced: bool = True
    name_rule: Callable[[str], str | None] = object_names.dns_subdomain
    computed: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """`apps` of `apps/v1`; empty for `v1`."""
        return self.api_version.rpartition("/")[0]

    @property
    def resource(self) -> str:
        """As the API server names it in messages: `deployments.apps`, `services`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


def _kind(
    api_version: str,
    kind: str,
    plural: str,
    namespaced: bool = True,
    name_rule: Callable[[str], str | None] = object_names.dns_subdomain,
    computed: tuple[str, ...] = (),
) -> Kind:
    group = "core/v1" if api_version == "v1" else api_version
    return Kind(f"kubernetes:{group}:{kind}", api_version, kind, plural, namespaced, name_rule, computed)


NAMESPACE = _kind(
    "v1", "Namespace", "namespaces", namespaced=False, name_rule=object_names.dns_label, computed=("status.phase",)
)
SERVICE = _kind(
    "v1",
    "Service",
    "services",
    name_rule=object_names.dns_1035_label,
    computed=("spec.clusterIP", "spec.clusterIPs", "status.loadBalancer"),
)
SERVICE_ACCOUNT = _kind("v1", "ServiceAccount", "serviceaccounts")
CONFIG_MAP = _kind("v1", "ConfigMap", "configmaps")
SECRET = _kind("v1", "Secret", "secrets")
RESOURCE_QUOTA = _kind("v1", "ResourceQuota", "resourcequotas", computed=("status.hard", "status.used"))
LIMIT_RANGE = _kind("v1", "LimitRange", "limitranges")
VOLUME_CLAIM = _kind("v1", "PersistentVolumeClaim", "persistentvolumeclaims", computed=("status.phase",))
DEPLOYMENT = _kind(
    "apps/v1",
    "Deployment",
    "deployments",
    computed=("metadata.generation", "status.conditions", "status.replicas", "status.observedGeneration"),
)
JOB = _kind("batch/v1", "Job", "jobs", computed=("metadata.generation", "status.startTime"))
AUTOSCALER = _kind(
    "autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", computed=("status.desiredReplicas",)
)
DISRUPTION_BUDGET = _kind(
    "policy/v1",
    "PodDisruptionBudget",
    "poddisruptionbudgets",
    computed=("metadata.generation", "status.disruptionsAllowed"),
)
NETWORK_POLICY = _kind("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", computed=("metadata.generation",))
INGRESS = _kind("networking.k8s.io/v1", "Ingress", "ingresses", computed=("metadata.generation", "status.loadBalancer"))
STORAGE_CLASS = _kind("storage.k8s.io/v1", "StorageClass", "storageclasses", namespaced=False)
_RBAC = "rbac.authorization.k8s.io/v1"
ROLE = _kind(_RBAC, "Role", "roles", name_rule=object_names.path_segment)
ROLE_BINDING = _kind(_RBAC, "RoleBinding", "rolebindings", name_rule=object_names.path_segment)
CLUSTER_ROLE = _kind(_RBAC, "ClusterRole", "clusterroles", namespaced=False, name_rule=object_names.path_segment)
CLUSTER_ROLE_BINDING = _kind(
    _RBAC, "ClusterRoleBinding", "clusterrolebindings", namespaced=False, name_rule=object_names.path_segment
)

SECRET_PROVIDER_CLASS = _kind("secrets-store.csi.x-k8s.io/v1", "SecretProviderClass", "secretproviderclasses")
# The server counts the generations of every custom resource.
_COUNTED = ("metadata.generation",)
_REPORTED = (*_COUNTED, "status.conditions")
POD_MONITORING = _kind("monitoring.googleapis.com/v1", "PodMonitoring", "podmonitorings", computed=_COUNTED)
_GATEWAY_API = "gateway.networking.k8s.io/v1"
GATEWAY_CLASS = _kind(_GATEWAY_API, "GatewayClass", "gatewayclasses", namespaced=False, computed=_REPORTED)
GATEWAY = _kind(_GATEWAY_API, "Gateway", "gateways", computed=_REPORTED)
HTTP_ROUTE = _kind(_GATEWAY_API, "HTTPRoute", "httproutes", computed=_COUNTED)
GCP_BACKEND_POLICY = _kind("networking.gke.io/v1", "GCPBackendPolicy", "gcpbackendpolicies", computed=_COUNTED)
GCP_GATEWAY_POLICY = _kind("networking.gke.io/v1", "GCPGatewayPolicy", "gcpgatewaypolicies", computed=_COUNTED)
HEALTH_CHECK_POLICY = _kind("networking.gke.io/v1", "HealthCheckPolicy", "healthcheckpolicies", computed=_COUNTED)
KONG_PLUGIN = _kind("configuration.konghq.com/v1", "KongPlugin", "kongplugins", computed=_COUNTED)

KINDS = {
    kind.token: kind
    for kind in (
        NAMESPACE,
        SERVICE,
        SERVICE_ACCOUNT,
        CONFIG_MAP,
        SECRET,
        RESOURCE_QUOTA,
        LIMIT_RANGE,
        VOLUME_CLAIM,
        DEPLOYMENT,
        JOB,
        AUTOSCALER,
        DISRUPTION_BUDGET,
        NETWORK_POLICY,
        INGRESS,
        STORAGE_CLASS,
        ROLE,
        ROLE_BINDING,
        CLUSTER_ROLE,
        CLUSTER_ROLE_BINDING,
        SECRET_PROVIDER_CLASS,
        POD_MONITORING,
        GATEWAY_CLASS,
        GATEWAY,
        HTTP_ROUTE,
        GCP_BACKEND_POLICY,
        GCP_GATEWAY_POLICY,
        HEALTH_CHECK_POLICY,
        KONG_PLUGIN,
    )
}

REPLICA_SET = _kind("apps/v1", "ReplicaSet", "replicasets")
"""Made by the Deployment controller only; not to be had as a resource of a program."""


def of(token: str) -> Kind:
    """The kind of a type token. Raises CloudError UNSUPPORTED, naming the type, for one that is not emulated."""
    if token not in KINDS:
        raise CloudError(
            Reason.UNSUPPORTED,
            f"the sandbox does not emulate {token}; it emulates {', '.join(sorted(KINDS))}",
        )
    return KINDS[token]
