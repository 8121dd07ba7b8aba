"""The fields that the API server fills in where a manifest leaves them out.

From the defaulting code of Kubernetes (pkg/apis/{core,apps,batch,autoscaling,networking}/v*/defaults.go), for the kinds
that are emulated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.clouds.kubernetes import gateway_api, images, kinds
from sandbox.clouds.kubernetes.kinds import Kind

_DEPLOYMENT: dict[str, Any] = {
    "progressDeadlineSeconds": 600,
    "replicas": 1,
    "revisionHistoryLimit": 10,
    "strategy": {"type": "RollingUpdate"},
}
_ROLLING: dict[str, Any] = {"maxSurge": "25%", "maxUnavailable": "25%"}
_JOB: dict[str, Any] = {
    "backoffLimit": 6,
    "completionMode": "NonIndexed",
    "manualSelector": False,
    "parallelism": 1,
    "podReplacementPolicy": "TerminatingOrFailed",
    "suspend": False,
}
_POD: dict[str, Any] = {
    "dnsPolicy": "ClusterFirst",
    "restartPolicy": "Always",
    "schedulerName": "default-scheduler",
    "securityContext": {},
    "terminationGracePeriodSeconds": 30,
}
_CONTAINER: dict[str, Any] = {
    "resources": {},
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
}
_PROBE: dict[str, Any] = {"failureThreshold": 3, "periodSeconds": 10, "successThreshold": 1, "timeoutSeconds": 1}
_SERVICE: dict[str, Any] = {"internalTrafficPolicy": "Cluster", "sessionAffinity": "None", "type": "ClusterIP"}
_FILE_MODE = 0o644


def filled(kind: Kind, manifest: dict[str, Any]) -> dict[str, Any]:
    """A copy of the manifest with the server's defaults in it."""
    spec = manifest.get("spec") or {}
    match kind:
        case kinds.DEPLOYMENT:
            return {**manifest, "spec": _deployment(spec)}
        case kinds.JOB:
            # With `parallelism` alone the pods share a queue, and nobody counts completions.
            counted = {} if "parallelism" in spec else {"completions": 1}
            job = {**_JOB, **counted, **spec, "template": _template(spec.get("template") or {})}
            return {**manifest, "spec": job}
        case kinds.SERVICE:
            return {**manifest, "spec": _service(spec)}
        case kinds.SECRET:
            return {**manifest, "type": manifest.get("type") or "Opaque"}
        case kinds.ROLE_BINDING | kinds.CLUSTER_ROLE_BINDING:
            role = manifest["roleRef"]
            return {**manifest, "roleRef": {**role, "apiGroup": role.get("apiGroup") or "rbac.authorization.k8s.io"}}
        case kinds.VOLUME_CLAIM:
            return {**manifest, "spec": {"volumeMode": "Filesystem", "storageClassName": "standard-rwo", **spec}}
        case kinds.STORAGE_CLASS:
            return {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate", **manifest}
        case kinds.NAMESPACE:
            metadata = manifest["metadata"]
            labels = {"kubernetes.io/metadata.name": metadata["name"], **(metadata.get("labels") or {})}
            return {**manifest, "metadata": {**metadata, "labels": labels}, "spec": {"finalizers": ["kubernetes"]}}
        case kinds.AUTOSCALER:
            cpu = {"type": "Resource", "resource": {"name": "cpu", "target": _CPU_TARGET}}
            return {**manifest, "spec": {"minReplicas": 1, **spec, "metrics": spec.get("metrics") or [cpu]}}
        case kinds.NETWORK_POLICY:
            types = ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]
            return {**manifest, "spec": {"podSelector": {}, **spec, "policyTypes": spec.get("policyTypes") or types}}
        case kinds.GATEWAY_CLASS | kinds.GATEWAY | kinds.HTTP_ROUTE:
            return gateway_api.filled(kind, manifest)
    return dict(manifest)


_CPU_TARGET: dict[str, Any] = {"type": "Utilization", "averageUtilization": 80}


def _deployment(spec: Mapping[str, Any]) -> dict[str, Any]:
    full = {**_DEPLOYMENT, **spec, "template": _template(spec.get("template") or {})}
    strategy = dict(full["strategy"])
    strategy.setdefault("type", "RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        strategy["rollingUpdate"] = {**_ROLLING, **(strategy.get("rollingUpdate") or {})}
    else:
        strategy.pop("rollingUpdate", None)
    return {**full, "strategy": strategy}


def _template(template: Mapping[str, Any]) -> dict[str, Any]:
    spec = {**_POD, **(template.get("spec") or {})}
    for key in ("containers", "initContainers"):
        if key in spec:
            spec[key] = [_container(container) for container in spec[key]]
    if "volumes" in spec:
        spec["volumes"] = [_volume(volume) for volume in spec["volumes"]]
    if spec.get("serviceAccountName"):
        # The former name of the field, which the server keeps equal.
        spec["serviceAccount"] = spec["serviceAccountName"]
    return {**template, "spec": spec}


def _container(container: Mapping[str, Any]) -> dict[str, Any]:
    full: dict[str, Any] = {
        **_CONTAINER,
        "imagePullPolicy": images.pull_policy(str(container.get("image", ""))),
        **container,
    }
    if "ports" in full:
        full["ports"] = [{"protocol": "TCP", **port} for port in full["ports"]]
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        if probe in full:
            full[probe] = _probe(full[probe])
    resources = full["resources"]
    if resources.get("limits"):
        full["resources"] = {**resources, "requests": {**resources["limits"], **(resources.get("requests") or {})}}
    return full


def _probe(probe: Mapping[str, Any]) -> dict[str, Any]:
    full: dict[str, Any] = {**_PROBE, **probe}
    if "httpGet" in full:
        full["httpGet"] = {"path": "/", "scheme": "HTTP", **full["httpGet"]}
    if "grpc" in full:
        full["grpc"] = {"service": "", **full["grpc"]}
    return full


def _volume(volume: Mapping[str, Any]) -> dict[str, Any]:
    full = dict(volume)
    for source in ("configMap", "secret", "projected", "downwardAPI"):
        if source in full:
            full[source] = {"defaultMode": _FILE_MODE, **full[source]}
    return full


def _service(spec: Mapping[str, Any]) -> dict[str, Any]:
    full: dict[str, Any] = {**_SERVICE, **spec}
    if full["type"] == "ExternalName":
        return {key: value for key, value in full.items() if key != "internalTrafficPolicy"}
    full = {"ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack", **full}
    if full["type"] == "LoadBalancer":
        full.setdefault("allocateLoadBalancerNodePorts", True)
    else:
        full.pop("allocateLoadBalancerNodePorts", None)
    if full["type"] == "ClusterIP":
        full.pop("externalTrafficPolicy", None)
    else:
        full.setdefault("externalTrafficPolicy", "Cluster")
    if "ports" in full:
        full["ports"] = [{"protocol": "TCP", "targetPort": port["port"], **port} for port in full["ports"]]
    return full
