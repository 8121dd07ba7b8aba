"""`services.yaml`: what the team runs, the same in every environment."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from model import names, route_rules, service_rules
from model.bucket import Bucket
from model.cache import Cache
from model.check import BUILD, Check, Scanner
from model.data import Database, DatabaseTools, Migrations
from model.deployment import Deployment
from model.errors import ConfigError, Problem, closest, refused, split
from model.gateway import Gateway
from model.identifiers import (
    PREVIEW_PREFIX,
    BucketName,
    CacheName,
    CheckName,
    DatabaseName,
    ImageName,
    SecretName,
    ServiceName,
    StepName,
    TopicName,
)
from model.image import BaseImage, Image
from model.inert import Inert
from model.managed_secret import ManagedSecret
from model.messaging import Topic
from model.service import Service
from model.source import mapping, read
from model.temporal import TemporalClients

FILE = "services.yaml"


class Catalogue(Inert):
    """The whole of `services.yaml`, with every reference in it resolved."""

    images: dict[ImageName, Image] = Field(min_length=1, description="a map of images")
    base_image: BaseImage | None = Field(None, description="what images are built on, refreshed every week")
    flavor: str = Field(
        "production",
        pattern=r"^[a-z0-9-]+$",
        description="the build argument 'flavor' of every image: one word, since one digest serves every environment",
    )
    services: dict[ServiceName, Service] = Field(min_length=1, description="a map of services")
    topics: dict[TopicName, Topic] = Field(default_factory=dict, description="a map of topics")
    databases: dict[DatabaseName, Database] = Field(default_factory=dict, description="a map of databases")
    caches: dict[CacheName, Cache] = Field(default_factory=dict, description="a map of caches")
    database_tools: DatabaseTools | None = Field(
        None, description="the images that databases are administered with: psql and proxy; needed with databases"
    )
    checks: dict[CheckName, Check] = Field(
        default_factory=dict, description="a map of what every pull request must pass, beside build and security"
    )
    scanners: dict[StepName, Scanner] = Field(default_factory=dict, description="a map of what looks for dangers")
    migrations: Migrations | None = Field(None, description="how migrations run")
    buckets: dict[BucketName, Bucket] = Field(default_factory=dict, description="a map of buckets")
    secrets: dict[SecretName, ManagedSecret] = Field(
        default_factory=dict, description="a map of secrets, without their values"
    )
    temporal: TemporalClients | None = Field(None, description="which services speak with Temporal")
    gateway: Gateway | None = Field(None, description="Kong, behind which the services' routes are")

    @model_validator(mode="before")
    @classmethod
    def _empty_entries(cls, data: Any) -> Any:
        """`api:` with nothing behind it means the defaults, as people write it."""
        if isinstance(data, dict) and isinstance(data.get("images"), dict):
            data = {**data, "images": {key: value or {} for key, value in data["images"].items()}}
        return data

    def deployments(self, collapse: Mapping[str, tuple[str, ...]]) -> dict[str, Deployment]:
        """The Deployments of an environment, in the catalogue's order. `collapse` maps a name to the services in its pod."""
        host = {member: group for group, members in collapse.items() for member in members}
        grouped: dict[str, list[str]] = {}
        for service in self.services:
            grouped.setdefault(host.get(service, service), []).append(service)
        return {name: self._deployment(name, members, host) for name, members in grouped.items()}

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of all routes, which a preview's may not be."""
        return tuple({route.host: True for service in self.services.values() for route in service.routes})

    def logins(self, collapse: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """Database -> the identities that log in to it: the Deployments that declare it, and what migrates it."""
        pods = self.deployments(collapse).values()
        migrated = self.migrations.database if self.migrations else None
        return {
            database: (
                *(pod.name for pod in pods if pod.database == database),
                *((names.MIGRATE,) if database == migrated else ()),
            )
            for database in self.databases
        }

    def _deployment(self, name: str, members: list[str], host: Mapping[str, str]) -> Deployment:
        services = [self.services[member] for member in members]
        written = self._buckets("writers", members)
        first = services[0]
        calls: dict[str, list[int]] = {}
        for called, service in self.services.items():
            if service.kind == "gke" and set(service.callers) & set(members):
                calls.setdefault(host.get(called, called), []).append(service.port)
        return Deployment(
            name=name,
            image=services[0].image,
            args=tuple(argument for service in services for argument in service.args),
            ports={member: self.services[member].port for member in members},
            database=next((service.database for service in services if service.database), None),
            cache=next((service.cache for service in services if service.cache), None),
            publishes=tuple(name for name, topic in self.topics.items() if set(topic.publishers) & set(members)),
            subscribes={
                name: subscriber
                for name, topic in self.topics.items()
                for subscriber in topic.subscribers
                if subscriber in members
            },
            secrets=self._secrets(members),
            reads=tuple(name for name in self._buckets("readers", members) if name not in written),
            writes=written,
            temporal=self._temporal(members),
            database_proxy=any(service.database_proxy for service in services),
            prepare=first.prepare,
            smoke={member: smoke for member in members if (smoke := self.services[member].smoke)},
            kind=first.kind,
            callers={
                member: tuple(dict.fromkeys(host.get(caller, caller) for caller in service.callers))
                for member, service in zip(members, services, strict=True)
            },
            calls={callee: tuple(ports) for callee, ports in calls.items()},
            routes={member: self.services[member].routes for member in members if self.services[member].routes},
            variables={key: value for service in services for key, value in service.variables.items()},
            probes=first.probes,
            metrics=next(((service.port, service.metrics) for service in services if service.metrics), None),
            outbound=tuple(sorted({port for service in services for port in service.outbound})),
            user=first.user,
            gpu=first.gpu,
            volumes=first.volumes,
            scale_on=first.scale_on,
            ingress=first.ingress or ("all" if first.kind == "function" else "internal"),
            public=bool(first.public),
        )

    def images_of(self, pod: Deployment) -> set[str]:
        """The images that a pod runs: its own, and what stands beside it."""
        tools = self.database_tools if pod.database_proxy else None
        return {pod.image, tools.proxy} if tools else {pod.image}

    def _buckets(self, role: Literal["readers", "writers"], members: list[str]) -> tuple[str, ...]:
        return tuple(name for name, bucket in self.buckets.items() if set(getattr(bucket, role)) & set(members))

    def _temporal(self, members: list[str]) -> bool:
        return self.temporal is not None and bool(set(self.temporal.services) & set(members))

    def _secrets(self, members: list[str]) -> tuple[str, ...]:
        named = {secret for member in members for secret in self.services[member].secrets}
        if self.temporal and self.temporal.secret and self._temporal(members):
            named.add(self.temporal.secret)
        return tuple(name for name in self.secrets if name in named)


def load_catalogue(config_dir: Path) -> Catalogue:
    """Reads and checks `services.yaml`."""
    return _loaded(read(config_dir / FILE))


@lru_cache(maxsize=4)
def _loaded(text: str) -> Catalogue:
    """Frozen once it is checked, and so checked once for the same text."""
    data = mapping(FILE, text)
    try:
        catalogue = Catalogue.model_validate(data)
    except ValidationError as error:
        raise refused(FILE, Catalogue, error) from None
    problems = [*_dangling(catalogue), *_clashes(catalogue), *service_rules.problems(catalogue)]
    problems += route_rules.problems(catalogue)
    if problems:
        raise ConfigError(*problems)
    return catalogue


def _dangling(catalogue: Catalogue) -> list[Problem]:
    """Every reference to something that the catalogue does not have."""
    references = [(f"services.{name}.image", "image", service.image) for name, service in catalogue.services.items()]
    references += [
        (f"services.{name}.database", "database", service.database)
        for name, service in catalogue.services.items()
        if service.database is not None
    ]
    for name, service in catalogue.services.items():
        references += [(f"services.{name}.callers", "service", caller) for caller in service.callers]
        if service.smoke and service.smoke.image is not None:
            references.append((f"services.{name}.smoke.image", "image", service.smoke.image))
    for name, topic in catalogue.topics.items():
        references += [(f"topics.{name}.publishers", "service", service) for service in topic.publishers]
        references += [(f"topics.{name}.subscribers", "service", service) for service in topic.subscribers]
    references += [
        (f"databases.{name}.owner", "service", database.owner) for name, database in catalogue.databases.items()
    ]
    references += [
        (f"services.{name}.secrets", "secret", secret)
        for name, service in catalogue.services.items()
        for secret in service.secrets
    ]
    for name, bucket in catalogue.buckets.items():
        references += [(f"buckets.{name}.writers", "service", service) for service in bucket.writers]
        references += [(f"buckets.{name}.readers", "service", service) for service in bucket.readers]
    if catalogue.temporal:
        references += [("temporal.services", "service", service) for service in catalogue.temporal.services]
        if catalogue.temporal.secret is not None:
            references.append(("temporal.secret", "secret", catalogue.temporal.secret))
    references += [
        (f"services.{name}.cache", "cache", service.cache)
        for name, service in catalogue.services.items()
        if service.cache is not None
    ]
    if catalogue.database_tools:
        references.append(("databaseTools.psql", "image", catalogue.database_tools.psql))
        references.append(("databaseTools.proxy", "image", catalogue.database_tools.proxy))
    if catalogue.migrations:
        references.append(("migrations.database", "database", catalogue.migrations.database))
        references.append(("migrations.image", "image", catalogue.migrations.image))
    for name, check in catalogue.checks.items():
        references += [(f"checks.{name}.after", "check", other) for other in check.after if other != BUILD]
    if catalogue.gateway:
        references.append(("gateway.proxy", "image", catalogue.gateway.proxy))
        references.append(("gateway.controller", "image", catalogue.gateway.controller))
    known: dict[str, list[str]] = {
        "image": list(catalogue.images),
        "service": list(catalogue.services),
        "database": list(catalogue.databases),
        "cache": list(catalogue.caches),
        "secret": list(catalogue.secrets),
        "check": [BUILD, *catalogue.checks],
    }
    return [
        Problem(FILE, key, f"there is no {kind} '{name}'", closest(name, known[kind]))
        for key, kind, name in references
        if name not in known[kind]
    ]


def _clashes(catalogue: Catalogue) -> list[Problem]:
    """Names that fit by themselves but not together with what is derived from them."""
    problems: list[Problem] = []
    for name, topic in catalogue.topics.items():
        for subscriber in topic.subscribers:
            try:
                names.subscription(names.topic(PREVIEW_PREFIX, name), subscriber)
            except ValueError as error:
                problems.append(Problem(FILE, f"topics.{name}.subscribers", *split(str(error))))
        for role, members in (("publishers", topic.publishers), ("subscribers", topic.subscribers)):
            twice = sorted({member for member in members if members.count(member) > 1})
            problems += [
                Problem(FILE, f"topics.{name}.{role}", f"'{member}' stands twice", "Write it once.") for member in twice
            ]
    # What is derived from a name that does not fit cannot be compared.
    return problems or _equal_names(catalogue)


def _equal_names(catalogue: Catalogue) -> list[Problem]:
    """Names that differ here and are the same in the cloud, since one is made of two."""
    made: dict[tuple[str, str], str] = {}
    problems: list[Problem] = []

    def claim(kind: str, name: str, key: str) -> None:
        owner = made.setdefault((kind, name), key)
        if owner != key:
            problems.append(Problem(FILE, key, f"its {kind} '{name}' is that of {owner} too", "Rename one of them."))

    for name, topic in catalogue.topics.items():
        key = f"topics.{name}"
        claim("topic", name, key)
        claim("topic", names.dead_letter_topic(name), key)
        for subscriber in topic.subscribers:
            claim("subscription", names.subscription(name, subscriber), key)
        claim("subscription", names.dead_letter_topic(name), key)
        for publisher in topic.publishers:
            claim("grant to publish", f"{name}-{publisher}", key)
    for name, bucket in catalogue.buckets.items():
        for role, members in (("reader", bucket.readers), ("writer", bucket.writers)):
            for member in members:
                claim(f"grant of a {role}", f"{name}-{member}", f"buckets.{name}")
    for name in catalogue.secrets:
        key = f"secrets.{name}"
        for service, given in catalogue.services.items():
            if name in given.secrets:
                claim("grant to read", f"{name}-{service}", key)
        claim("variable", names.secret_file(name), key)
    for name in catalogue.buckets:
        for part in (name, f"{name}-prefix"):
            claim("variable", names.variable("BUCKET", part), f"buckets.{name}")
    if catalogue.databases and not catalogue.database_tools:
        remedy = "Add psql and proxy, the names of images that mirror postgres and the Cloud SQL Auth Proxy."
        problems.append(Problem(FILE, "databaseTools", "this key is missing, and databases need it", remedy))
    for name in catalogue.databases:
        claim("database", names.database("", name), f"databases.{name}")
    return problems
