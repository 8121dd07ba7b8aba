"""A Deployment, the Services that lead to it, its identity, and how it scales and survives drains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes import apps, autoscaling, core, meta, policy

from components.pod import PodArgs, pod

SERVICE_PORT = 80
PROGRESS_DEADLINE_SECONDS = 300
"""A rollout that has not become ready after five minutes has failed."""

CPU_TARGET_PERCENT = 70
"""Of the requested cores; leaves room for the minute that a new pod takes to help."""


@dataclass(frozen=True, kw_only=True)
class WorkloadArgs:
    """`ports` maps each service of the pod to the port on which it answers, and each gets a Service of its name.

    With `max_replicas` the number of pods moves between `replicas` and it. `secret_env` maps a variable to (name of a
    Secret, key in it), `secret_files` names the SecretProviderClass of its files. `after` must be there before the first
    pod starts.
    """

    namespace: Input[str]
    image: Input[str]
    args: Sequence[str]
    ports: Mapping[str, int]
    cpu: Input[str]
    memory: Input[str]
    replicas: int
    max_replicas: int | None
    disruption_budget: bool
    env: Mapping[str, Input[str]]
    secret_env: Mapping[str, tuple[Input[str], str]] = field(default_factory=dict)
    secret_files: Input[str] | None = None
    after: Sequence[pulumi.Resource] = ()


class Workload(pulumi.ComponentResource):
    """What runs as one pod, replicated. Its Kubernetes service account bears its name."""

    deployment: Output[str]
    image: Output[str]

    def __init__(self, name: str, args: WorkloadArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Workload", name, None, opts)
        child = ResourceOptions(parent=self)
        labels = {"app.kubernetes.io/name": name}
        metadata = meta.v1.ObjectMetaArgs(name=name, namespace=args.namespace, labels=labels)

        account = core.v1.ServiceAccount(name, metadata=metadata, automount_service_account_token=False, opts=child)
        first = next(iter(args.ports.values()))
        deployment = apps.v1.Deployment(
            name,
            metadata=metadata,
            spec=apps.v1.DeploymentSpecArgs(
                # With an autoscaler the count is the autoscaler's alone.
                replicas=None if args.max_replicas else args.replicas,
                progress_deadline_seconds=PROGRESS_DEADLINE_SECONDS,
                strategy=apps.v1.DeploymentStrategyArgs(
                    type="RollingUpdate",
                    rolling_update=apps.v1.RollingUpdateDeploymentArgs(max_unavailable=0, max_surge=1),
                ),
                selector=meta.v1.LabelSelectorArgs(match_labels=labels),
                template=core.v1.PodTemplateSpecArgs(
                    metadata=meta.v1.ObjectMetaArgs(labels=labels),
                    spec=pod(
                        name,
                        PodArgs(
                            identity=account.metadata.name,
                            image=args.image,
                            args=args.args,
                            env=args.env,
                            secret_env=args.secret_env,
                            secret_files=args.secret_files,
                            cpu=args.cpu,
                            memory=args.memory,
                        ),
                        ports=[
                            core.v1.ContainerPortArgs(name=f"http-{port}", container_port=port)
                            for port in args.ports.values()
                        ],
                        liveness=_probe("/health/live", first),
                        readiness=_probe("/health/ready", first),
                        spread=core.v1.TopologySpreadConstraintArgs(
                            max_skew=1,
                            topology_key="topology.kubernetes.io/zone",
                            when_unsatisfiable="ScheduleAnyway",
                            label_selector=meta.v1.LabelSelectorArgs(match_labels=labels),
                        ),
                    ),
                ),
            ),
            opts=ResourceOptions(parent=self, depends_on=list(args.after)),
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
        if args.max_replicas:
            autoscaling.v2.HorizontalPodAutoscaler(
                name,
                metadata=metadata,
                spec={
                    "scale_target_ref": {"api_version": "apps/v1", "kind": "Deployment", "name": name},
                    "min_replicas": args.replicas,
                    "max_replicas": args.max_replicas,
                    "metrics": [
                        {
                            "type": "Resource",
                            "resource": {
                                "name": "cpu",
                                "target": {"type": "Utilization", "average_utilization": CPU_TARGET_PERCENT},
                            },
                        }
                    ],
                },
                opts=child,
            )
        # With a single pod a budget could never be kept, and would only block drains.
        if args.disruption_budget and args.replicas > 1:
            policy.v1.PodDisruptionBudget(
                name,
                metadata=metadata,
                spec={"max_unavailable": 1, "selector": {"match_labels": labels}},
                opts=child,
            )

        self.deployment = deployment.metadata.name
        self.image = deployment.spec.template.spec.containers[0].image
        self.register_outputs({"deployment": self.deployment, "image": self.image})


def _probe(path: str, port: int) -> core.v1.ProbeArgs:
    return core.v1.ProbeArgs(
        http_get=core.v1.HTTPGetActionArgs(path=path, port=port), period_seconds=10, failure_threshold=3
    )
