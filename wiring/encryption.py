"""An environment's own keys."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import Input, Output

from components.keys import Keys, KeysArgs
from components.service_agent import ServiceAgent, ServiceAgentArgs
from model import names
from model.environment import Environment

ENCRYPTED = {
    "database": "sqladmin.googleapis.com",
    "storage": "storage.googleapis.com",
    "caches": "redis.googleapis.com",
    "secrets": "secretmanager.googleapis.com",
}
"""What has a key of its own, beside the cluster and the topics, and the API whose agent uses it."""


def encryption(stack: Environment, pubsub: ServiceAgent) -> Mapping[str, Output[str]]:
    """The keys of what is encrypted with the environment's own, by what that is; none where Google's have to do."""
    if not stack.security.customer_keys:
        return {}
    agents: dict[str, Input[str]] = {
        "cluster": names.gke_agent(stack.project_number),
        "nodes": names.compute_agent(stack.project_number),
        "topics": pubsub.member,
    }
    for key, service in ENCRYPTED.items():
        agents[key] = ServiceAgent(key, ServiceAgentArgs(project=stack.project, service=service)).member
    return Keys("keys", KeysArgs(location=stack.region, users=agents, protect=stack.deletion_protection)).keys
