"""`Pulumi.<stack>.yaml`: what one stack is, how big, and which digests run in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from model import host_names, names
from model.alerting import Alerting
from model.cache import CacheSize
from model.cluster import ClusterSizes
from model.database import DatabaseSizes
from model.errors import ConfigError, Problem
from model.gateway import Delegation, GatewaySizes
from model.github_app import GitHubApp
from model.identifiers import DatabaseName, ImageName, SecretName, ServiceName, StepName
from model.inert import Inert
from model.managed_secret import Sealed
from model.network import NetworkSizes
from model.notices import Notices
from model.people import Debuggers, People
from model.platform_repository import PlatformRepository
from model.preview import Data, Life, Moment, PullRequest, Quota, load_seed
from model.promotion import Promotion
from model.repositories import Repositories
from model.repository_rules import RepositoryRules
from model.security import Security
from model.size import Size
from model.step_image import StepImage
from model.temporal import TemporalServer

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
RELEASE = re.compile(r"([0-9]{4})\.([0-9]{2})\.([0-9]{2})\.[0-9]{4}")


def _digest(value: str) -> str:
    if not DIGEST.fullmatch(value):
        raise ValueError(f"'{value}' is not a digest|Write sha256: and 64 hexadecimal digits; a tag can move")
    return value


def release_id(value: str) -> str:
    """The id as it stands. Raises ValueError where it is no YYYY.MM.DD.NNNN of a real day."""
    try:
        match = RELEASE.fullmatch(value)
        if match and date(int(match[1]), int(match[2]), int(match[3])):
            return value
    except ValueError:
        pass
    raise ValueError(f"'{value}' is not a release|Write YYYY.MM.DD.NNNN")


Digest = Annotated[str, AfterValidator(_digest)]
ReleaseId = Annotated[str, AfterValidator(release_id)]
ProjectId = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$", description="a Google Cloud project id, such as acme-dev")
]
ProjectNumber = Annotated[
    str, Field(pattern=r"^[0-9]{4,16}$", description="the project's number, as `gcloud projects describe` prints it")
]
Region = Annotated[str, Field(pattern=r"^[a-z]+-[a-z]+[0-9]+$", description="a region, such as us-west1")]
Registry = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9-]+-docker\.pkg\.dev/[a-z0-9-]+/[a-z0-9-]+$",
        description="the repository that images are pulled from: LOCATION-docker.pkg.dev/PROJECT/REPOSITORY",
    ),
]


CONNECTED = r"^projects/[^/]+/locations/[^/]+/connections/[^/]+/repositories/[^/]+$"
"""A repository that a person has connected to Cloud Build (2nd generation)."""

PipelineSecret = Literal["github-app", "slack", "webhook"]


def _whole(shares: dict[str, int]) -> dict[str, int]:
    if sum(shares.values()) != 100:
        raise ValueError(f"its shares make {sum(shares.values())} percent|Make them 100")
    return shares


Traffic = Annotated[dict[str, Annotated[int, Field(ge=1, le=100)]], AfterValidator(_whole)]


class Stack(Inert):
    """What every stack states."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    project: ProjectId
    region: Region
    billing: dict[str, str] = Field(
        default_factory=dict,
        description="what everything of the stack is labelled with that can be, so that the bill tells: a map with owner and "
        "cost-center",
    )
    adopt: dict[str, str] = Field(
        default_factory=dict,
        description="what exists already and is to be imported: a map logical name (or TYPE::NAME) -> id in the cloud",
    )


class Shared(Stack):
    """What belongs to no environment: the registry and the build triggers."""

    kind: Literal["shared"]
    repositories: Repositories = Field(description="the repositories of images: releases, cache, previews")
    readers: dict[str, ProjectNumber] = Field(
        default_factory=dict, description="a map environment -> number of the project whose nodes may pull images"
    )
    preview_readers: tuple[str, ...] = Field((), description="those of 'readers' that previews run in")
    signed: tuple[str, ...] = Field((), description="those of 'readers' whose clusters run signed images only")
    customer_keys: bool = Field(
        description="true to encrypt the repositories with a key of this project's own; it is chosen once, since a "
        "repository cannot change its key"
    )
    deletion_protection: bool = Field(description="true to refuse the deletion of releases and of the key that signs")
    source_repository: str = Field(
        pattern=CONNECTED,
        description="the application repository as Cloud Build knows it: "
        "projects/P/locations/L/connections/C/repositories/R",
    )
    application_repository: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$",
        description="the same repository as GitHub knows it: owner and name; its commits' checks are asked for there",
    )
    steps: dict[StepName, StepImage] = Field(
        description="a map of the images that steps of builds run in, each by digest: docker, emulator, sbom, slipway, gcloud, "
        "and what the catalogue's checks and scanners name"
    )
    platform_repository: PlatformRepository | None = Field(
        None,
        description="the repository of this program and its config on GitHub: name, id, ownerId; its pipeline may then "
        "deploy",
    )
    platform_source: str | None = Field(
        None,
        pattern=CONNECTED,
        description="the platform repository as Cloud Build knows it, written like sourceRepository; what moves releases and "
        "applies changes needs it",
    )
    github_app: GitHubApp | None = Field(
        None,
        alias="githubApp",
        description="the GitHub App that commits to the platform repository: id and installation",
    )
    manage_github: bool = Field(
        False,
        alias="manageGithub",
        description="true to make GitHub report pull requests by a webhook of this stack; needs a token of an administrator "
        "(GITHUB_TOKEN) when it is brought up. False: a person enters the output github_webhook",
    )
    repository_rules: RepositoryRules = Field(
        default_factory=lambda: RepositoryRules.model_validate({}),
        description="what GitHub asks before a branch changes or a job deploys: application, platform, environments; needs "
        "the same token",
    )
    secrets: dict[PipelineSecret, Sealed] = Field(
        default_factory=dict,
        description="a map of what the builds need: github-app (the app's private key), slack (the bot's token), webhook (a "
        "random text that is in the address to which GitHub reports pull requests), each written by 'pulumi config set "
        "--secret --path slipway:secrets.NAME'",
    )
    project_number: ProjectNumber | None = Field(
        None, description="the project's number; needed by bootstrap where the project is no environment's"
    )
    domain: Annotated[str, AfterValidator(host_names.domain)] | None = Field(
        None, description="the domain that the environments' are below, where its zone is this team's to keep"
    )
    delegations: dict[Annotated[str, AfterValidator(host_names.host)], Delegation] = Field(
        default_factory=dict, description="a map label of 'domain' -> the zone of an environment: nameServers and ds"
    )

    @model_validator(mode="after")
    def _known(self) -> Shared:
        for key, chosen in (("previewReaders", self.preview_readers), ("signed", self.signed)):
            for name in chosen:
                if name not in self.readers:
                    raise ValueError(
                        f"{key} names '{name}', which readers does not|Add it there with its project's number"
                    )
        needed = {"platformRepository": self.platform_repository, "platformSource": self.platform_source}
        if self.github_app and (missing := [key for key, value in needed.items() if not value]):
            raise ValueError(
                f"githubApp needs {missing[0]}|Add it, or take githubApp out: nothing is moved by builds then"
            )
        if self.manage_github and not self.application_repository:
            raise ValueError("manageGithub needs applicationRepository|Add it: owner and name on GitHub")
        platform = self.platform_repository.name if self.platform_repository else None
        if misfit := self.repository_rules.misfit(self.application_repository, platform, self.readers):
            raise ValueError(misfit)
        if self.github_app and "github-app" not in self.secrets:
            raise ValueError(
                "secrets.github-app is missing, and githubApp needs it|Set it with 'pulumi config set --secret --path "
                "slipway:secrets.github-app', the app's private key"
            )
        return self


class Workloads(Stack):
    """What a stack that runs the catalogue states, environment and preview alike."""

    project_number: ProjectNumber
    registry: Registry
    collapse: dict[ServiceName, tuple[str, ...]] = Field(
        default_factory=dict, description="a map pod -> list of the services that run in it"
    )
    sizes: dict[str, Size] = Field(description="a map Deployment -> size, with 'default' for all others")
    autoscaling: bool = Field(description="true to scale Deployments between replicas and maxReplicas")
    disruption_budgets: bool = Field(description="true to keep pods of Deployments of two and more through drains")
    smoke_tests: bool = Field(
        True,
        description="true to run the services' smoke tests after each rollout, in previews too (a Job of 50m cores for each "
        "service, for a moment); false where a rollout is done once its probes are content",
    )
    traffic: dict[ServiceName, Traffic] = Field(
        default_factory=dict,
        description="a map Cloud Run service -> map revision -> percent of its requests, 'latest' for the newest; "
        "without it the newest gets all",
    )
    images: dict[ImageName, Digest] = Field(
        default_factory=dict, description="a map image -> sha256 digest, written by deploy, promote and rollback"
    )
    release: ReleaseId | None = Field(None, description="the release that the digests are from, YYYY.MM.DD.NNNN")
    migrated: ReleaseId | None = Field(None, description="the release whose migrations the database has")

    def size(self, deployment: str) -> Size:
        """The size of a Deployment."""
        return self.sizes.get(deployment, self.sizes["default"])

    @property
    def pinned(self) -> frozenset[str]:
        """The images that have a pin."""
        return frozenset(self.images)

    def digest(self, image: str) -> str:
        """The digest that is pinned."""
        return self.images[image]

    def released(self, image: str) -> str:
        """The image of a release that is pinned, by digest."""
        return f"{self.registry}/{image}@{self.images[image]}"

    def reference(self, image: str) -> str:
        """The image that is pinned, by digest."""
        return self.released(image)


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


class Preview(Workloads):
    """A pull request's own copy of the services, in the cluster and database instance of its base environment."""

    kind: Literal["preview"]
    base: str = Field(description="the stack whose cluster and database instance are borrowed, such as dev")
    pull_request: PullRequest = Field(description="the pull request: number, branch, commit and fork")
    previews: Registry = Field(
        description="the repository of previews' images, as the shared stack's output 'previews' names it"
    )
    built: dict[ImageName, Digest] = Field(
        default_factory=dict,
        description="a map image -> sha256 digest of those that the pull request changed, which are in 'previews'; "
        "written by pr open",
    )
    life: Life = Field(
        default_factory=lambda: Life.model_validate({}),
        description="how long it lives from the last activity: sleepHours, warnHours, expireHours",
    )
    opened: Moment | None = Field(None, description="when it was opened; written by the first pr open")
    activity: Moment | None = Field(
        None,
        description="when somebody last needed it, such as 2026-01-31T12:00:00Z; written by pr open, extend and wake",
    )
    asleep: bool = Field(False, description="true for no pods; written by pr sleep and wake")
    quota: Quota | None = Field(None, description="the most that all its pods may ask for: cpu, memory and pods")
    data: dict[DatabaseName, Data] = Field(
        default_factory=dict,
        description="a map database -> what it begins with: template, seed or hook; those left out begin empty, and migrated",
    )
    most_previews: int = Field(20, ge=1, le=1000, description="how many previews of one base may be open at once")
    people: Debuggers = Field(
        default_factory=lambda: Debuggers.model_validate({}), description="who may debug this preview: debug"
    )

    @property
    def namespace(self) -> str:
        """The preview's own namespace in the base's cluster."""
        request = self.pull_request
        return names.preview_namespace(request.number, request.branch, fork=request.fork)

    deletion_protection: ClassVar[bool] = False
    """Nothing in a preview is precious."""

    @property
    def labels(self) -> dict[str, str]:
        """What everything of it bears that can bear labels."""
        return {names.PREVIEW_LABEL: self.prefix}

    @property
    def trusted(self) -> bool:
        """Whether its code may have what the base's has: secrets, caches, Temporal."""
        return not self.pull_request.fork

    def seeds(self, folder: Path) -> dict[str, str]:
        """Database -> the SQL that it begins with, of those that begin with any. Raises ConfigError where a file is not good."""
        return {
            name: load_seed(folder, data.seed, self.prefix, f"slipway:data.{name}.seed")
            for name, data in self.data.items()
            if data.seed
        }

    @property
    def templates(self) -> dict[str, str]:
        """Database -> what it begins as a copy of. A stranger gets no data of the base."""
        return {name: data.template for name, data in self.data.items() if data.template and self.trusted}

    @property
    def sleeps(self) -> datetime | None:
        """When it goes to sleep unless somebody needs it until then; None for never."""
        return self.activity + self.life.sleeps_after if self.activity and self.life.sleeps_after else None

    @property
    def warns(self) -> datetime | None:
        """When its pull request is told that it will be closed."""
        return self.activity + self.life.warns_after if self.activity else None

    @property
    def expires(self) -> datetime | None:
        """When it is closed unless somebody needs it until then; None where nothing says when it was needed."""
        return self.activity + self.life.expires_after if self.activity else None

    def reference(self, image: str) -> str:
        """The image that is pinned, by digest: the pull request's own where it has one."""
        if image in self.built:
            return f"{self.previews}/{image}@{self.built[image]}"
        return super().reference(image)

    @property
    def pinned(self) -> frozenset[str]:
        """The images that have a pin, here or in the base."""
        return frozenset({**self.images, **self.built})

    def digest(self, image: str) -> str:
        """The digest that is pinned."""
        return self.built.get(image) or super().digest(image)

    def label(self, host: str, hosts: tuple[str, ...]) -> str:
        """The label of a route's host before the base's domain, of all the catalogue's hosts."""
        request = self.pull_request
        return host_names.preview_label(request.number, request.branch, host, hosts, fork=request.fork)

    def lent(self, kind: str, name: str, known: Mapping[str, str]) -> str:
        """One of the base's exports. Raises ConfigError where the base has not been brought up with it yet."""
        if name in known:
            return known[name]
        problem, remedy = f"{self.base} has no '{name}' among its {kind} yet", f"Run 'slipway up {self.base}' first."
        raise ConfigError(Problem(f"Pulumi.{self.prefix}.yaml", "slipway:base", problem, remedy))

    @property
    def prefix(self) -> str:
        """What stands before the names of its topics and databases, which share the base's project."""
        return names.preview_stack(self.pull_request.number)


AnyStack = Shared | Environment | Preview
