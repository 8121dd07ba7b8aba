"""What the server holds: plain records, and the methods by which a test makes them what it needs."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 11, 21, 9, tzinfo=UTC)
"""When everything begins; each thing that is made is a minute younger than the one before it."""


@dataclass
class Comment:
    """A comment on a pull request."""

    id: int
    user: str
    body: str
    at: datetime
    edited: datetime | None = None


@dataclass
class Review:
    """A review. `state` is APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED or PENDING; `user` None: the account is gone."""

    id: int
    user: str | None
    state: str
    commit: str
    at: datetime


@dataclass
class PullRequest:
    """A pull request. `head_repository` None: the fork was deleted."""

    number: int
    id: int
    title: str
    body: str
    user: str | None
    head: str
    base: str
    commits: list[str]
    head_repository: str | None
    at: datetime
    labels: list[str] = field(default_factory=list)
    closed: bool = False
    merged_at: datetime | None = None
    merge_commit: str | None = None
    reviews: list[Review] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)


@dataclass
class CheckRun:
    """A check run, reported by an app."""

    id: int
    commit: str
    name: str
    status: str
    conclusion: str | None
    app: str
    at: datetime


@dataclass
class Status:
    """A commit status."""

    id: int
    commit: str
    context: str
    state: str
    creator: str
    at: datetime


@dataclass
class Deployment:
    """A deployment, with its statuses as they were sent."""

    id: int
    commit: str
    ref: str
    environment: str
    transient: bool
    creator: str
    at: datetime
    statuses: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Analysis:
    """A SARIF file, as it was before it was compressed."""

    id: str
    commit: str
    ref: str
    sarif: dict[str, Any]


class Clock:
    """Ids and times that only grow, whatever is made."""

    def __init__(self) -> None:
        self._ids = itertools.count(1001)

    def next(self) -> tuple[int, datetime]:
        """The id of the next thing, and when it is made."""
        number = next(self._ids)
        return number, START + timedelta(minutes=number - 1001)


class Repository:
    """`owner/name`. Its default branch is main, with one commit. `permissions` are those of people, none by default."""

    MAIN = "0" * 40

    def __init__(self, name: str, clock: Clock) -> None:
        self.name, self.owner = name, name.partition("/")[0]
        self._clock = clock
        self._numbers = itertools.count(1)
        self.branches = {"main": self.MAIN}
        self.commits: dict[str, str | None] = {self.MAIN: None}
        self.permissions: dict[str, str] = {}
        self.pull_requests: dict[int, PullRequest] = {}
        self.check_runs: list[CheckRun] = []
        self.statuses: list[Status] = []
        self.deployments: list[Deployment] = []
        self.analyses: list[Analysis] = []

    def push(self, branch: str, commit: str, author: str | None = None) -> None:
        """A branch gets a commit; an open pull request from it too."""
        self.commits[commit] = author
        self.branches[branch] = commit
        for each in self.pull_requests.values():
            if each.head == branch and each.head_repository == self.name and not each.closed:
                each.commits.append(commit)

    def open(
        self,
        user: str | None,
        branch: str,
        commit: str = "",
        *,
        base: str = "main",
        title: str = "A change",
        body: str = "",
        number: int | None = None,
        head_repository: str | None = "",
        labels: tuple[str, ...] = (),
    ) -> PullRequest:
        """A pull request from a branch, which is pushed if a commit is given. `head_repository`: another one's name."""
        source = self.name if head_repository == "" else head_repository
        if commit:
            self.commits[commit] = user
            if source == self.name:
                self.branches[branch] = commit
        number = number or next(each for each in self._numbers if each not in self.pull_requests)
        id_, at = self._clock.next()
        commits = [commit or self.branches[branch]]
        made = PullRequest(number, id_, title, body, user, branch, base, commits, source, at, list(labels))
        self.pull_requests[number] = made
        return made

    def close(self, number: int) -> None:
        """Without merging."""
        self.pull_requests[number].closed = True

    def merge(self, number: int, commit: str) -> None:
        """As one new commit on the base branch, as a squash makes it."""
        merged = self.pull_requests[number]
        merged.closed, merged.merge_commit = True, commit
        merged.merged_at = self._clock.next()[1]
        self.commits[commit] = merged.user
        self.branches[merged.base] = commit

    def review(self, number: int, user: str | None, state: str = "APPROVED", commit: str = "") -> Review:
        """Of the head as it is, unless a commit is given. Whoever reviews may write, unless it was said otherwise."""
        reviewed = self.pull_requests[number]
        id_, at = self._clock.next()
        made = Review(id_, user, state, commit or reviewed.commits[-1], at)
        reviewed.reviews.append(made)
        if user:
            self.permissions.setdefault(user, "write")
        return made

    def dismiss(self, review: Review) -> None:
        """GitHub changes the review itself; it keeps its time."""
        review.state = "DISMISSED"

    def check_run(
        self, commit: str, name: str, conclusion: str | None = "success", status: str = "completed", app: str = "ci"
    ) -> CheckRun:
        """A run of a check; one that is not completed has no conclusion."""
        self.commits.setdefault(commit, None)
        id_, at = self._clock.next()
        made = CheckRun(id_, commit, name, status, conclusion if status == "completed" else None, app, at)
        self.check_runs.append(made)
        return made

    def status(self, commit: str, context: str, state: str = "success") -> Status:
        """A commit status: success, pending, failure or error."""
        self.commits.setdefault(commit, None)
        id_, at = self._clock.next()
        made = Status(id_, commit, context, state, "ci[bot]", at)
        self.statuses.append(made)
        return made

    def comment(self, number: int, user: str, body: str) -> Comment:
        """A comment on a pull request."""
        id_, at = self._clock.next()
        made = Comment(id_, user, body, at)
        self.pull_requests[number].comments.append(made)
        return made

    def deploy(self, ref: str, environment: str, transient: bool, creator: str) -> Deployment:
        """A deployment of a branch or commit."""
        id_, at = self._clock.next()
        commit = self.branches.get(ref, ref)
        made = Deployment(id_, commit, ref, environment, transient, creator, at)
        self.deployments.append(made)
        return made


@dataclass(frozen=True)
class App:
    """An app's installation: `key` is the public half of its private key, as PEM."""

    id: str
    slug: str
    installation: int
    key: str


class World:
    """All repositories, teams, tokens and installations. `lock` is held while a request is answered."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.repositories: dict[str, Repository] = {}
        self.teams: dict[tuple[str, str], list[str]] = {}
        self.tokens: dict[str, str] = {}
        self.apps: dict[int, App] = {}
        self.numbered = (f"ghs_installation{number}" for number in itertools.count(1))

    def repository(self, name: str) -> Repository:
        """The repository of that name, made at its first mention."""
        return self.repositories.setdefault(name, Repository(name, self.clock))

    def comments(self, repository: Repository) -> Iterator[tuple[PullRequest, Comment]]:
        """All comments of a repository, each with what it is on."""
        for each in repository.pull_requests.values():
            for comment in each.comments:
                yield each, comment
