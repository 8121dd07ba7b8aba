"""The sandbox's GitHub: one JSON file that several processes may change, and people may read."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from delivery.atomic import replace_text
from delivery.github import DeploymentState, PullRequest, PullRequestState, Review, ReviewState
from delivery.github_rules import Outcome
from model.errors import ConfigError, Problem

FILE, LOCK = "github.json", ".github.lock"
"""In the sandbox's folder."""


class Record(BaseModel):
    """What the file has of one thing."""

    model_config = ConfigDict(extra="forbid")


class CommentRecord(Record):
    """A comment on a pull request; `at` is when it came to say this, unknown where older records do not tell."""

    id: int
    by: str
    body: str
    at: datetime | None = None


class ReviewRecord(Record):
    """A review. One that is dismissed changes its state and keeps the rest, as on GitHub."""

    who: str
    state: ReviewState
    commit: str
    at: datetime

    def read(self) -> Review:
        """As delivery speaks of it."""
        return Review(self.who, self.state, self.commit, self.at)


class PullRequestRecord(Record):
    """A pull request; the last of `commits` is its head."""

    author: str
    branch: str
    commits: list[str]
    title: str
    base: str = "main"
    body: str = ""
    state: PullRequestState = "open"
    from_fork: bool = False
    labels: list[str] = []
    reviews: list[ReviewRecord] = []
    comments: list[CommentRecord] = []

    def read(self, repository: str, number: int) -> PullRequest:
        """As delivery speaks of it."""
        return PullRequest(
            number=number,
            title=self.title,
            author=self.author,
            branch=self.branch,
            commit=self.commits[-1],
            base=self.base,
            state=self.state,
            from_fork=self.from_fork,
            labels=tuple(self.labels),
            url=url(repository, number),
        )


class StatusRecord(Record):
    """What was told of a deployment."""

    state: DeploymentState
    url: str
    description: str
    at: datetime


class DeploymentRecord(Record):
    """A deployment of a commit to an environment."""

    id: int
    commit: str
    environment: str
    transient: bool
    statuses: list[StatusRecord] = []


class AnalysisRecord(Record):
    """A SARIF file that was uploaded: which tools ran, each with its category and how much it found."""

    id: str
    commit: str
    ref: str
    tools: list[tuple[str, str, int]]


class RepositoryRecord(Record):
    """One repository. `checks` are by commit and name."""

    pull_requests: dict[int, PullRequestRecord] = {}
    checks: dict[str, dict[str, Outcome]] = {}
    deployments: list[DeploymentRecord] = []
    analyses: list[AnalysisRecord] = []


class Records(Record):
    """All of GitHub: repositories by `owner/name`, teams by owner and slug."""

    repositories: dict[str, RepositoryRecord] = {}
    teams: dict[str, dict[str, list[str]]] = {}

    def repository(self, name: str) -> RepositoryRecord:
        """The repository of that name, made at its first mention; in any case of its letters, as on GitHub."""
        known = next((each for each in self.repositories if each.lower() == name.lower()), name)
        return self.repositories.setdefault(known, RepositoryRecord())


def url(repository: str, number: int) -> str:
    """Where a pull request of the sandbox is: nowhere that a browser finds."""
    return f"sandbox://github/{repository}/pull/{number}"


def load(folder: Path) -> Records:
    """What the file says; nothing where there is none. Raises ConfigError where it was damaged."""
    path = folder / FILE
    try:
        return Records.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Records()
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        remedy = "Correct it, or begin anew with 'slipway sandbox reset'."
        raise ConfigError(Problem(str(path), key, first["msg"], remedy)) from None


@contextmanager
def changing(folder: Path) -> Iterator[Records]:
    """The records, to be changed in place: written whole at the end, one process after the other.

    Nothing is written where the block raises.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # A lock of its own: the file itself is replaced at each change.
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        records = load(folder)
        yield records
        replace_text(folder / FILE, records.model_dump_json(indent=2) + "\n")
    finally:
        os.close(handle)
