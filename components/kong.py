"""Kong behind one Gateway: its proxies with their controllers, and whom they may reach and be reached by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes import apiextensions, apps, core, meta, rbac

from components import kong_controller
from components.autoscaler import AutoscalerArgs, autoscaler
from components.disruption_budget import disruption_budget
from components.network_policy import NetworkPolicyArgs, Opening, Peer, network_policy
from components.pod import PodArgs, Probes, pod
from components.usable import usable
from components.workload import COLLECTORS, PROGRESS_DEADLINE_SECONDS, SCRAPE_INTERVAL, SERVICE_PORT, selector

API_VERSION = "gateway.networking.k8s.io/v1"
CONTROLLER = "konghq.com/kic-gateway-controller"
UNMANAGED = {"konghq.com/gatewayclass-unmanaged": "true"}
"""Kong's controller makes no proxies of its own for a Gateway of such a class: those that it finds are this component's."""

PROXY_PORT = 8000
STATUS_PORT = 8100
READY = "/status/ready"
"""https://developer.konghq.com/gateway/traffic-control/health-check-probes"""

DRAIN_SECONDS = 30
"""Google's load balancers turn away from a node after three failed checks, 8 s apart (ingress-gce, pkg/healthchecksl4), and
from a pod in about as long."""

KEPT_ALIVE = "620s"
"""Google's load balancer uses a connection again for up to 600 s. Closed by Kong before, which nginx does after 75 s, it
loses the request that was just sent: https://cloud.google.com/load-balancing/docs/https#timeout_and_keepalive"""

USER = 1000
"""The user `kong` of Kong's image."""

API_SERVER = Opening(peers=[Peer(cidr="0.0.0.0/0")], ports=[443])
"""The address that the cluster's API server has towards pods is Google's to choose."""


@dataclass(frozen=True, kw_only=True)
class KongArgs:
    """`proxy` and `controller` are images by digest. Routes are taken from namespaces with the labels `routes`.

    `sources` are those who may send requests. `trusted` are addresses of proxies in front, whose word on where a request
    is from is taken. With `address` Kong is reached under it by the network, else within the cluster only.
    """

    namespace: Input[str]
    proxy: Input[str]
    controller: Input[str]
    routes: Mapping[str, str]
    sources: Sequence[Peer]
    trusted: Sequence[Input[str]] = ()
    address: Input[str] | None = None
    cpu: Input[str]
    memory: Input[str]
    replicas: int
    max_replicas: int | None
    disruption_budget: bool


class Kong(pulumi.ComponentResource):
    """A Gateway, its class, and what answers for it. All are called alike; others name the class and the Gateway."""

    service: Output[str]
    """Known only once a pod behind it is ready."""

    def __init__(self, name: str, args: KongArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Kong", name, None, opts)
        child = ResourceOptions(parent=self)
        labels = selector(name)
        metadata = meta.v1.ObjectMetaArgs(name=name, namespace=args.namespace, labels=labels)

        account = core.v1.ServiceAccount(name, metadata=metadata, automount_service_account_token=False, opts=child)
        rights = self._rights(name, metadata, args.namespace, child)
        opened = network_policy(name, _openings(labels, args), opts=child)
        class_ = apiextensions.CustomResource(
            f"{name}-class",
            api_version=API_VERSION,
            kind="GatewayClass",
            metadata=meta.v1.ObjectMetaArgs(name=name, annotations=UNMANAGED),
            spec={"controllerName": CONTROLLER},
            opts=child,
        )
        service = core.v1.Service(
            name,
            metadata=_annotated(metadata, {"networking.gke.io/load-balancer-type": "Internal"} if args.address else {}),
            spec={
                "selector": labels,
                "ports": [{"name": "http", "port": SERVICE_PORT, "target_port": PROXY_PORT}],
                "type": "LoadBalancer" if args.address else "ClusterIP",
                "load_balancer_ip": args.address,
                # From another node a request would come with that node's address, which is no `ipBlock`'s to Dataplane
                # V2 (https://github.com/cilium/cilium/issues/19010); and limits would count nodes instead of clients.
                "external_traffic_policy": "Local" if args.address else None,
            },
            opts=child,
        )
        deployment = apps.v1.Deployment(
            name,
            metadata=metadata,
            spec=apps.v1.DeploymentSpecArgs(
                replicas=None if args.max_replicas else args.replicas,
                progress_deadline_seconds=PROGRESS_DEADLINE_SECONDS,
                strategy=apps.v1.DeploymentStrategyArgs(
                    type="RollingUpdate",
                    rolling_update=apps.v1.RollingUpdateDeploymentArgs(max_unavailable=0, max_surge=1),
                ),
                selector=meta.v1.LabelSelectorArgs(match_labels=labels),
                template=core.v1.PodTemplateSpecArgs(
                    metadata=meta.v1.ObjectMetaArgs(labels=labels),
                    spec=pod(name, _pod(name, args, account.metadata.name), labels=labels),
                ),
            ),
            opts=ResourceOptions(
                parent=self,
                depends_on=[*rights, opened, class_],
                # See components/workload.py: the count stays as it is until the autoscaler acts.
                ignore_changes=["spec.replicas"] if args.max_replicas else None,
            ),
        )
        if args.max_replicas:
            autoscaler(name, metadata, args.replicas, AutoscalerArgs(max_replicas=args.max_replicas), opts=child)
        if args.disruption_budget and args.replicas > 1:
            disruption_budget(name, metadata, labels, opts=child)
        apiextensions.CustomResource(
            name,
            api_version=API_VERSION,
            kind="Gateway",
            metadata=metadata,
            spec={
                "gatewayClassName": name,
                "listeners": [
                    {
                        "name": "http",
                        "port": SERVICE_PORT,
                        "protocol": "HTTP",
                        "allowedRoutes": {
                            "namespaces": {"from": "Selector", "selector": {"matchLabels": dict(args.routes)}}
                        },
                    }
                ],
            },
            opts=ResourceOptions(parent=self, depends_on=[class_]),
        )
        apiextensions.CustomResource(
            f"{name}-metrics",
            api_version="monitoring.googleapis.com/v1",
            kind="PodMonitoring",
            metadata=metadata,
            spec={
                "selector": {"matchLabels": labels},
                "endpoints": [
                    {"port": port, "path": "/metrics", "interval": SCRAPE_INTERVAL}
                    for port in (STATUS_PORT, kong_controller.METRICS_PORT)
                ],
            },
            opts=child,
        )
        self.service = usable(service.metadata.name, [deployment])
        self.register_outputs({"service": self.service})

    def _rights(
        self, name: str, metadata: meta.v1.ObjectMetaArgs, namespace: Input[str], child: ResourceOptions
    ) -> list[pulumi.Resource]:
        """What the controller may do, in the cluster and in its own namespace."""
        subjects = [rbac.v1.SubjectArgs(kind="ServiceAccount", name=name, namespace=namespace)]
        wide = rbac.v1.ClusterRole(name, rules=kong_controller.rules(kong_controller.CLUSTER_RULES), opts=child)
        own = rbac.v1.Role(
            name, metadata=metadata, rules=kong_controller.rules(kong_controller.NAMESPACE_RULES), opts=child
        )
        group = "rbac.authorization.k8s.io"
        return [
            rbac.v1.ClusterRoleBinding(
                name,
                subjects=subjects,
                role_ref=rbac.v1.RoleRefArgs(api_group=group, kind="ClusterRole", name=wide.metadata.name),
                opts=child,
            ),
            rbac.v1.RoleBinding(
                name,
                metadata=metadata,
                subjects=subjects,
                role_ref=rbac.v1.RoleRefArgs(api_group=group, kind="Role", name=own.metadata.name),
                opts=child,
            ),
        ]


def _annotated(metadata: meta.v1.ObjectMetaArgs, annotations: Mapping[str, str]) -> meta.v1.ObjectMetaArgs:
    return meta.v1.ObjectMetaArgs(
        name=metadata.name,
        namespace=metadata.namespace,
        labels=metadata.labels,
        annotations=dict(annotations) or None,
    )


def _pod(name: str, args: KongArgs, identity: Input[str]) -> PodArgs:
    env: dict[str, Input[str]] = {
        "KONG_ADMIN_LISTEN": f"127.0.0.1:{kong_controller.ADMIN_PORT} http2 ssl reuseport backlog=16384",
        "KONG_DATABASE": "off",
        "KONG_KIC": "on",
        "KONG_NGINX_WORKER_PROCESSES": "2",
        "KONG_PORT_MAPS": f"{SERVICE_PORT}:{PROXY_PORT}",
        # Below the only folder that it may write to.
        "KONG_PREFIX": "/tmp/kong",
        "KONG_PROXY_ACCESS_LOG": "/dev/stdout",
        "KONG_PROXY_ERROR_LOG": "/dev/stderr",
        "KONG_PROXY_LISTEN": f"0.0.0.0:{PROXY_PORT} reuseport backlog=16384",
        "KONG_ROUTER_FLAVOR": "expressions",
        "KONG_STATUS_LISTEN": f"0.0.0.0:{STATUS_PORT}",
    }
    if args.trusted:
        # Without it every request would seem to be from the proxy in front, and limits would be shared by all.
        env |= {
            "KONG_NGINX_PROXY_KEEPALIVE_TIMEOUT": KEPT_ALIVE,
            "KONG_REAL_IP_HEADER": "X-Forwarded-For",
            "KONG_REAL_IP_RECURSIVE": "on",
            "KONG_TRUSTED_IPS": Output.all(*args.trusted).apply(lambda known: ",".join(map(str, known))),
        }
    return PodArgs(
        identity=identity,
        image=args.proxy,
        args=(),
        env=env,
        cpu=args.cpu,
        memory=args.memory,
        sidecars=[kong_controller.container(args.controller, args.namespace, name)],
        volumes=[kong_controller.token()],
        user=USER,
        ports=(PROXY_PORT, STATUS_PORT),
        probes=Probes(port=STATUS_PORT, live="/status", ready=READY),
        drain_seconds=DRAIN_SECONDS,
    )


def _openings(labels: Mapping[str, str], args: KongArgs) -> NetworkPolicyArgs:
    collected = [STATUS_PORT, kong_controller.METRICS_PORT]
    return NetworkPolicyArgs(
        namespace=args.namespace,
        pods=labels,
        ingress=[
            Opening(peers=args.sources, ports=[PROXY_PORT, STATUS_PORT]),
            Opening(peers=[Peer(namespace=COLLECTORS)], ports=collected),
        ],
        # Each service's own policy says on which port it is reached.
        egress=[API_SERVER, Opening(peers=[Peer(namespace=args.routes)], ports=[])],
    )
