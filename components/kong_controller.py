"""Kong's ingress controller: what it may do in the cluster, and the container that runs beside each proxy.

Rights and settings are those that Kong publishes (github.com/Kong/kubernetes-ingress-controller, config/rbac and
config/base of 3.5), without those of the controllers that are switched off here.
"""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import Input, Output
from pulumi_kubernetes import core, rbac

ADMIN_PORT = 8444
PROBE_PORT = 10254
METRICS_PORT = 10255
CPU, MEMORY = "100m", "256Mi"

TOKEN = "kubernetes"
TOKEN_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"
TOKEN_SECONDS = 3607
"""The kubelet renews the token in time; 3607 s is what Kubernetes itself asks for."""

UNUSED = (
    "INGRESS_NETWORKINGV1",
    "INGRESS_CLASS_NETWORKINGV1",
    "INGRESS_CLASS_PARAMETERS",
    "UDPINGRESS",
    "TCPINGRESS",
    "KONGINGRESS",
    "KONGCLUSTERPLUGIN",
    "KONG_SERVICE_FACADE",
    "KONG_VAULT",
    "KONG_LICENSE",
    "KONG_CUSTOM_ENTITY",
    "GWAPI_GRPCROUTE",
)
"""Controllers of kinds that nothing here is made of."""

_READ = ("get", "list", "watch")
_STATUS = ("get", "patch", "update")

CLUSTER_RULES = (
    # Credentials of consumers are Secrets, and the API server knows no right to Secrets of one label only.
    ("", ("configmaps", "namespaces", "pods", "secrets", "services"), _READ),
    ("", ("events",), ("create", "patch")),
    ("discovery.k8s.io", ("endpointslices",), _READ),
    ("apiextensions.k8s.io", ("customresourcedefinitions",), ("list", "watch")),
    ("gateway.networking.k8s.io", ("gatewayclasses", "httproutes", "referencegrants"), _READ),
    ("gateway.networking.k8s.io", ("gateways",), (*_READ, "update")),
    ("gateway.networking.k8s.io", ("gatewayclasses/status", "gateways/status", "httproutes/status"), ("get", "update")),
    ("gateway.networking.k8s.io", ("referencegrants/status",), ("get",)),
    (
        "configuration.konghq.com",
        ("kongconsumergroups", "kongconsumers", "kongplugins", "kongupstreampolicies"),
        _READ,
    ),
    (
        "configuration.konghq.com",
        (
            "kongconsumergroups/status",
            "kongconsumers/status",
            "kongplugins/status",
            "kongupstreampolicies/status",
        ),
        _STATUS,
    ),
)
"""API group, resources, verbs."""

NAMESPACE_RULES = (
    ("coordination.k8s.io", ("leases",), ("get", "list", "watch", "create", "update", "patch", "delete")),
    ("", ("events",), ("create", "patch")),
)
"""Election of the one that writes status."""


def rules(table: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]) -> list[rbac.v1.PolicyRuleArgs]:
    """A table of rights as RBAC has them."""
    return [
        rbac.v1.PolicyRuleArgs(api_groups=[group], resources=list(resources), verbs=list(verbs))
        for group, resources, verbs in table
    ]


def token() -> core.v1.VolumeArgs:
    """What only the controller mounts: its identity, and the authority of the API server that it speaks with."""
    return core.v1.VolumeArgs(
        name=TOKEN,
        projected=core.v1.ProjectedVolumeSourceArgs(
            sources=[
                core.v1.VolumeProjectionArgs(
                    service_account_token=core.v1.ServiceAccountTokenProjectionArgs(
                        path="token", expiration_seconds=TOKEN_SECONDS
                    )
                ),
                core.v1.VolumeProjectionArgs(
                    config_map=core.v1.ConfigMapProjectionArgs(
                        name="kube-root-ca.crt", items=[core.v1.KeyToPathArgs(key="ca.crt", path="ca.crt")]
                    )
                ),
                core.v1.VolumeProjectionArgs(
                    downward_api=core.v1.DownwardAPIProjectionArgs(
                        items=[
                            core.v1.DownwardAPIVolumeFileArgs(
                                path="namespace",
                                field_ref=core.v1.ObjectFieldSelectorArgs(field_path="metadata.namespace"),
                            )
                        ]
                    )
                ),
            ]
        ),
    )


def container(image: Input[str], namespace: Input[str], gateway: str) -> core.v1.ContainerArgs:
    """The controller of one Gateway, as a sidecar: it starts before the proxy that it tells what to do."""
    settings: Mapping[str, Input[str]] = {
        "ANONYMOUS_REPORTS": "false",
        "ELECTION_ID": f"{gateway}.konghq.com",
        **{f"ENABLE_CONTROLLER_{unused}": "false" for unused in UNUSED},
        "GATEWAY_TO_RECONCILE": Output.format("{0}/{1}", namespace, gateway),
        "INGRESS_CLASS": gateway,
        "KONG_ADMIN_TLS_SKIP_VERIFY": "true",
        "KONG_ADMIN_URL": f"https://127.0.0.1:{ADMIN_PORT}",
        "PUBLISH_SERVICE": Output.format("{0}/{1}", namespace, gateway),
    }
    own = {"POD_NAME": "metadata.name", "POD_NAMESPACE": "metadata.namespace"}
    return core.v1.ContainerArgs(
        name="controller",
        image=image,
        image_pull_policy="IfNotPresent",
        restart_policy="Always",
        env=[
            *(core.v1.EnvVarArgs(name=f"CONTROLLER_{key}", value=value) for key, value in sorted(settings.items())),
            *(
                core.v1.EnvVarArgs(
                    name=key,
                    value_from=core.v1.EnvVarSourceArgs(
                        field_ref=core.v1.ObjectFieldSelectorArgs(api_version="v1", field_path=path)
                    ),
                )
                for key, path in own.items()
            ),
        ],
        ports=[core.v1.ContainerPortArgs(name="controller", container_port=METRICS_PORT)],
        resources=core.v1.ResourceRequirementsArgs(requests={"cpu": CPU, "memory": MEMORY}, limits={"memory": MEMORY}),
        volume_mounts=[core.v1.VolumeMountArgs(name=TOKEN, mount_path=TOKEN_FOLDER, read_only=True)],
        liveness_probe=_probe("/healthz"),
        # Ready once it has told the proxy all that it knows.
        readiness_probe=_probe("/readyz"),
        security_context=core.v1.SecurityContextArgs(
            allow_privilege_escalation=False,
            read_only_root_filesystem=True,
            capabilities=core.v1.CapabilitiesArgs(drop=["ALL"]),
        ),
    )


def _probe(path: str) -> core.v1.ProbeArgs:
    return core.v1.ProbeArgs(
        http_get=core.v1.HTTPGetActionArgs(path=path, port=PROBE_PORT), period_seconds=10, failure_threshold=3
    )
