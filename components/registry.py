"""The Artifact Registry repository that every environment pulls from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import artifactregistry

from components.usable import usable


@dataclass(frozen=True, kw_only=True)
class RegistryArgs:
    """`readers` and `writers` map a name, which only tells the grants apart, to an IAM principal."""

    location: Input[str]
    repository_id: Input[str]
    readers: Mapping[str, Input[str]]
    writers: Mapping[str, Input[str]]


class Registry(pulumi.ComponentResource):
    """A Docker repository whose tags never move and whose images are never deleted: a pinned digest must not vanish."""

    uri: Output[str]
    """LOCATION-docker.pkg.dev/PROJECT/REPOSITORY, usable by the writers."""

    def __init__(self, name: str, args: RegistryArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Registry", name, None, opts)
        child = ResourceOptions(parent=self)

        repository = artifactregistry.Repository(
            name,
            location=args.location,
            repository_id=args.repository_id,
            format="DOCKER",
            docker_config={"immutable_tags": True},
            opts=child,
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
