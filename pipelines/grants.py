"""What a step may do beyond its own container. An identity gets what the steps of its builds need, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Repository = Literal["releases", "cache", "previews"]


@dataclass(frozen=True, order=True)
class Reads:
    """Images of a repository."""

    repository: Repository


@dataclass(frozen=True, order=True)
class Writes:
    """Images of a repository, which it may read too."""

    repository: Repository


@dataclass(frozen=True, order=True)
class Signs:
    """Digests, for Binary Authorization."""


@dataclass(frozen=True, order=True)
class Opens:
    """A secret of the pipelines, by its name in Secret Manager."""

    secret: str


@dataclass(frozen=True, order=True)
class Deploys:
    """As the deployer of a stack: its state, its secrets, everything that it is made of."""

    stack: str


@dataclass(frozen=True, order=True)
class Watches:
    """As the viewer of a stack: what runs there, and whether it is well."""

    stack: str


@dataclass(frozen=True, order=True)
class Starts:
    """Builds of another trigger, which then run as that one's identity."""

    trigger: str


Grant = Reads | Writes | Signs | Opens | Deploys | Watches | Starts
