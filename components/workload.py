"""A Deployment, the Services that lead to it, its identity, who may reach it, and how it scales and survives drains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes import apiextensions, apps, core, meta

from components.autoscaler import AutoscalerArgs, autoscaler
from components.disruption_budget import disruption_budget
from components.network_policy import NAME_LABEL, NetworkPolicyArgs, Opening, Peer, network_policy
from components.pod import PodArgs, pod

SERVICE_PORT = 80
PROGRESS_DEADLINE_SECONDS = 300
"""A rollout that has not come further for five minutes has failed."""
GPU_PROGRESS_DEADLINE_SECONDS = 1200
"""A node with graphics processors is added, gets its drivers and loads models first."""
ROLLOUT_TIMEOUT = "30m"
"""How long Pulumi waits: many pods roll over in several steps, each of which has the deadline for itself."""

SURGE = "25%"
"""How much may run beside the wanted pods during a rollout, rounded up to whole ones. Nothing is ever taken away first."""

COLLECTORS = "gmp-system"
"""The namespace of managed Prometheus' collectors, one on each node:
https://cloud.google.com/stackdriver/docs/managed-prometheus/setup-managed"""
SCRAPE_INTERVAL = "30s"


def selector(name: str) -> dict[str, str]:
    """The labels by which a workload's pods are known."""
    return {NAME_LABEL: name}


@dataclass(frozen=True, kw_only=True)
class WorkloadArgs:
    """`ports` maps each service of the pod to the port on which it answers, and each gets a Service of its name.

    `callers` maps a service to the workloads that may reach it, `gateways` to the namespaces that may; `calls` maps a
    workload that this one may reach to its ports, and `egress` is what else it may. `metrics` are port and path.

    With `autoscaler` the number of pods is its own; `replicas` is then the fewest. `after` must be there before the first
    pod starts. `pod.identity`, `pod.config` and `pod.ports` are the workload's to say.
    """

    namespace: Input[str]
    pod: PodArgs
    ports: Mapping[str, int]
    variables: Mapping[str, str] = field(default_factory=dict)
    callers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    gateways: Mapping[str, Sequence[Input[str]]] = field(default_factory=dict)
    calls: Mapping[str, Sequence[int]] = field(default_factory=dict)
    egress: Sequence[Opening] = ()
    metrics: tuple[int, str] | None = None
    replicas: int
    autoscaler: AutoscalerArgs | None = None
    disruption_budget: bool
    after: Sequence[pulumi.Resource] = ()


class Workload(pulumi.ComponentResource):
    """What runs as one pod, replicated. Its Kubernetes service account bears its name."""

    deployment: Output[str]
    image: Output[str]

    def __init__(self, name: str, args: WorkloadArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Workload", name, None, opts)
        child = ResourceOptions(parent=self)
        labels = selector(name)
        metadata = meta.v1.ObjectMetaArgs(name=name, namespace=args.namespace, labels=labels)

        account = core.v1.ServiceAccount(name, metadata=metadata, automount_service_account_token=False, opts=child)
        opened = network_policy(name, _openings(name, args), opts=child)
        config = None
        plain = {key: value for key, value in args.variables.items() if "$(" not in value}
        if plain:
            # Named by Pulumi and never changed: other values are another ConfigMap, to which the pods roll over, and the
            # former pods keep theirs until the last of them is gone.
            config = core.v1.ConfigMap(
                name,
                metadata=meta.v1.ObjectMetaArgs(namespace=args.namespace, labels=labels),
                data=plain,
                immutable=True,
                opts=child,
            ).metadata.name
        deployment = apps.v1.Deployment(
            name,
            metadata=metadata,
            spec=apps.v1.DeploymentSpecArgs(
                replicas=None if args.autoscaler else args.replicas,
                progress_deadline_seconds=GPU_PROGRESS_DEADLINE_SECONDS if args.pod.gpu else PROGRESS_DEADLINE_SECONDS,
                strategy=apps.v1.DeploymentStrategyArgs(
                    type="RollingUpdate",
                    rolling_update=apps.v1.RollingUpdateDeploymentArgs(max_unavailable=0, max_surge=SURGE),
                ),
                selector=meta.v1.LabelSelectorArgs(match_labels=labels),
                template=core.v1.PodTemplateSpecArgs(
                    metadata=meta.v1.ObjectMetaArgs(labels=labels),
                    spec=pod(
                        name,
                        replace(
                            args.pod,
                            identity=account.metadata.name,
                            config=config,
                            derived={key: value for key, value in args.variables.items() if key not in plain},
                            ports=tuple(args.ports.values()),
                        ),
                        labels=labels,
                    ),
                ),
            ),
            opts=ResourceOptions(
                parent=self,
                depends_on=[opened, *args.after],
                # The count is the autoscaler's alone. Where it was stated before, no longer stating it would set it to 1
                # until the autoscaler acts; ignored, it stays as it is.
                ignore_changes=["spec.replicas"] if args.autoscaler else None,
                custom_timeouts=pulumi.CustomTimeouts(create=ROLLOUT_TIMEOUT, update=ROLLOUT_TIMEOUT),
            ),
        )
        for service, port in args.ports.items():
            core.v1.Service(
                service,
                metadata={"name": service, "namespace": args.namespace, "labels": labels},
                spec={
                    "selector": labels,
                    "ports": [{"name": "http", "port": SERVICE_PORT, "target_port": port}],
                },
                opts=child,
            )
        if args.autoscaler:
            autoscaler(name, metadata, args.replicas, args.autoscaler, opts=child)
        if args.disruption_budget and args.replicas > 1:
            disruption_budget(name, metadata, labels, opts=child)
        if args.metrics:
            port, path = args.metrics
            apiextensions.CustomResource(
                name,
                api_version="monitoring.googleapis.com/v1",
                kind="PodMonitoring",
                metadata=metadata,
                spec={
                    "selector": {"matchLabels": labels},
                    "endpoints": [{"port": port, "path": path, "interval": SCRAPE_INTERVAL}],
                },
                opts=child,
            )

        self.deployment = deployment.metadata.name
        self.image = deployment.spec.template.spec.containers[0].image
        self.register_outputs({"deployment": self.deployment, "image": self.image})

    @property
    def told(self) -> dict[str, Output[str]]:
        """Where it runs, for whoever reads the stack's outputs."""
        return {"deployment": self.deployment, "image": self.image}


def _openings(name: str, args: WorkloadArgs) -> NetworkPolicyArgs:
    """The pods' own policy, from what the catalogue declares."""
    ingress = []
    for service, port in args.ports.items():
        peers = [Peer(labels=selector(caller)) for caller in args.callers.get(service, ())]
        peers += [Peer(namespace=namespace) for namespace in args.gateways.get(service, ())]
        # A rule without peers would let everybody in.
        if peers:
            ingress.append(Opening(peers=peers, ports=[port]))
    if args.metrics:
        ingress.append(Opening(peers=[Peer(namespace=COLLECTORS)], ports=[args.metrics[0]]))
    egress = [Opening(peers=[Peer(labels=selector(callee))], ports=ports) for callee, ports in args.calls.items()]
    return NetworkPolicyArgs(
        namespace=args.namespace, pods=selector(name), ingress=ingress, egress=[*egress, *args.egress]
    )
