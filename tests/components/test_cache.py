"""What a cache registers, and what pods learn of it."""

from __future__ import annotations

from typing import Any

import pulumi

from components.cache import Cache, CacheAddress, CacheArgs
from tests.components.conftest import Build


def cache(available: bool, key: str | None = None) -> Cache:
    args = CacheArgs(
        region="us-west1",
        network="projects/p/global/networks/n",
        memory_gb=5,
        highly_available=available,
        labels={"purpose": "sessions"},
        protect=available,
        key=key,
    )
    return Cache("sessions", args)


def test_a_cache_is_private_encrypted_and_asks_for_a_password(build: Build) -> None:
    [instance] = build(lambda: cache(True, "projects/p/cryptoKeys/caches"))
    assert instance.inputs == {
        "region": "us-west1",
        "tier": "STANDARD_HA",
        "memorySizeGb": 5,
        "redisVersion": "REDIS_7_2",
        "connectMode": "PRIVATE_SERVICE_ACCESS",
        "authorizedNetwork": "projects/p/global/networks/n",
        "authEnabled": True,
        "transitEncryptionMode": "SERVER_AUTHENTICATION",
        "customerManagedKey": "projects/p/cryptoKeys/caches",
        "redisConfigs": {"maxmemory-policy": "allkeys-lru"},
        "maintenancePolicy": {"weeklyMaintenanceWindows": [{"day": "SUNDAY", "startTime": {"hours": 10}}]},
        "labels": {"purpose": "sessions"},
        "deletionProtection": True,
    }


def test_a_small_one_has_no_replica_and_no_key_of_its_own(build: Build) -> None:
    [instance] = build(lambda: cache(False))
    assert (instance.inputs["tier"], instance.inputs["deletionProtection"]) == ("BASIC", False)
    assert "customerManagedKey" not in instance.inputs


def test_what_cannot_be_made_again_is_saved_and_never_dropped(build: Build) -> None:
    args = CacheArgs(
        region="us-west1", network="n", memory_gb=1, highly_available=False, labels={}, lasting=True, protect=False
    )
    [instance] = build(lambda: Cache("outpost", args))
    assert instance.inputs["redisConfigs"] == {"maxmemory-policy": "noeviction"}
    assert instance.inputs["persistenceConfig"] == {"persistenceMode": "RDB", "rdbSnapshotPeriod": "ONE_HOUR"}


def test_a_borrowed_address_is_what_its_base_has_exported(build: Build) -> None:
    told: dict[str, Any] = {}

    def borrow() -> None:
        exported = pulumi.Output.from_input({"host": "10.1.2.3", "ca": "PEM"})
        pulumi.Output.all(**CacheAddress.of(exported, pulumi.Output.secret("hidden")).env).apply(told.update)

    build(borrow)
    assert told == {"REDIS_HOST": "10.1.2.3", "REDIS_PORT": "6378", "REDIS_CA": "PEM"}
