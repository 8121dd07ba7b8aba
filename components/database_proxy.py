"""The Cloud SQL Auth Proxy: a way to a database instance that has no public address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes import apps, core, meta, rbac

from components.pod import SCRATCH, SCRATCH_PATH, PodArgs, pod

HOST, PORT = "127.0.0.1", 5432
"""Only from within its own pod, and by `kubectl port-forward`, which is let in there."""

HEALTH_PORT = 9090
RBAC = "rbac.authorization.k8s.io"
CPU, MEMORY = "50m", "128Mi"
"""Google's example for one instance and a few connections:
https://github.com/GoogleCloudPlatform/cloud-sql-proxy/tree/main/examples/k8s-sidecar"""


def arguments(connection: Input[str], impersonated: Input[str] | None = None) -> list[Input[str]]:
    """The arguments of the proxy. With `impersonated`, a service account, whoever connects is logged in as that one;
    without it, everybody logs in for themselves."""
    login: list[Input[str]] = []
    if impersonated is not None:
        login = ["--auto-iam-authn", Output.concat("--impersonate-service-account=", impersonated)]
    return [
        "--private-ip",
        f"--address={HOST}",
        f"--port={PORT}",
        "--health-check",
        # The kubelet looks in from outside the pod.
        "--http-address=0.0.0.0",
        f"--http-port={HEALTH_PORT}",
        "--structured-logs",
        "--exit-zero-on-sigterm",
        *login,
        connection,
    ]


def sidecar(image: Input[str], args: Sequence[Input[str]]) -> core.v1.ContainerArgs:
    """The proxy beside a container that starts once the proxy listens, and ends it by ending."""
    return core.v1.ContainerArgs(
        name="database-proxy",
        image=image,
        image_pull_policy="IfNotPresent",
        args=list(args),
        restart_policy="Always",
        startup_probe=_probe("/startup"),
        resources=core.v1.ResourceRequirementsArgs(requests={"cpu": CPU, "memory": MEMORY}, limits={"memory": MEMORY}),
        volume_mounts=[core.v1.VolumeMountArgs(name=SCRATCH, mount_path=SCRATCH_PATH)],
        security_context=core.v1.SecurityContextArgs(
            allow_privilege_escalation=False,
            read_only_root_filesystem=True,
            capabilities=core.v1.CapabilitiesArgs(drop=["ALL"]),
        ),
    )


def _probe(path: str) -> core.v1.ProbeArgs:
    return core.v1.ProbeArgs(
        http_get=core.v1.HTTPGetActionArgs(path=path, port=HEALTH_PORT), period_seconds=1, failure_threshold=60
    )


@dataclass(frozen=True, kw_only=True)
class DatabaseProxyArgs:
    """`identity` names the Kubernetes service account to make; `groups` are e-mail addresses of Google groups whose members
    may forward a port to the proxy. `after` is what lets it connect to the instance."""

    namespace: Input[str]
    identity: Input[str]
    image: Input[str]
    connection: Input[str]
    groups: Sequence[str]
    after: Sequence[pulumi.Resource] = ()


class DatabaseProxy(pulumi.ComponentResource):
    """A proxy that lets people in who may forward a port to it, and nobody else: it listens within its pod only.

    It opens the way and no more: whoever comes logs in to PostgreSQL for themselves, so that the log has their names.
    """

    deployment: Output[str]

    def __init__(self, name: str, args: DatabaseProxyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:DatabaseProxy", name, None, opts)
        child = ResourceOptions(parent=self)
        labels = {"app.kubernetes.io/name": name}
        metadata = meta.v1.ObjectMetaArgs(name=name, namespace=args.namespace, labels=labels)
        account = core.v1.ServiceAccount(
            name,
            metadata={"name": args.identity, "namespace": args.namespace},
            automount_service_account_token=False,
            opts=child,
        )
        template = pod(
            name,
            PodArgs(
                identity=account.metadata.name,
                image=args.image,
                args=arguments(args.connection),
                env={},
                cpu=CPU,
                memory=MEMORY,
            ),
        )
        deployment = apps.v1.Deployment(
            name,
            metadata=metadata,
            spec=apps.v1.DeploymentSpecArgs(
                # For a handful of people; while it moves to another node they connect again.
                replicas=1,
                selector=meta.v1.LabelSelectorArgs(match_labels=labels),
                template=core.v1.PodTemplateSpecArgs(metadata=meta.v1.ObjectMetaArgs(labels=labels), spec=template),
            ),
            opts=ResourceOptions(parent=self, depends_on=list(args.after)),
        )
        role = rbac.v1.Role(
            name,
            metadata={"name": name, "namespace": args.namespace},
            rules=[
                # `kubectl port-forward deployment/...` looks for a pod of the Deployment, then forwards to it.
                {"api_groups": ["apps"], "resources": ["deployments"], "verbs": ["get"], "resource_names": [name]},
                {"api_groups": [""], "resources": ["pods"], "verbs": ["get", "list"]},
                {"api_groups": [""], "resources": ["pods/portforward"], "verbs": ["create", "get"]},
            ],
            opts=child,
        )
        rbac.v1.RoleBinding(
            name,
            metadata={"name": name, "namespace": args.namespace},
            role_ref={"api_group": RBAC, "kind": "Role", "name": role.metadata.name},
            subjects=[{"api_group": RBAC, "kind": "Group", "name": group} for group in args.groups],
            opts=child,
        )
        self.deployment = deployment.metadata.name
        self.register_outputs({"deployment": self.deployment})
