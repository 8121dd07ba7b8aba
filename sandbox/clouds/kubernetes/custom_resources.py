"""Kinds that are not Kubernetes' own: which of them a cluster serves, and the schemas of their specs.

GKE installs its CRDs where the cluster's setting says so; others, Kong's, are taken as installed. Schemas stand in
`custom/`, one file a kind, written after the published CRD that the file names, with the parts that Slipway's programs
use: of `spec`, or of the object's own fields where it has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sandbox.clouds.kubernetes import kinds
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.kubernetes.kinds import Kind
from sandbox.clouds.protocol import CloudError, Reason

_FOLDER = Path(__file__).with_name("custom")
_METADATA = "/api/_definitions.json#/$defs/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


@dataclass(frozen=True)
class Switch:
    """The cluster's setting that installs a kind: the path of a property and the values at which it is there. None
    stands for a property that is not set."""

    path: str
    values: tuple[Any, ...]


SWITCHES: Mapping[Kind, Switch] = {
    # https://cloud.google.com/secret-manager/docs/secret-manager-managed-csi-component
    kinds.SECRET_PROVIDER_CLASS: Switch("secretManagerConfig.enabled", (True,)),
    # On by default: https://cloud.google.com/stackdriver/docs/managed-prometheus/setup-managed#enable-mgdcoll-gke
    kinds.POD_MONITORING: Switch("monitoringConfig.managedPrometheus.enabled", (True, None)),
    # https://cloud.google.com/kubernetes-engine/docs/how-to/deploying-gateways#enable-gateway
    **dict.fromkeys(
        (
            kinds.GATEWAY_CLASS,
            kinds.GATEWAY,
            kinds.HTTP_ROUTE,
            kinds.GCP_BACKEND_POLICY,
            kinds.GCP_GATEWAY_POLICY,
            kinds.HEALTH_CHECK_POLICY,
        ),
        Switch("gatewayApiConfig.channel", ("CHANNEL_STANDARD", "CHANNEL_EXPERIMENTAL")),
    ),
}


def require(cluster: Cluster, kind: Kind) -> None:
    """Raise CloudError NOT_FOUND, worded as pulumi-kubernetes does, where the cluster does not serve the kind."""
    switch = SWITCHES.get(kind)
    if switch is None:
        return
    value: Any = cluster.entity.outputs
    for part in switch.path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if value not in switch.values:
        raise CloudError(
            Reason.NOT_FOUND,
            "the Kubernetes API server reported that the apiVersion for this resource does not exist. Verify that any "
            f'required CRDs have been created: no matches for kind "{kind.kind}" in version "{kind.api_version}" '
            f"(the cluster's {switch.path} is {value!r})",
        )


def source(kind: Kind) -> str:
    """Where the schema is from."""
    return str(_file(kind)["source"])


@cache
def schema(kind: Kind) -> dict[str, Any] | None:
    """The JSON schema of the whole object; None for a kind of Kubernetes' own."""
    if not _path(kind).exists():
        return None
    file = _file(kind)
    fields = file["properties"] if "properties" in file else {"spec": file["spec"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://kubernetes.io/api/{kind.plural}/{kind.group}",
        "type": "object",
        "additionalProperties": False,
        "required": file.get("required", ["spec"]),
        "properties": {
            "apiVersion": {"enum": [kind.api_version]},
            "kind": {"enum": [kind.kind]},
            "metadata": {"$ref": _METADATA},
            **fields,
        },
        "$defs": file.get("defs", {}),
    }


def _path(kind: Kind) -> Path:
    return _FOLDER / f"{kind.plural}.{kind.group}.yaml"


@cache
def _file(kind: Kind) -> Any:
    # libyaml's loader, where PyYAML was built with it, is ten times as fast.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(_path(kind).read_text(encoding="utf-8"), Loader=loader)
