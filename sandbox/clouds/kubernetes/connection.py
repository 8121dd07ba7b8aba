"""One configured instance of the provider: its settings, and the way from them to a cluster of the world."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.clouds.kubernetes import clusters, kubeconfig
from sandbox.clouds.kubernetes.clusters import Cluster, Unreachable
from sandbox.clouds.kubernetes.kubeconfig import ActiveCluster
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import Snapshot

_DELETE_UNREACHABLE = "PULUMI_K8S_DELETE_UNREACHABLE"


@dataclass(frozen=True)
class Connection:
    """Settings as pulumi-kubernetes reads them in Configure (provider/pkg/provider/provider.go); flags come as strings.

    `problem` says why the kubeconfig cannot be read; it matters only when the cluster is needed.
    """

    active: ActiveCluster | None
    namespace: str
    delete_unreachable: bool
    mutable_secrets: bool
    mutable_config_maps: bool
    problem: str = ""

    @classmethod
    def of(cls, inputs: Mapping[str, Any]) -> Connection:
        """The connection that a provider's inputs describe."""
        active, problem = None, ""
        try:
            active = kubeconfig.of_provider(inputs)
        except ValueError as error:
            problem = f"failed to parse kubeconfig data in `kubernetes:config:kubeconfig`- {error}"
        namespace = inputs.get("namespace") or (active.namespace if active else "") or "default"
        environment = os.environ.get(_DELETE_UNREACHABLE, "")
        return cls(
            active,
            str(namespace),
            _flag(inputs.get("deleteUnreachable", environment)),
            _flag(inputs.get("enableSecretMutable")),
            _flag(inputs.get("enableConfigMapMutable")),
            problem,
        )

    def cluster(self, tx: Snapshot) -> Cluster:
        """The cluster. Raises Unreachable with the reason."""
        if self.problem:
            raise Unreachable(self.problem)
        try:
            return clusters.find(tx, self.active)
        except Unreachable as error:
            raise Unreachable(f"unable to load schema information from the API server: {error}") from error


def unreachable(error: Unreachable) -> CloudError:
    """What Create and Update say then."""
    return CloudError(Reason.UNAVAILABLE, f"configured Kubernetes cluster is unreachable: {error}")


def _flag(value: Any) -> bool:
    return value is True or value == "true"
