"""The properties whose change needs a new object, by kind.

The table is that of pulumi-kubernetes 4.34 (provider/pkg/provider/diff.go, forceNew and forceNewProperties): the API
server's own immutable fields may be more, and are refused there (see `immutability.py`).
"""

from __future__ import annotations

from typing import Any

from sandbox.clouds.kubernetes import kinds
from sandbox.clouds.kubernetes.kinds import Kind

METADATA = (".metadata.name", ".metadata.namespace")

FORCE_NEW: dict[Kind, tuple[str, ...]] = {
    kinds.DEPLOYMENT: (".spec.selector",),
    kinds.JOB: (".spec.completions", ".spec.parallelism", ".spec.selector", ".spec.template"),
    kinds.VOLUME_CLAIM: (".spec.accessModes", ".spec.selector", ".spec.storageClassName", ".spec.volumeName"),
    kinds.RESOURCE_QUOTA: (".spec.scopes",),
    kinds.SECRET: (".type",),
    kinds.SERVICE: (".spec.clusterIP",),
    kinds.STORAGE_CLASS: (".parameters", ".provisioner"),
    kinds.ROLE_BINDING: (".roleRef",),
    kinds.CLUSTER_ROLE_BINDING: (".roleRef",),
}


def properties(kind: Kind, manifest: dict[str, Any], mutable_secrets: bool, mutable_config_maps: bool) -> list[str]:
    """Paths like `.spec.selector`. A provider replaces Secrets and ConfigMaps whose data changes unless it is told
    that they are mutable (`enableSecretMutable`, `enableConfigMapMutable`); `immutable: true` overrides that."""
    immutable = manifest.get("immutable") is True
    paths = list(METADATA)
    if kind is kinds.SECRET and (not mutable_secrets or immutable):
        paths += [".type", ".stringData", ".data"]
    elif kind is kinds.CONFIG_MAP and (not mutable_config_maps or immutable):
        paths += [".binaryData", ".data"]
    else:
        paths += FORCE_NEW.get(kind, ())
    return paths
