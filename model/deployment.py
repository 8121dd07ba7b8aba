"""What runs together as one pod."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Deployment:
    """What one pod runs: a service, or several that an environment collapses into one."""

    name: str
    image: str
    args: tuple[str, ...]
    ports: Mapping[str, int]
    """Service -> the port on which it answers in this pod."""
    database: str | None
    publishes: tuple[str, ...]
    """The topics that its services publish to."""
    subscribes: Mapping[str, str]
    """Topic -> the service whose subscription it pulls from."""
    secrets: tuple[str, ...] = ()
    """The secrets that its services name, and that of Temporal where they speak with it."""
    reads: tuple[str, ...] = ()
    """The buckets that its services only read."""
    writes: tuple[str, ...] = ()
    temporal: bool = False
