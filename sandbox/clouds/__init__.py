"""The emulated clouds. `open_providers` is the way in for an engine that runs in this process."""

from __future__ import annotations

from pathlib import Path

from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.clouds.faults import Faults
from sandbox.clouds.servicer import ProviderServicer
from sandbox.clouds.world import World


def preload() -> None:
    """Import the providers and read what they check against, so that processes forked from this one need not."""
    from sandbox.clouds.gcp import cloud as _gcp  # noqa: F401
    from sandbox.clouds.gcp import settings
    from sandbox.clouds.github import cloud as _github  # noqa: F401
    from sandbox.clouds.kubernetes import cloud as _kubernetes  # noqa: F401
    from sandbox.clouds.kubernetes import schema

    schema.preload()
    settings.check({})


def open_providers(world_path: Path) -> dict[str, provider_pb2_grpc.ResourceProviderServicer]:
    """The emulated providers by package, over the world in this file, which is made at first use."""
    from sandbox.clouds.gcp.cloud import GoogleCloud
    from sandbox.clouds.github.cloud import GitHubCloud
    from sandbox.clouds.kubernetes.cloud import KubernetesCloud

    world = World(world_path)
    faults = Faults(world)
    return {
        "gcp": ProviderServicer(GoogleCloud(world), faults),
        "github": ProviderServicer(GitHubCloud(world), faults),
        "kubernetes": ProviderServicer(KubernetesCloud(world), faults),
    }
