"""Memorystore for Redis. No cache is ever spoken to."""

from __future__ import annotations

import re

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.compute import NETWORK_TEMPLATE, NETWORK_TYPE
from sandbox.clouds.gcp.encryption import require_key
from sandbox.clouds.gcp.links import path
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, Quota, ResourceType
from sandbox.clouds.gcp.rules import redis as rules
from sandbox.clouds.gcp.servicenetworking import CONNECTION, service_address
from sandbox.clouds.protocol import CloudError, Reason

_PRIVATE = "PRIVATE_SERVICE_ACCESS"


def _number(version: object) -> float:
    """`REDIS_7_2` is 7.2 and any other thing 0: the provider compares 6_X with nothing (isRedisVersionDecreasing)."""
    match = re.fullmatch(r"REDIS_(\d+)_(\d+)", str(version))
    return float(f"{match[1]}.{match[2]}") if match else 0.0


def _check(inputs: Properties) -> list[tuple[str, str]]:
    """read replicas need STANDARD_HA and 5 GB, and are 1 to 5; without them STANDARD_HA has 1 replica and BASIC none; a second
    zone needs STANDARD_HA and is another than the first
    """
    found = []
    tier, replicas = inputs.get("tier") or "BASIC", inputs.get("replicaCount")
    reads = inputs.get("readReplicasMode") == "READ_REPLICAS_ENABLED"
    memory = inputs.get("memorySizeGb")
    if reads and tier == "BASIC":
        found.append(("readReplicasMode", "needs tier STANDARD_HA"))
    elif reads and isinstance(memory, int) and memory < 5:
        found.append(("memorySizeGb", f"{memory}: read replicas need at least 5"))
    low, high = (0, 0) if tier == "BASIC" else (1, 5) if reads else (1, 1)
    if isinstance(replicas, int) and not low <= replicas <= high:
        found.append(
            ("replicaCount", f"{replicas}: from {low} to {high} with tier {tier} and readReplicasMode {reads}")
        )
    zone, other = inputs.get("locationId"), inputs.get("alternativeLocationId")
    if other and tier == "BASIC":
        found.append(("alternativeLocationId", "needs tier STANDARD_HA"))
    elif other and other == zone:
        found.append(("alternativeLocationId", "must be another zone than locationId"))
    return found


def _admit(draft: Draft) -> None:
    """the private network has no service connection; the key is missing, or closed to Memorystore's service agent"""
    network = draft.inputs.get("authorizedNetwork")
    if network and draft.inputs.get("connectMode") == _PRIVATE:
        full = path(str(network))
        if draft.tx.get("gcp", CONNECTION.token, f"{full}:servicenetworking.googleapis.com") is None:
            raise CloudError(
                Reason.INVALID,
                f"network '{full}' has no private services connection; make a servicenetworking.Connection and let the"
                " instance depend on it",
            )
    key = draft.inputs.get("customerManagedKey")
    if key:
        require_key(draft.tx, "customerManagedKey", str(key), "cloud-redis", draft.location)


def _replaces(outputs: Properties, news: Properties) -> list[str]:
    """`redisVersion` falls (isRedisVersionDecreasing)"""
    old, new = outputs.get("redisVersion"), news.get("redisVersion")
    return ["redisVersion"] if old and new and 0 < _number(new) < _number(old) else []


def _protected(outputs: Properties) -> str | None:
    """`deletionProtection` is true"""
    if outputs.get("deletionProtection") is True:
        return "deletionProtection is true; set it to false and update first"
    return None


def _address(draft: Draft, key: str) -> str:
    """One that it has kept, or of what its network has reserved for services; else of a range of its own."""
    if draft.before.get(key):
        return str(draft.before[key])
    network, unique = draft.inputs.get("authorizedNetwork"), f"{draft.unique} {key}"
    if network and draft.inputs.get("connectMode") == _PRIVATE:
        return service_address(draft, path(str(network)), unique)
    return values.private_address(unique, "10.201")


def _instance(draft: Draft) -> Properties:
    given = draft.inputs
    available = given.get("tier") == "STANDARD_HA"
    encrypted = given.get("transitEncryptionMode") == "SERVER_AUTHENTICATION"
    reads = draft.get("readReplicasMode", "READ_REPLICAS_DISABLED")
    replicas = draft.get("replicaCount", 0 if not available else 2 if reads == "READ_REPLICAS_ENABLED" else 1)
    zone = draft.get("locationId", f"{draft.location}-a")
    other = draft.get("alternativeLocationId", f"{draft.location}-b" if available else zone)
    port = 6378 if encrypted else 6379
    read = reads == "READ_REPLICAS_ENABLED"
    certificate = {
        "cert": values.certificate(draft.unique),
        "createTime": values.timestamp(draft.created),
        "expireTime": values.timestamp(draft.created + 10 * 365 * 86400),
        "serialNumber": "0",
        "sha1Fingerprint": values.hexadecimal(draft.unique, 40),
    }
    project = values.project_number(draft.project)
    return {
        "host": _address(draft, "host"),
        "port": port,
        "readEndpoint": _address(draft, "readEndpoint") if read else "",
        "readEndpointPort": port if read else 0,
        "authString": values.identifier(draft.unique) if given.get("authEnabled") else "",
        "createTime": values.timestamp(draft.created),
        "currentLocationId": zone,
        "locationId": zone,
        "alternativeLocationId": other,
        "authorizedNetwork": draft.get("authorizedNetwork", f"projects/{draft.project}/global/networks/default"),
        "redisVersion": draft.get("redisVersion", "REDIS_7_2"),
        "replicaCount": replicas,
        "readReplicasMode": reads,
        "maintenanceVersion": draft.get("maintenanceVersion", "20260901_00_00"),
        "maintenanceSchedules": [],
        "persistenceConfig": draft.get("persistenceConfig", {"persistenceMode": "DISABLED"}),
        "persistenceIamIdentity": f"serviceAccount:service-{project}@cloud-redis.iam.gserviceaccount.com",
        "reservedIpRange": draft.get("reservedIpRange", "10.201.0.0/29"),
        "effectiveReservedIpRange": draft.get("reservedIpRange", "10.201.0.0/29"),
        "serverCaCerts": [certificate] if encrypted else [],
        "nodes": [{"id": f"node-{number}", "zone": (zone, other)[number % 2]} for number in range(replicas + 1)],
    }


INSTANCE = ResourceType(
    token="gcp:redis/instance:Instance",
    table=rules.INSTANCE,
    identity="projects/{project}/locations/{region}/instances/{name}",
    autoname=AutoName(limit=40),
    location="region",
    labels="labels",
    parents=(Parent("authorizedNetwork", NETWORK_TYPE, NETWORK_TEMPLATE),),
    quota=Quota(
        100,
        "https://cloud.google.com/memorystore/docs/redis/quotas",
        "what is limited is the memory of a region, of which each project has its own; no stack comes near so many",
    ),
    computed=(
        "host",
        "port",
        "readEndpoint",
        "readEndpointPort",
        "authString",
        "createTime",
        "currentLocationId",
        "maintenanceSchedules",
        "persistenceIamIdentity",
        "effectiveReservedIpRange",
        "serverCaCerts",
        "nodes",
    ),
    outputs=_instance,
    check=_check,
    admit=_admit,
    replaces=_replaces,
    protected=_protected,
)
TYPES = (INSTANCE,)
