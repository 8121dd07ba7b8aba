"""The provider's kubeconfig: which API server it means, and when a change of it means another cluster.

As pulumi-kubernetes 4.34 does it in provider/pkg/provider/util.go (parseKubeconfigPropertyValue,
getActiveClusterFromConfig) and provider.go (DiffConfig).
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sandbox.values import has_unknowns


@dataclass(frozen=True)
class ActiveCluster:
    """The cluster of the current context: address, CA certificate in base64 and the context's namespace."""

    server: str
    authority: str
    namespace: str

    @property
    def host(self) -> str:
        """The address without scheme and port 443."""
        parts = urlsplit(self.server if "://" in self.server else f"https://{self.server}")
        host = parts.hostname or ""
        return host if parts.port in (None, 443) else f"{host}:{parts.port}"


def parse(text: str) -> dict[str, Any]:
    """The kubeconfig as data. Raises ValueError for text that is neither JSON nor YAML of a kubeconfig."""
    try:
        parsed = json.loads(text)
    except ValueError:
        # YAML only where JSON failed: its parser is slow to import, and most programs write JSON.
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError

        try:
            parsed = YAML(typ="safe", pure=True).load(io.StringIO(text))
        except YAMLError as error:
            raise ValueError(f"kubeconfig is neither JSON nor YAML: {error}") from error
    if not isinstance(parsed, dict):
        raise ValueError("kubeconfig is no mapping; write one with clusters, contexts and current-context")  # noqa: TRY004
    return parsed


def active(config: Mapping[str, Any], overrides: Mapping[str, Any]) -> ActiveCluster | None:
    """The active cluster, or None where the config names none. `overrides`: provider's `context` and `cluster`."""
    contexts = _named(config, "contexts", "context")
    context = contexts.get(overrides.get("context") or config.get("current-context") or "")
    if context is None:
        return None
    cluster = _named(config, "clusters", "cluster").get(overrides.get("cluster") or context.get("cluster") or "")
    if cluster is None or not cluster.get("server"):
        return None
    return ActiveCluster(
        str(cluster["server"]), str(cluster.get("certificate-authority-data", "")), str(context.get("namespace", ""))
    )


def of_provider(inputs: Mapping[str, Any]) -> ActiveCluster | None:
    """The active cluster of a provider's inputs; None where kubeconfig is absent, unknown or without context."""
    given = inputs.get("kubeconfig")
    if not given or has_unknowns([given, inputs.get("context"), inputs.get("cluster")]):
        return None
    return active(given if isinstance(given, dict) else parse(str(given)), inputs)


def replacing(olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    """The changed inputs of a provider that mean another cluster: then all its resources are replaced.

    An unchanged `clusterIdentifier` says that it is the same cluster after all. What is not yet known counts as
    changed. The name of the cluster entry does not count, its address and certificate do.
    """
    keys = ("kubeconfig", "context", "cluster")
    identifier, former = news.get("clusterIdentifier"), olds.get("clusterIdentifier")
    if identifier and identifier == former:
        return []
    replaces = ["clusterIdentifier"] if identifier and former else []
    for key in keys:
        if has_unknowns(news.get(key)):
            return [*replaces, key]
    before, after = of_provider(olds), of_provider(news)
    if before and after and (before.server, before.authority) != (after.server, after.authority):
        replaces += [key for key in keys if olds.get(key) != news.get(key)]
    return replaces


def _named(config: Mapping[str, Any], collection: str, item: str) -> dict[str, Any]:
    return {entry.get("name", ""): entry.get(item) or {} for entry in config.get(collection) or []}
