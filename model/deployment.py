"""What runs together as one pod."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from model import references
from model.gateway import Route
from model.gpu import Gpu, ScaleOn, Volume
from model.service import NONROOT, Probes
from model.smoke_test import SmokeTest


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
    kind: str = "gke"
    cache: str | None = None
    callers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Service -> the pods that may call it, itself among them where services that share it call each other."""
    calls: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """The other way round: pod -> the ports of it that this one may call."""
    routes: Mapping[str, tuple[Route, ...]] = field(default_factory=dict)
    """Service -> its ways in from outside the cluster, of those that have any."""
    variables: Mapping[str, str] = field(default_factory=dict)
    probes: Probes = field(default_factory=lambda: Probes.model_validate({}))
    metrics: tuple[int, str] | None = None
    """The port and path of its metrics: those of its first service that has any, since they are the process's."""
    outbound: tuple[int, ...] = ()
    user: int = NONROOT
    gpu: Gpu | None = None
    volumes: Mapping[str, Volume] = field(default_factory=dict)
    scale_on: ScaleOn | None = None
    ingress: str = ""
    """From where Cloud Run takes requests."""
    public: bool = False
    secrets: tuple[str, ...] = ()
    """The secrets that its services name, and that of Temporal where they speak with it."""
    reads: tuple[str, ...] = ()
    """The buckets that its services only read."""
    writes: tuple[str, ...] = ()
    temporal: bool = False
    database_proxy: bool = False
    prepare: tuple[str, ...] = ()
    smoke: Mapping[str, SmokeTest] = field(default_factory=dict)
    """Service -> its smoke test, of those that have one."""

    @property
    def named(self) -> frozenset[str]:
        """The variables that others of its variables are made of."""
        return frozenset(name for value in self.variables.values() for name in references.names(value))
