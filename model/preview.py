"""A preview: a pull request's own copy of the services, and what its stack file says that no environment's does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from model import host_names, names
from model.errors import ConfigError, Problem
from model.identifiers import DatabaseName, ImageName
from model.inert import Inert
from model.people import Debuggers
from model.release import Digest
from model.size import Cores, Memory
from model.stack import Registry
from model.workloads import Workloads

SHA = r"^[0-9a-f]{40}$"


def _moment(value: Any) -> datetime:
    """ISO 8601 with a zone. YAML reads a time without quotes as one already, and then as UTC's."""
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 2000 <= found.year <= 2999:
        raise ValueError(f"'{value}' is no time|Write it with its zone, such as 2026-01-31T12:00:00Z")
    return found


Moment = Annotated[datetime, BeforeValidator(_moment)]


class PullRequest(Inert):
    """The pull request that a preview shows."""

    number: int = Field(ge=1, le=99999, description="the number of the pull request")
    branch: str = Field(
        pattern=r"^[^\s~^:?*\[\\\x00-\x1f\x7f]+$",
        max_length=255,
        description="the branch of the pull request, as git names it (no spaces, none of ~ ^ : ? * [ and backslash)",
    )
    commit: str | None = Field(None, pattern=SHA, description="the commit that the images were built of, 40 characters")
    fork: bool = Field(
        False,
        description="true where a stranger wrote it: its pods get no secret, cache, Temporal or data of the base",
    )


class Life(Inert):
    """How long a preview lives from the last sign that somebody needs it: a push, or `slipway pr extend` or `wake`."""

    sleep_hours: int = Field(
        24, ge=0, le=8760, description="hours after which it sleeps: no pods, everything else stays; 0 for never"
    )
    warn_hours: int = Field(12, ge=0, le=8760, description="hours before its end at which its pull request is told")
    expire_hours: int = Field(72, ge=1, le=8760, description="hours after which it is closed")

    @model_validator(mode="after")
    def _ordered(self) -> Life:
        if self.sleep_hours >= self.expire_hours:
            raise ValueError(
                f"it would sleep after {self.sleep_hours} hours and be closed after {self.expire_hours}|"
                "Lower sleepHours, or write 0 for never"
            )
        if self.warn_hours >= self.expire_hours:
            raise ValueError(f"{self.warn_hours} hours before its end is before its beginning|Lower warnHours")
        return self

    @property
    def sleeps_after(self) -> timedelta | None:
        """None where it never sleeps."""
        return timedelta(hours=self.sleep_hours) if self.sleep_hours else None

    @property
    def expires_after(self) -> timedelta:
        """From the last activity to the end."""
        return timedelta(hours=self.expire_hours)

    @property
    def warns_after(self) -> timedelta:
        """From the last activity to the warning."""
        return timedelta(hours=self.expire_hours - self.warn_hours)


class Hook(Inert):
    """A program that fills a database."""

    image: ImageName = Field(description="the name of an image from 'images'")
    args: tuple[str, ...] = Field((), description="a list of arguments for the image's entry point")


class Data(Inert):
    """What a database of a preview begins with. Never production's data."""

    template: DatabaseName | None = Field(
        None,
        description="a database in the base's instance that it begins as a copy of, before it is migrated; all in it belongs "
        "to a role of the same name, and a stranger's preview gets none of it",
    )
    seed: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./-]*\.sql$",
        description="a file of SQL beside the stack's file, 96 KiB at most; another content runs again, on what is there",
    )
    hook: Hook | None = Field(
        None, description="instead, what fills it: image and args; it finds the database as the services do"
    )

    @model_validator(mode="after")
    def _one(self) -> Data:
        if sum(map(bool, (self.template, self.seed, self.hook))) != 1:
            raise ValueError("a database is filled by one of template, seed and hook|Write one of them")
        if self.seed and ".." in self.seed:
            raise ValueError(f"'{self.seed}' leads out of the folder|Name a file in it")
        return self


SEED_LIMIT = 96 * 1024
"""Bytes. It is an argument of psql, of which Linux takes 128 KiB (MAX_ARG_STRLEN in include/uapi/linux/binfmts.h)."""


def load_seed(folder: Path, name: str, stack: str, key: str) -> str:
    """The SQL of a seed file. Raises ConfigError where it is not there, or is too long for what it is given to."""
    try:
        text = (folder / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        what = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ConfigError(Problem(f"Pulumi.{stack}.yaml", key, f"{name}: {what}", "Name a file of SQL.")) from None
    if len(text.encode()) > SEED_LIMIT:
        remedy = "Fill the database with a hook instead, whose image has the data."
        problem = f"{name} has {len(text.encode())} bytes, a seed may have {SEED_LIMIT}"
        raise ConfigError(Problem(f"Pulumi.{stack}.yaml", key, problem, remedy))
    return text


class Quota(Inert):
    """The most that all pods of one preview may ask for together."""

    cpu: Cores = Field(description="the cores that its pods may request, such as 4")
    memory: Memory = Field(description="the memory that its pods may request, and use, such as 8Gi")
    pods: int = Field(ge=1, le=1000, description="how many pods there may be, those of jobs among them")


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
