"""A repository of Artifact Registry, and who reads and writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import artifactregistry

from components.usable import usable

DAY = 86400
"""Seconds."""


@dataclass(frozen=True, kw_only=True)
class RegistryArgs:
    """`readers` and `writers` map a name, which only tells the grants apart, to an IAM principal.

    `immutable_tags`: a tag never moves, and no version is ever deleted. `keep_days`: versions go by themselves after so
    many days, but for those of the packages `kept`. The two exclude each other. `protect` keeps Pulumi from deleting the repository. `key` is a KMS key that Artifact Registry may use; it is chosen once.
    """

    location: Input[str]
    repository_id: Input[str]
    key: Input[str] | None
    protect: bool = False
    immutable_tags: bool = False
    keep_days: int | None = None
    kept: Sequence[str] = ()
    readers: Mapping[str, Input[str]]
    writers: Mapping[str, Input[str]]


class Registry(pulumi.ComponentResource):
    """A Docker repository. Its images are scanned for vulnerabilities when they are pushed, and again as more is known."""

    uri: Output[str]
    """LOCATION-docker.pkg.dev/PROJECT/REPOSITORY, usable by the writers."""

    def __init__(self, name: str, args: RegistryArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Registry", name, None, opts)
        child = ResourceOptions(parent=self)

        # https://cloud.google.com/artifact-registry/docs/repositories/cleanup-policy-overview
        old = artifactregistry.RepositoryCleanupPolicyArgs(
            id="old",
            action="DELETE",
            condition=artifactregistry.RepositoryCleanupPolicyConditionArgs(
                tag_state="ANY", older_than=f"{(args.keep_days or 0) * DAY}s"
            ),
        )
        # What one policy keeps, no other deletes.
        kept = artifactregistry.RepositoryCleanupPolicyArgs(
            id="kept",
            action="KEEP",
            condition=artifactregistry.RepositoryCleanupPolicyConditionArgs(
                tag_state="ANY", package_name_prefixes=list(args.kept)
            ),
        )
        repository = artifactregistry.Repository(
            name,
            location=args.location,
            repository_id=args.repository_id,
            format="DOCKER",
            docker_config={"immutable_tags": args.immutable_tags},
            cleanup_policies=([old, *([kept] if args.kept else [])]) if args.keep_days else None,
            kms_key_name=args.key,
            # On wherever the project has Container Scanning enabled.
            vulnerability_scanning_config={"enablement_config": "INHERITED"},
            opts=ResourceOptions(parent=self, protect=args.protect),
        )

        def grant(role: str, key: str, member: Input[str]) -> artifactregistry.RepositoryIamMember:
            return artifactregistry.RepositoryIamMember(
                f"{name}-{key}-{role}",
                project=repository.project,
                location=repository.location,
                repository=repository.name,
                role=f"roles/artifactregistry.{role}",
                member=member,
                opts=child,
            )

        for key, member in args.readers.items():
            grant("reader", key, member)
        writers = [grant("writer", key, member) for key, member in args.writers.items()]

        self.uri = usable(repository.registry_uri, writers)
        self.register_outputs({"uri": self.uri})
