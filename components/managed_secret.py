"""A secret in Secret Manager, its value, and who may read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import secretmanager

from components.usable import usable

ACCESSOR = "roles/secretmanager.secretAccessor"
"""Reads values, and nothing else: https://cloud.google.com/secret-manager/docs/access-control"""


@dataclass(frozen=True, kw_only=True)
class ManagedSecretArgs:
    """`secret` is the physical name, `value` should be a Pulumi secret; `accessors` maps a name, which only tells the
    grants apart, to an IAM principal."""

    secret: Input[str]
    location: Input[str]
    value: Input[str]
    accessors: Mapping[str, Input[str]]
    purpose: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    key: Input[str] | None = None


class ManagedSecret(pulumi.ComponentResource):
    """A secret kept in one region, with one version. Another value is another version, which everything that names it
    then takes up; the former one is destroyed last."""

    id: Output[str]
    version: Output[str]
    """The version's name, `projects/N/secrets/S/versions/V`: known only once everybody who needs it may read it."""

    def __init__(self, name: str, args: ManagedSecretArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:ManagedSecret", name, None, opts)
        child = ResourceOptions(parent=self)

        replica = secretmanager.SecretReplicationUserManagedReplicaArgs(
            location=args.location,
            customer_managed_encryption=(
                secretmanager.SecretReplicationUserManagedReplicaCustomerManagedEncryptionArgs(kms_key_name=args.key)
                if args.key
                else None
            ),
        )
        secret = secretmanager.Secret(
            name,
            secret_id=args.secret,
            replication=secretmanager.SecretReplicationArgs(
                user_managed=secretmanager.SecretReplicationUserManagedArgs(replicas=[replica])
            ),
            labels=args.labels or None,
            annotations={"purpose": args.purpose} if args.purpose else None,
            opts=child,
        )
        version = secretmanager.SecretVersion(name, secret=secret.id, secret_data=args.value, opts=child)
        grants = accessors(name, secret.id, args.accessors, child)

        self.id = secret.id
        self.version = usable(version.name, grants)
        self.register_outputs({"id": self.id, "version": self.version})


def accessors(
    name: str, secret: Output[str], members: Mapping[str, Input[str]], opts: ResourceOptions
) -> list[secretmanager.SecretIamMember]:
    """The grants of those who may read a secret."""
    return [
        secretmanager.SecretIamMember(
            f"{name}-{key}-accessor", secret_id=secret, role=ACCESSOR, member=member, opts=opts
        )
        for key, member in members.items()
    ]
