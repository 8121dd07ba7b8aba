"""The services of the catalogue."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from model import names
from model.gateway import Route
from model.gpu import Gpu, ScaleOn, Volume
from model.inert import Inert
from model.smoke_test import SmokeTest

NONROOT = 65532
"""The user `nonroot` of distroless images."""


def _volume_name(value: str) -> str:
    return names.label(value, "a volume", limit=30)


HttpPath = Annotated[str, Field(pattern=r"^/[A-Za-z0-9._~/-]*$", description="a path of the service, such as /health")]
Port = Annotated[int, Field(ge=1, le=65535, description="a TCP port")]
Variable = Annotated[
    str, Field(pattern=r"^[A-Z][A-Z0-9_]*$", description="capitals, digits and underscores, such as LOG_LEVEL")
]


class Probes(Inert):
    """Where a service says how it is. Both answer 200 where it is well."""

    live: HttpPath = Field("/health/live", description="fails where only a restart helps")
    ready: HttpPath = Field("/health/ready", description="fails while no requests should come")


class Service(Inert):
    """A long-running workload: on GKE, on Cloud Run, or a function that takes in webhooks."""

    kind: Literal["gke", "cloud-run", "function"] = Field(
        "gke",
        description="gke (a Deployment), cloud-run (instances that come and go with requests) or function (cloud-run that "
        "the internet calls and that publishes what it is told)",
    )
    image: str = Field(description="the name of an image from 'images'")
    args: tuple[str, ...] = Field((), description="a list of arguments for the image's entry point")
    port: int = Field(ge=1024, le=65535, description="a port from 1024 to 65535 (the pod does not run as root)")
    database: str | None = Field(None, description="the name of a database from 'databases'")
    cache: str | None = Field(None, description="the name of a cache from 'caches'")
    callers: tuple[str, ...] = Field((), description="a list of the services that may call it; no other can")
    routes: tuple[Route, ...] = Field((), description="a list of the ways to it from outside the cluster")
    variables: dict[Variable, str] = Field(
        default_factory=dict,
        description="a map variable -> value, the same in every environment and no secret; $(NAME) in a value stands for "
        "another variable of the pod",
    )
    secrets: tuple[str, ...] = Field((), description="a list of names from 'secrets', each of which it gets as a file")
    probes: Probes = Field(
        default_factory=lambda: Probes.model_validate({}), description="where it says how it is: live and ready"
    )
    # Metrics that nobody collects cost nothing; a service without any is the exception.
    metrics: HttpPath | Literal[False] = Field(
        "/metrics", description="where Prometheus reads its metrics; false where it has none"
    )
    outbound: tuple[Port, ...] = Field(
        (443,), description="a list of the TCP ports that it may reach on public addresses, Google's APIs among them"
    )
    user: int = Field(
        NONROOT, ge=1, le=2**31 - 1, description="the user number that it runs as, never root; 65532 is distroless'"
    )
    database_proxy: bool = Field(
        False,
        description="true for a program that cannot log in to its database by impersonation: in an environment it finds "
        "the Cloud SQL Auth Proxy on DATABASE_HOST, which logs in for it",
    )
    prepare: tuple[str, ...] = Field(
        (), description="a list of arguments with which its image runs before each start; it must be safe to repeat"
    )
    smoke: SmokeTest | None = Field(
        None, description="what tells that it works, after each rollout: image, args, timeoutSeconds"
    )
    gpu: Gpu | None = Field(None, description="graphics processors of a pod: type and count")
    volumes: dict[Annotated[str, AfterValidator(_volume_name)], Volume] = Field(
        default_factory=dict, description="a map of disks that each pod gets: path and gb"
    )
    scale_on: ScaleOn | None = Field(None, description="the queue that decides how many pods there are")
    ingress: Literal["internal", "load-balancer", "all"] | None = Field(
        None,
        description="from where Cloud Run takes requests: internal (the environment's network), load-balancer (that and "
        "Google's load balancers) or all; without it internal for cloud-run and all for a function",
    )
    public: bool | None = Field(
        None,
        description="true where anyone on the internet may call it without Google's credentials, so that it must check "
        "signatures itself; a function has to say",
    )

    @model_validator(mode="after")
    def _tested_by_another(self) -> Service:
        if self.smoke and self.smoke.image in (None, self.image) and not self.smoke.args:
            raise ValueError("its smoke test would be the service itself, which never ends|Give it args, or an image")
        return self

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Service:
        if self.kind == "gke":
            if self.public is not None or self.ingress is not None:
                raise ValueError("'public' and 'ingress' are for cloud-run and function|Give it a route instead")
            return self
        if self.gpu or self.volumes or self.scale_on or self.database or self.prepare:
            raise ValueError(
                "'database', 'gpu', 'volumes', 'scaleOn' and 'prepare' are for kind gke|Take them out, or make it gke"
            )
        if self.cache:
            raise ValueError("'cache' is for kind gke: its password is a Secret of the cluster|Make it gke")
        if self.kind == "function" and self.public is None:
            raise ValueError("a function must say whether anyone may call it|Write public: true or public: false")
        if self.kind == "function" and self.callers:
            raise ValueError("a function is called by the internet, not by services|Make it cloud-run, or drop callers")
        return self
