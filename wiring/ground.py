"""What services stand on: made by an environment, borrowed by its previews."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi import Output, ResourceOptions

from components.run_identity import RunIdentity
from model import names
from model.catalogue import Catalogue
from model.environment import Environment
from model.preview import Preview


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What services stand on. Every environment exports it, for its previews to borrow."""

    cluster_endpoint: Output[str]
    kubeconfig: Output[str]
    workload_pool: Output[str]
    database_instance: Output[str]
    database_host: Output[str]
    database_connection: Output[str]
    """All three are empty where there is no instance."""
    pubsub_agent: Output[str]
    topics_key: Output[str]
    """What messages are encrypted with, which the agent may use; empty where Google's own key has to do."""
    subnetwork: Output[str]
    domain: Output[str]
    """Before which the hosts of routes stand; empty where there is no gateway."""
    runners: Mapping[str, RunIdentity] = field(default_factory=dict)
    """Who the stack's own services on Cloud Run are. Nobody borrows them."""

    @classmethod
    def lent(cls) -> tuple[str, ...]:
        """What previews borrow."""
        return tuple(name for name in cls.__dataclass_fields__ if name != "runners")

    @classmethod
    def borrowed(cls, base: pulumi.StackReference) -> Ground:
        """What the base lends."""
        loan: dict[str, Any] = {name: base.require_output(name) for name in cls.lent()}
        return cls(**loan)

    def export(self) -> None:
        """Lend it."""
        for name in self.lent():
            pulumi.export(name, getattr(self, name))


def principal(stack: Environment | Preview, ground: Ground, account: str, namespace: str = "") -> Output[str]:
    """The pods of one Kubernetes service account, or a service on Cloud Run, as IAM knows them."""
    if account in ground.runners:
        return ground.runners[account].member
    return ground.workload_pool.apply(
        lambda pool: names.workload_principal(stack.project_number, pool, namespace or stack.namespace, account)
    )


def members(stack: Environment | Preview, catalogue: Catalogue, ground: Ground) -> dict[str, Output[str]]:
    """Whom IAM knows the pods of each Deployment as."""
    return {name: principal(stack, ground, name) for name in catalogue.deployments(stack.collapse)}


def lent(base: pulumi.StackReference) -> tuple[Ground, ResourceOptions]:
    """What a preview stands on, and what leads its components to the cluster."""
    ground = Ground.borrowed(base)
    return ground, cluster_options(ground)


def cluster_options(ground: Ground) -> ResourceOptions:
    """What leads a component to the cluster."""
    return ResourceOptions(providers=[kubernetes.Provider("cluster", kubeconfig=ground.kubeconfig)])
