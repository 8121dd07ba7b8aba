"""Secrets of Secret Manager mounted as files: what GKE's add-on refuses, and with it the kubelet.

https://cloud.google.com/secret-manager/docs/secret-manager-managed-csi-component. The pod's service account is the
principal, by Workload Identity Federation; the project's number in a grant is not compared. Left out: rotation, secrets
of a region's own endpoint, service accounts that stand in by annotation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from sandbox.clouds.kubernetes import kinds, objects
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.world import Entity, Snapshot

DRIVER = "secrets-store-gke.csi.k8s.io"
_SECRET = "gcp:secretmanager/secret:Secret"
_VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
_GRANT = "gcp:secretmanager/secretIamMember:SecretIamMember"
_ACCESS = ("roles/secretmanager.secretAccessor", "roles/secretmanager.admin", "roles/owner")
"""Predefined roles with secretmanager.versions.access: https://cloud.google.com/secret-manager/docs/access-control"""


def failure(tx: Snapshot, cluster: Cluster, namespace: str, template: Mapping[str, Any], pod: str) -> str:
    """Why a volume of the pod cannot be set up, in the kubelet's words; empty where all can."""
    spec = template.get("spec") or {}
    for volume in spec.get("volumes") or []:
        csi = volume.get("csi") or {}
        if csi.get("driver") != DRIVER:
            continue
        problem = _refused(tx, cluster, namespace, csi, str(spec.get("serviceAccountName") or "default"))
        if problem:
            return (
                f'MountVolume.SetUp failed for volume "{volume["name"]}" : rpc error: code = Unknown desc = failed to '
                f"mount secrets store objects for pod {namespace}/{pod}, err: {problem}"
            )
    return ""


def _refused(tx: Snapshot, cluster: Cluster, namespace: str, csi: Mapping[str, Any], account: str) -> str:
    name = str((csi.get("volumeAttributes") or {}).get("secretProviderClass", ""))
    found = objects.get(tx, cluster, kinds.SECRET_PROVIDER_CLASS, namespace, name)
    if found is None:
        return f'SecretProviderClass.secrets-store.csi.x-k8s.io "{name}" not found'
    spec = objects.live(found)["spec"]
    if spec.get("provider") != "gke":
        return f'provider not found: provider "{spec.get("provider", "")}"'
    try:
        wanted = [str(entry["resourceName"]) for entry in _wanted(spec)]
    except (yaml.YAMLError, TypeError, KeyError) as error:
        return f"rpc error: code = InvalidArgument desc = failed to parse secrets: {error}"
    denied = [resource for resource in wanted if not _readable(tx, cluster, namespace, account, resource)]
    if denied:
        return (
            "rpc error: code = PermissionDenied desc = Permission 'secretmanager.versions.access' denied for resource "
            f"'{denied[0]}' (or it may not exist)."
        )
    missing = [resource for resource in wanted if not _version(tx, resource)]
    return f"rpc error: code = NotFound desc = Secret Version [{missing[0]}] not found." if missing else ""


def _wanted(spec: Mapping[str, Any]) -> Any:
    return yaml.safe_load(str((spec.get("parameters") or {}).get("secrets", ""))) or []


def _readable(tx: Snapshot, cluster: Cluster, namespace: str, account: str, resource: str) -> bool:
    secret = _secret(tx, resource)
    if secret is None:
        return False
    pool = ((cluster.entity.outputs.get("workloadIdentityConfig") or {}).get("workloadPool")) or ""
    end = f"/workloadIdentityPools/{pool}/subject/ns/{namespace}/sa/{account}"
    return any(
        grant.outputs.get("role") in _ACCESS and str(grant.outputs.get("member")).endswith(end)
        for grant in tx.list("gcp", _GRANT, parent=secret.id)
    )


def _version(tx: Snapshot, resource: str) -> bool:
    secret = _secret(tx, resource)
    versions = tx.list("gcp", _VERSION, parent=secret.id) if secret else []
    usable = [version.id.rpartition("/")[2] for version in versions if version.outputs.get("enabled") is not False]
    wanted = resource.rpartition("/")[2]
    return bool(usable) if wanted == "latest" else wanted in usable


def _secret(tx: Snapshot, resource: str) -> Entity | None:
    """The secret of a version's name, in which the project stands by id or by number."""
    _, project, _, name, *_ = [*resource.split("/"), "", "", "", ""]
    return next(_secrets(tx, project, name), None)


def _secrets(tx: Snapshot, project: str, name: str) -> Iterator[Entity]:
    for secret in tx.list("gcp", _SECRET):
        if secret.id == f"projects/{project}/secrets/{name}" or secret.outputs.get("name") == (
            f"projects/{project}/secrets/{name}"
        ):
            yield secret
