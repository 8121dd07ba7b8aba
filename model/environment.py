"""A long-lived environment: what is in its stack's file beside the workloads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from model import names
from model.alerting import Alerting
from model.cache import CacheSize
from model.cluster import ClusterSizes
from model.database import DatabaseSizes
from model.gateway import GatewaySizes
from model.identifiers import SecretName
from model.managed_secret import Sealed
from model.network import NetworkSizes
from model.notices import Notices
from model.people import People
from model.preview import Quota
from model.promotion import Promotion
from model.security import Security
from model.temporal import TemporalServer
from model.workloads import Workloads


def _namespace(value: str) -> str:
    if value == names.DATABASE_NAMESPACE:
        raise ValueError(f"'{value}' is where the databases are administered from|Write another name")
    return names.label(value, "a namespace")


class Environment(Workloads):
    """A long-lived environment with a network, cluster and database of its own."""

    kind: Literal["environment"]
    namespace: Annotated[str, AfterValidator(_namespace)] = Field(
        "services", description="the Kubernetes namespace of the services"
    )
    network: NetworkSizes = Field(description="the network: range and flowLogs")
    cluster: ClusterSizes = Field(description="location, releaseChannel and nodePools of the GKE cluster")
    database: DatabaseSizes | None = Field(
        None,
        description="tier, diskGb and switches of the Cloud SQL instance; needed with the catalogue's databases, and without it "
        "there is no instance",
    )
    caches: dict[str, CacheSize] = Field(
        default_factory=dict, description="a map cache -> size, with 'default' for all others"
    )
    people: People = Field(
        default_factory=lambda: People.model_validate({}),
        description="the Google groups of the team, and what they may do",
    )
    attestor: str | None = Field(
        None,
        pattern=r"^projects/[a-z0-9-]+/attestors/[a-zA-Z0-9_-]+$",
        description="who must have signed what runs here, as the shared stack's output 'attestor' names it; needed with "
        "security.binaryAuthorization",
    )
    alerting: Alerting = Field(description="who is told what goes wrong: mode none, conditional or full, and channels")
    notices: Notices = Field(
        default_factory=lambda: Notices.model_validate("none"),
        description="who is told of releases: none, or the channels of slack",
    )
    security: Security = Field(description="customerKeys and binaryAuthorization: protections that cost something")
    temporal: TemporalServer | None = Field(None, description="where its Temporal server is: address and namespace")
    gateway: GatewaySizes | None = Field(
        None,
        description="how it is reached: domain, armor, identityAware and size; needed with the catalogue's gateway",
    )
    secrets: dict[SecretName, Sealed] = Field(
        default_factory=dict,
        description="a map secret -> value, each written by 'pulumi config set --secret --path slipway:secrets.NAME'",
    )
    deletion_protection: bool = Field(description="true to refuse the deletion of cluster and database")
    promotion: Promotion = Field(
        default_factory=lambda: Promotion.model_validate({}),
        description="where releases come from, and what must hold: from, bakeMinutes, checks, approvals, freezes",
    )

    @model_validator(mode="after")
    def _signed(self) -> Environment:
        if self.security.binary_authorization and not self.attestor:
            raise ValueError("security.binaryAuthorization needs attestor|Write projects/PROJECT/attestors/slipway")
        return self

    def cache(self, name: str) -> CacheSize:
        """The size of a cache."""
        return self.caches.get(name) or self.caches["default"]

    asleep: ClassVar[bool] = False
    quota: ClassVar[Quota | None] = None
    labels: ClassVar[Mapping[str, str]] = {}
    prefix: ClassVar[str] = ""
    """An environment has its project for itself, so that its topics and databases need no prefix."""

    def label(self, host: str, hosts: tuple[str, ...]) -> str:
        """The label of a route's host before the domain, of all the catalogue's hosts; empty for the domain itself."""
        return host
