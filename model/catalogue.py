"""`services.yaml`: what the team runs, the same in every environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from model import names
from model.errors import ConfigError, Problem, closest, refused, split
from model.source import read_mapping

FILE = "services.yaml"


class Inert(BaseModel):
    """Frozen, strict about keys, camelCase in YAML."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )


PREVIEW_PREFIX = names.preview_stack(99999)
"""The longest that stands before a name, so that a preview never fails for what its environment accepts."""


RESERVED = {
    names.MIGRATE: "the identity of the Job that migrates",
    "default": "the service account that every namespace has, and the size of whatever has none of its own",
}
"""What neither a service nor a collapsed pod can be called."""


def _service_name(value: str) -> str:
    if value in RESERVED:
        raise ValueError(f"'{value}' is {RESERVED[value]}|Write another name")
    return names.label(value, "a Deployment and its Service")


def _image_name(value: str) -> str:
    return names.label(value, "an image")


def _topic_name(value: str) -> str:
    for prefix in ("", PREVIEW_PREFIX):
        names.dead_letter_topic(names.topic(prefix, value))
    return value


def _database_name(value: str) -> str:
    for prefix in ("", PREVIEW_PREFIX):
        names.database(prefix, value)
    return value


ServiceName = Annotated[str, AfterValidator(_service_name)]
ImageName = Annotated[str, AfterValidator(_image_name)]
TopicName = Annotated[str, AfterValidator(_topic_name)]
DatabaseName = Annotated[str, AfterValidator(_database_name)]


class Image(Inert):
    """A container image, built once and run by one service or by several."""

    dockerfile: str = Field(
        "",
        description="the path of the Dockerfile; left out, it is <image>/k8s/Dockerfile of the application repository",
    )
    context: str = Field(".", description="the folder that the build sees")
    platforms: tuple[str, ...] = Field(
        ("linux/amd64", "linux/arm64"), min_length=1, description="a list of platforms, such as linux/amd64"
    )

    def dockerfile_of(self, name: str) -> str:
        """The Dockerfile of the image, by default where the application repository keeps it."""
        return self.dockerfile or f"{name}/k8s/Dockerfile"


class Service(Inert):
    """A long-running workload on GKE."""

    image: str = Field(description="the name of an image from 'images'")
    args: tuple[str, ...] = Field((), description="a list of arguments for the image's entry point")
    port: int = Field(ge=1024, le=65535, description="a port from 1024 to 65535 (the pod does not run as root)")
    database: str | None = Field(None, description="the name of a database from 'databases'")


class Topic(Inert):
    """A Pub/Sub topic, who may publish to it and who gets a subscription."""

    publishers: tuple[str, ...] = Field(description="a list of services")
    subscribers: tuple[str, ...] = Field(min_length=1, description="a list of services")
    purpose: str = Field("", description="a sentence")
    ack_deadline_seconds: int = Field(
        60,
        ge=10,
        le=600,
        description="seconds from 10 to 600 (the API's limits) in which a message must be acknowledged",
    )


class Database(Inert):
    """A PostgreSQL database in the environment's instance."""

    owner: str = Field(description="the service whose migrations make its tables")


class Migrations(Inert):
    """How a database's migrations run: as a Job, once for each release."""

    database: str = Field(description="the name of a database from 'databases'")
    image: str = Field(description="the name of an image from 'images'")
    args: tuple[str, ...] = Field((), description="a list of arguments for the image's entry point")


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


class Catalogue(Inert):
    """The whole of `services.yaml`, with every reference in it resolved."""

    images: dict[ImageName, Image] = Field(min_length=1, description="a map of images")
    services: dict[ServiceName, Service] = Field(min_length=1, description="a map of services")
    topics: dict[TopicName, Topic] = Field(default_factory=dict, description="a map of topics")
    databases: dict[DatabaseName, Database] = Field(default_factory=dict, description="a map of databases")
    migrations: Migrations | None = Field(None, description="how migrations run")

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
        return {name: self._deployment(name, members) for name, members in grouped.items()}

    def _deployment(self, name: str, members: list[str]) -> Deployment:
        services = [self.services[member] for member in members]
        return Deployment(
            name=name,
            image=services[0].image,
            args=tuple(argument for service in services for argument in service.args),
            ports={member: self.services[member].port for member in members},
            database=next((service.database for service in services if service.database), None),
            publishes=tuple(name for name, topic in self.topics.items() if set(topic.publishers) & set(members)),
            subscribes={
                name: subscriber
                for name, topic in self.topics.items()
                for subscriber in topic.subscribers
                if subscriber in members
            },
        )


def load_catalogue(config_dir: Path) -> Catalogue:
    """Reads and checks `services.yaml`."""
    data = read_mapping(config_dir / FILE)
    try:
        catalogue = Catalogue.model_validate(data)
    except ValidationError as error:
        raise refused(FILE, Catalogue, error) from None
    problems = [*_dangling(catalogue), *_clashes(catalogue)]
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
    for name, topic in catalogue.topics.items():
        references += [(f"topics.{name}.publishers", "service", service) for service in topic.publishers]
        references += [(f"topics.{name}.subscribers", "service", service) for service in topic.subscribers]
    references += [
        (f"databases.{name}.owner", "service", database.owner) for name, database in catalogue.databases.items()
    ]
    if catalogue.migrations:
        references.append(("migrations.database", "database", catalogue.migrations.database))
        references.append(("migrations.image", "image", catalogue.migrations.image))
    known: dict[str, list[str]] = {
        "image": list(catalogue.images),
        "service": list(catalogue.services),
        "database": list(catalogue.databases),
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
    return problems + _equal_names(catalogue)


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
    for name in catalogue.databases:
        claim("database", names.database("", name), f"databases.{name}")
    return problems
