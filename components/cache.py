"""A Memorystore for Redis instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import redis

VERSION = "REDIS_7_2"
PORT = 6378
"""Of encrypted connections: https://cloud.google.com/memorystore/docs/redis/about-in-transit-encryption"""

DAY, HOUR = "SUNDAY", 10
"""When Google may restart it, in UTC: Sunday night on the west coast of America."""


@dataclass(frozen=True, kw_only=True)
class CacheAddress:
    """Where a cache is and what it takes to get in; `auth` is a secret, `ca` the certificates that prove it is the one."""

    host: Output[str]
    auth: Output[str]
    ca: Output[str]

    @classmethod
    def of(cls, known: Output[Any], auth: Output[str]) -> CacheAddress:
        """The same from what a stack has exported: a map of host and ca, and apart from it the secret."""
        return cls(host=known.apply(lambda each: each["host"]), ca=known.apply(lambda each: each["ca"]), auth=auth)

    @property
    def env(self) -> dict[str, Input[str]]:
        """What a pod has to know, beside the secret."""
        return {"REDIS_HOST": self.host, "REDIS_PORT": str(PORT), "REDIS_CA": self.ca}


@dataclass(frozen=True, kw_only=True)
class CacheArgs:
    """`lasting` says that what is in it cannot be made again. `network` is the id of a network with private services access.
    `key` is the id of the KMS key that encrypts what is written to disk; without one the key is Google's. `protect` refuses
    to delete it."""

    region: Input[str]
    network: Input[str]
    memory_gb: int
    highly_available: bool
    labels: Mapping[str, str]
    lasting: bool = False
    protect: bool
    key: Input[str] | None = None


class Cache(pulumi.ComponentResource):
    """A Redis with a private address only, encrypted connections and a password that Google makes."""

    address: CacheAddress

    def __init__(self, name: str, args: CacheArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Cache", name, None, opts)
        window = redis.InstanceMaintenancePolicyWeeklyMaintenanceWindowArgs(
            day=DAY,
            start_time=redis.InstanceMaintenancePolicyWeeklyMaintenanceWindowStartTimeArgs(hours=HOUR),
        )
        instance = redis.Instance(
            name,
            region=args.region,
            tier="STANDARD_HA" if args.highly_available else "BASIC",
            memory_size_gb=args.memory_gb,
            redis_version=VERSION,
            connect_mode="PRIVATE_SERVICE_ACCESS",
            authorized_network=args.network,
            auth_enabled=True,
            transit_encryption_mode="SERVER_AUTHENTICATION",
            customer_managed_key=args.key,
            # A full cache forgets what nobody has asked for in a while, instead of refusing to learn.
            redis_configs={"maxmemory-policy": "noeviction" if args.lasting else "allkeys-lru"},
            # Whoever restarts it, or loses its zone, loses the last hour and no more.
            persistence_config=redis.InstancePersistenceConfigArgs(
                persistence_mode="RDB", rdb_snapshot_period="ONE_HOUR"
            )
            if args.lasting
            else None,
            maintenance_policy=redis.InstanceMaintenancePolicyArgs(weekly_maintenance_windows=[window]),
            labels=dict(args.labels),
            deletion_protection=args.protect,
            opts=ResourceOptions(parent=self, protect=args.protect),
        )
        self.address = CacheAddress(
            host=instance.host,
            auth=instance.auth_string,
            ca=instance.server_ca_certs.apply(lambda found: "".join(each.cert or "" for each in found or ())),
        )
        self.register_outputs({"host": self.address.host})
