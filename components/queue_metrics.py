"""What lets autoscalers read the length of queues."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, ResourceOptions
from pulumi_gcp import projects

ADAPTER_NAMESPACE = "custom-metrics"
ADAPTER = "custom-metrics-stackdriver-adapter"
"""Namespace and service account of Google's adapter, as its published manifest names them:
https://github.com/GoogleCloudPlatform/k8s-stackdriver/tree/master/custom-metrics-stackdriver-adapter"""


@dataclass(frozen=True, kw_only=True)
class QueueMetricsArgs:
    """`adapter` is the adapter's pods as IAM knows them."""

    project: Input[str]
    adapter: Input[str]


class QueueMetrics(pulumi.ComponentResource):
    """The adapter's right to read Cloud Monitoring, from which it answers the autoscalers' questions.

    The adapter itself is installed in each cluster once, by a person: it registers itself with the API server for all
    namespaces, which nothing that a pull request deploys may do. Without it an autoscaler leaves the number of pods as it is.
    """

    def __init__(self, name: str, args: QueueMetricsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:QueueMetrics", name, None, opts)
        projects.IAMMember(
            name,
            project=args.project,
            role="roles/monitoring.viewer",
            member=args.adapter,
            opts=ResourceOptions(parent=self),
        )
        self.register_outputs({})
