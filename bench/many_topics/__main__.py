"""Registers as many topics as the config says."""

import pulumi
from pulumi_gcp import pubsub

for number in range(pulumi.Config("bench").require_int("topics")):
    pubsub.Topic(f"topic-{number}", project="bench-project")
