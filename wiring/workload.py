"""What runs in the cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi import Input

from components.autoscaler import AutoscalerArgs, Queue
from components.network_policy import POSTGRES_PORTS, Opening, address, public
from components.pod import Disk, Gpu, PodArgs, Probes
from components.workload import WorkloadArgs
from model import names
from model.deployment import Deployment
from model.environment import Environment
from model.preview import Preview
from wiring.ground import Ground
from wiring.smoke_tests import testers


def on_gke(
    stack: Environment | Preview,
    ground: Ground,
    pod: Deployment,
    namespace: Input[str],
    env: Mapping[str, Input[str]],
    secret_env: Mapping[str, tuple[Input[str], str]],
    secret_files: Input[str] | None,
    after: Sequence[pulumi.Resource],
    sidecars: Sequence[kubernetes.core.v1.ContainerArgs] = (),
    reached: Sequence[Opening] = (),
) -> WorkloadArgs:
    """A pod of the catalogue as a Deployment of the size that the stack gives it."""
    size, testing = stack.size(pod.name), testers(stack, pod)
    egress: list[Opening] = [*reached, *([public(pod.outbound)] if pod.outbound else [])]
    if pod.database:
        egress.append(address(ground.database_host, POSTGRES_PORTS))
    queue = None
    if scale_on := pod.scale_on:
        topic = names.topic(stack.prefix, scale_on.topic)
        subscription = names.subscription(topic, pod.subscribes[scale_on.topic])
        queue = Queue(subscription=subscription, messages_per_pod=scale_on.messages_per_pod)
    return WorkloadArgs(
        namespace=namespace,
        pod=PodArgs(
            image=stack.reference(pod.image),
            args=pod.args,
            env=env,
            secret_env=secret_env,
            secret_files=secret_files,
            sidecars=sidecars,
            prepare=pod.prepare,
            cpu=size.cpu,
            memory=size.memory,
            user=pod.user,
            probes=Probes(port=next(iter(pod.ports.values())), live=pod.probes.live, ready=pod.probes.ready),
            gpu=Gpu(**pod.gpu.model_dump()) if pod.gpu else None,
            disks={key: Disk(**volume.model_dump()) for key, volume in pod.volumes.items()},
        ),
        ports=pod.ports,
        variables=pod.variables,
        callers={
            service: [*callers, *([testing[service]] if service in testing else [])]
            for service, callers in pod.callers.items()
        },
        gateways={service: [names.GATEWAY_NAMESPACE] for service in pod.routes},
        calls=pod.calls,
        egress=egress,
        metrics=pod.metrics,
        replicas=0 if stack.asleep else size.replicas,
        autoscaler=AutoscalerArgs(max_replicas=size.max_replicas, queue=queue)
        if stack.autoscaling and size.max_replicas
        else None,
        disruption_budget=stack.disruption_budgets,
        after=after,
    )
