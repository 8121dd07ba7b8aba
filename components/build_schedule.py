"""What starts a build at certain times: a topic, and a job that sends to it."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import cloudscheduler, pubsub

MESSAGE = base64.b64encode(b"{}").decode()
"""Cloud Scheduler sends no empty message."""


@dataclass(frozen=True, kw_only=True)
class BuildScheduleArgs:
    """`cron` is in UTC."""

    region: Input[str]
    cron: str
    description: str


class BuildSchedule(pulumi.ComponentResource):
    """Cloud Build has no clock of its own. Pub/Sub stands between, since a job that called Cloud Build would need an identity that
    may start builds: https://docs.cloud.google.com/build/docs/automating-builds/create-scheduled-triggers"""

    topic: Output[str]

    def __init__(self, name: str, args: BuildScheduleArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:BuildSchedule", name, None, opts)
        child = ResourceOptions(parent=self)
        topic = pubsub.Topic(name, opts=child)
        cloudscheduler.Job(
            name,
            region=args.region,
            description=args.description,
            schedule=args.cron,
            time_zone="Etc/UTC",
            pubsub_target=cloudscheduler.JobPubsubTargetArgs(topic_name=topic.id, data=MESSAGE),
            opts=child,
        )
        self.topic = topic.id
        self.register_outputs({"topic": self.topic})
