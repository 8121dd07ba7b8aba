"""The one line that says how large a thing is: replicas, machines, memory; from the inputs of the resources in its box."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from delivery.engines import Kept

_TIER = re.compile(r"db-custom-(\d+)-\d+")
"""Cloud SQL's custom tiers: vCPUs and MiB of memory."""
_VERSION = re.compile(r"POSTGRES_(\d+)")


def note(owner: Kept, resources: Sequence[Kept]) -> str:
    """The line for a component, or nothing where its type has none or a value that it needs is not there."""
    rule = _RULES.get(owner.type)
    return rule(resources) if rule else ""


def _find(resources: Sequence[Kept], kind: str) -> Mapping[str, Any]:
    """The inputs of the first resource of a kind, such as Deployment; empty where there is none."""
    return next((each.inputs for each in resources if each.custom and each.type.rpartition(":")[2] == kind), {})


def _at(value: Any, *path: str | int) -> Any:
    """What is at the end of a path of keys and places, or None."""
    for part in path:
        if (isinstance(value, Mapping) and part in value) or (
            isinstance(value, list) and isinstance(part, int) and part < len(value)
        ):
            value = value[part]
        else:
            return None
    return value


def _span(least: Any, most: Any, one: str, many: str) -> str:
    """`2 to 6 pods`, `1 pod`; nothing where neither is a number."""
    numbers = [int(each) for each in (least, most) if isinstance(each, int | float)]
    if not numbers:
        return ""
    if numbers[0] == numbers[-1]:
        return f"{numbers[0]} {one if numbers[0] == 1 else many}"
    return f"{numbers[0]} to {numbers[-1]} {many}"


def _joined(*parts: Any) -> str:
    return " · ".join(str(part) for part in parts if part)


def _workload(resources: Sequence[Kept]) -> str:
    """How many pods, and which services they are where they are several in one."""
    services = sorted(each.name for each in resources if each.type == "kubernetes:core/v1:Service")
    return _joined(_pods(resources), ", ".join(services) if len(services) > 1 else "")


def _pods(resources: Sequence[Kept]) -> str:
    scaled = _at(_find(resources, "HorizontalPodAutoscaler"), "spec") or {}
    if scaled:
        return _span(scaled.get("minReplicas"), scaled.get("maxReplicas"), "pod", "pods")
    fixed = _at(_find(resources, "Deployment"), "spec", "replicas")
    return _span(fixed, fixed, "pod", "pods")


def _cloud_run(resources: Sequence[Kept]) -> str:
    scaling = _at(_find(resources, "Service"), "template", "scaling") or {}
    return _span(scaling.get("minInstanceCount", 0), scaling.get("maxInstanceCount"), "instance", "instances")


def _cluster(resources: Sequence[Kept]) -> str:
    pools = [each.inputs for each in resources if each.custom and each.type == "gcp:container/nodePool:NodePool"]
    nodes = []
    for pool in pools:
        limits = _at(pool, "autoscaling") or {}
        least = limits.get("totalMinNodeCount", limits.get("minNodeCount"))
        most = limits.get("totalMaxNodeCount", limits.get("maxNodeCount"))
        machine = str(_at(pool, "nodeConfig", "machineType") or "")
        nodes.append(" ".join(filter(None, (_span(least, most, "node", "nodes"), machine))))
    return _joined(_find(resources, "Cluster").get("location"), *nodes)


def _instance(resources: Sequence[Kept]) -> str:
    found = _find(resources, "DatabaseInstance")
    version = _VERSION.fullmatch(str(found.get("databaseVersion", "")))
    tier = _TIER.fullmatch(str(_at(found, "settings", "tier") or ""))
    standby = _at(found, "settings", "availabilityType") == "REGIONAL"
    return _joined(
        version and f"PostgreSQL {version[1]}", tier and f"{int(tier[1])} vCPU", "standby" if standby else ""
    )


def _cache(resources: Sequence[Kept]) -> str:
    found = _find(resources, "Instance")
    memory = found.get("memorySizeGb")
    return _joined(
        f"Redis, {int(memory)} GB" if memory else "", "standby" if found.get("tier") == "STANDARD_HA" else ""
    )


def _network(resources: Sequence[Kept]) -> str:
    return str(_find(resources, "Subnetwork").get("ipCidrRange") or "")


def _gateway(resources: Sequence[Kept]) -> str:
    return str(_at(_find(resources, "Certificate"), "managed", "domains", 0) or "")


def _zone(resources: Sequence[Kept]) -> str:
    return str(_find(resources, "ManagedZone").get("dnsName") or "").rstrip(".")


def _counted(kind: str, one: str, many: str) -> Callable[[Sequence[Kept]], str]:
    """How many resources of a kind there are."""

    def counted(resources: Sequence[Kept]) -> str:
        count = sum(each.custom and each.type.rpartition(":")[2] == kind for each in resources)
        return _span(count, count, one, many) if count else ""

    return counted


_RULES: Mapping[str, Callable[[Sequence[Kept]], str]] = {
    f"slipway:index:{name}": rule
    for name, rule in {
        "Alerting": _counted("AlertPolicy", "alert", "alerts"),
        "Cache": _cache,
        "CloudRun": _cloud_run,
        "Cluster": _cluster,
        "DatabaseInstance": _instance,
        "DnsZone": _zone,
        "Gateways": _gateway,
        "Keys": _counted("CryptoKey", "key", "keys"),
        "Network": _network,
        "Workload": _workload,
    }.items()
}
