"""A HorizontalPodAutoscaler: how many pods a Deployment has, by its cores or by a queue."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import Input, ResourceOptions
from pulumi_kubernetes import autoscaling, meta

CPU_TARGET_PERCENT = 70
"""Of the requested cores; leaves room for the minute that a new pod takes to help."""

QUEUE_METRIC = "pubsub.googleapis.com|subscription|num_undelivered_messages"
"""Cloud Monitoring's metric of a subscription, which it samples every minute, by the name that the Custom Metrics
Stackdriver Adapter serves it under: https://cloud.google.com/kubernetes-engine/docs/tutorials/autoscaling-metrics#pubsub"""

CALM_SECONDS = 300
"""How long the number of pods stays up after a peak, so that it does not swing with every gap."""


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A Pub/Sub subscription, by its own name, and how many undelivered messages are one pod's work."""

    subscription: Input[str]
    messages_per_pod: int


@dataclass(frozen=True, kw_only=True)
class AutoscalerArgs:
    """With `queue` its length decides, else the use of cores, and of the pods' graphics processors nobody asks."""

    max_replicas: int
    queue: Queue | None = None


def autoscaler(
    name: str, metadata: meta.v1.ObjectMetaArgs, least: int, args: AutoscalerArgs, opts: ResourceOptions
) -> autoscaling.v2.HorizontalPodAutoscaler:
    """Scales the Deployment of the same name between `least` and the most."""
    return autoscaling.v2.HorizontalPodAutoscaler(
        name,
        metadata=metadata,
        spec=autoscaling.v2.HorizontalPodAutoscalerSpecArgs(
            scale_target_ref=autoscaling.v2.CrossVersionObjectReferenceArgs(
                api_version="apps/v1", kind="Deployment", name=name
            ),
            min_replicas=least,
            max_replicas=args.max_replicas,
            metrics=[_queue(args.queue) if args.queue else _cores()],
            behavior=autoscaling.v2.HorizontalPodAutoscalerBehaviorArgs(
                scale_down=autoscaling.v2.HPAScalingRulesArgs(stabilization_window_seconds=CALM_SECONDS)
            ),
        ),
        opts=opts,
    )


def _cores() -> autoscaling.v2.MetricSpecArgs:
    target = autoscaling.v2.MetricTargetArgs(type="Utilization", average_utilization=CPU_TARGET_PERCENT)
    return autoscaling.v2.MetricSpecArgs(
        type="Resource", resource=autoscaling.v2.ResourceMetricSourceArgs(name="cpu", target=target)
    )


def _queue(queue: Queue) -> autoscaling.v2.MetricSpecArgs:
    labels = {"resource.labels.subscription_id": queue.subscription}
    metric = autoscaling.v2.MetricIdentifierArgs(
        name=QUEUE_METRIC, selector=meta.v1.LabelSelectorArgs(match_labels=labels)
    )
    target = autoscaling.v2.MetricTargetArgs(type="AverageValue", average_value=str(queue.messages_per_pod))
    return autoscaling.v2.MetricSpecArgs(
        type="External", external=autoscaling.v2.ExternalMetricSourceArgs(metric=metric, target=target)
    )
