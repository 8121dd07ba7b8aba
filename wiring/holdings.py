"""Buckets, caches, secrets and Temporal: made by an environment, lent to its previews."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output

from components.borrowed_bucket import BorrowedBucket, BorrowedBucketArgs
from components.borrowed_secret import BorrowedSecret, BorrowedSecretArgs
from components.bucket import Bucket, BucketArgs
from components.cache import Cache, CacheAddress, CacheArgs
from components.managed_secret import ManagedSecret, ManagedSecretArgs
from components.secret_files import FOLDER
from model import names
from model.catalogue import Catalogue
from model.deployment import Deployment
from model.environment import Environment
from model.errors import ConfigError
from model.preview import Preview
from model.stacks import NAMESPACE, SECRETS


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """What pods are given beside topics and databases: the names of buckets, the versions of secrets, Temporal's server.
    An environment has its own, a preview those of its base."""

    buckets: Mapping[str, Output[str]]
    secrets: Mapping[str, Output[str]]
    temporal: Mapping[str, Input[str]]
    caches: Mapping[str, CacheAddress]


def holdings(
    stack: Environment,
    catalogue: Catalogue,
    members: Mapping[str, Output[str]],
    keys: Mapping[str, Output[str]],
    network: Output[str],
) -> Holdings:
    """Caches, buckets and secrets, with grants to exactly the pods whose services name them. Exported, for previews to borrow."""
    pods = catalogue.deployments(stack.collapse)
    buckets = {
        name: Bucket(
            name,
            BucketArgs(
                bucket=names.bucket(stack.project, name),
                location=stack.region,
                readers={key: members[key] for key, pod in pods.items() if name in pod.reads},
                writers={key: members[key] for key, pod in pods.items() if name in pod.writes},
                previews_prefix=names.PREVIEWS_PREFIX,
                protect=stack.deletion_protection,
                labels=names.labels(bucket.purpose),
                key=keys.get("storage"),
                **bucket.sizes(),
            ),
        )
        for name, bucket in catalogue.buckets.items()
    }
    caches = {
        name: Cache(
            name,
            CacheArgs(
                region=stack.region,
                network=network,
                labels=names.labels(cache.purpose),
                lasting=cache.lasting,
                protect=stack.deletion_protection,
                key=keys.get("caches"),
                **stack.cache(name).model_dump(),
            ),
        )
        for name, cache in catalogue.caches.items()
    }
    values = pulumi.Config(NAMESPACE).get_secret_object(SECRETS) or Output.from_input({})
    secrets = {
        name: ManagedSecret(
            name,
            ManagedSecretArgs(
                secret=name,
                location=stack.region,
                value=values[name],
                accessors={key: members[key] for key, pod in pods.items() if name in pod.secrets},
                purpose=secret.purpose,
                key=keys.get("secrets"),
            ),
        )
        for name, secret in catalogue.secrets.items()
    }
    held = Holdings(
        buckets={name: bucket.name for name, bucket in buckets.items()},
        secrets={name: secret.version for name, secret in secrets.items()},
        temporal=stack.temporal.model_dump() if stack.temporal else {},
        caches={name: cache.address for name, cache in caches.items()},
    )
    # Apart, or all that a preview learns of a cache would be a secret.
    pulumi.export("caches", {name: {"host": cache.host, "ca": cache.ca} for name, cache in held.caches.items()})
    pulumi.export("cache_passwords", {name: cache.auth for name, cache in held.caches.items()})
    pulumi.export("buckets", held.buckets)
    pulumi.export("secrets", {name: secret.id for name, secret in secrets.items()})
    pulumi.export("temporal", held.temporal)
    return held


def borrowed(
    stack: Preview, catalogue: Catalogue, members: Mapping[str, Output[str]], base: pulumi.StackReference
) -> Holdings:
    """What the base has of these, as far as the preview's pods need it, and of buckets only a part of their own."""
    pods = catalogue.deployments(stack.collapse)

    def lent(kind: str, name: str) -> Output[str]:
        def found(known: Mapping[str, str]) -> str:
            try:
                return stack.lent(kind, name, known)
            except ConfigError as error:
                # It is known only once the update has begun, which has failed then.
                raise pulumi.RunError(str(error)) from None

        return base.require_output(kind).apply(found)

    buckets = {
        name: BorrowedBucket(
            name,
            BorrowedBucketArgs(
                bucket=lent("buckets", name),
                prefix=names.bucket_prefix(stack.prefix),
                readers={key: members[key] for key, pod in pods.items() if name in pod.reads},
                writers={key: members[key] for key, pod in pods.items() if name in pod.writes},
            ),
        )
        for name in catalogue.buckets
    }
    secrets = {
        name: BorrowedSecret(
            name,
            BorrowedSecretArgs(
                secret=lent("secrets", name),
                accessors={key: members[key] for key, pod in pods.items() if name in pod.secrets},
            ),
        )
        for name in catalogue.secrets
    }
    return Holdings(
        buckets={name: bucket.name for name, bucket in buckets.items()},
        secrets={name: secret.version for name, secret in secrets.items()},
        temporal={key: lent("temporal", key) for key in ("address", "namespace")} if catalogue.temporal else {},
        caches={
            name: CacheAddress.of(lent("caches", name), lent("cache_passwords", name)) for name in catalogue.caches
        },
    )


def held_env(stack: Environment | Preview, pod: Deployment, held: Holdings) -> dict[str, Input[str]]:
    """Which buckets, secrets, cache and Temporal server a pod has, as environment variables."""
    env: dict[str, Input[str]] = {}
    for bucket in (*pod.reads, *pod.writes):
        env[names.variable("BUCKET", bucket)] = held.buckets[bucket]
        env[names.variable("BUCKET", f"{bucket}-prefix")] = names.bucket_prefix(stack.prefix)
    for secret in pod.secrets:
        env[names.secret_file(secret)] = f"{FOLDER}/{secret}"
    if pod.cache:
        env |= {**held.caches[pod.cache].env, "REDIS_PREFIX": names.cache_prefix(stack.prefix)}
    if pod.temporal:
        env |= {names.variable("TEMPORAL", key): value for key, value in held.temporal.items()}
        env["TEMPORAL_TASK_QUEUE"] = names.task_queue(pulumi.get_stack())
    return env
