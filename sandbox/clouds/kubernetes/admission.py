"""What stands between a controller and its pods: service account, pod security, limit ranges, signatures. Quotas come after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.clouds.kubernetes import image_policy, kinds, limit_ranges, objects, pod_security
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.world import Snapshot


def refusal(tx: Snapshot, cluster: Cluster, namespace: str, template: Mapping[str, Any], name: str) -> str:
    """Why the API server makes no such pod, in its words; empty where it does. `template` has its defaults already."""
    account = (template.get("spec") or {}).get("serviceAccountName") or "default"
    if account != "default" and not objects.get(tx, cluster, kinds.SERVICE_ACCOUNT, namespace, account):
        return (
            f'pods "{name}" is forbidden: error looking up service account {namespace}/{account}: '
            f'serviceaccount "{account}" not found'
        )
    found = objects.get(tx, cluster, kinds.NAMESPACE, "", namespace)
    labels = (objects.live(found)["metadata"].get("labels") or {}) if found else {}
    level = str(labels.get(pod_security.ENFORCE, "privileged"))
    return (
        pod_security.refusal(level, template, name)
        or limit_ranges.refusal(tx, cluster, namespace, template, name)
        or image_policy.refusal(tx, cluster, template, name)
    )
