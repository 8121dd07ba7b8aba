"""Where people and other machines come in: GitHub with its reviews and checks, the upstream of the config, the notices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from delivery.errors import Failed, Locked
from delivery.github import Checks, DeploymentState, PullRequest, Review
from delivery.notices import Notice, Reach, Undelivered
from delivery.publishing import Published
from delivery.repository import Repository
from tests.promotion.cloud import Cloud

PEOPLE = ("ann", "bob", "cyn")
PIPELINE = "pipeline"


@dataclass
class Hub:
    """What GitHub keeps: checks and authors of commits, and pull requests by their branch with what was said of them."""

    checks: dict[str, Checks] = field(default_factory=dict)
    authors: dict[str, str] = field(default_factory=dict)
    requests: dict[str, PullRequest] = field(default_factory=dict)
    reviews: dict[str, dict[str, str]] = field(default_factory=dict)
    """Branch -> who has said what last: APPROVED or DISMISSED."""

    def approvers(self, branch: str) -> set[str]:
        """Whose approval of a branch stands."""
        return {who for who, state in self.reviews.get(branch, {}).items() if state == "APPROVED"}


@dataclass(frozen=True)
class GitHub:
    """Implements `delivery.github.GitHub`, as far as moves ask it."""

    cloud: Cloud
    hub: Hub
    repository: str
    who: str

    def pull_request(self, number: int) -> PullRequest:
        """By its number."""
        return next(each for each in self.hub.requests.values() if each.number == number)

    def pull_request_of(self, branch: str) -> PullRequest | None:
        """By its branch."""
        self.cloud.called()
        return self.hub.requests.get(branch)

    def open_pull_requests(self) -> Sequence[PullRequest]:
        """All of them."""
        return list(self.hub.requests.values())

    def pull_requests_of(self, commit: str) -> Sequence[PullRequest]:
        """Nobody asks."""
        raise NotImplementedError

    def approvals(self, number: int) -> Sequence[Review]:
        """Those that stand."""
        request = self.pull_request(number)
        approvers = sorted(self.hub.approvers(request.branch))
        return [Review(who, "APPROVED", request.commit, self.cloud.time) for who in approvers]

    def members(self, team: str) -> frozenset[str]:
        """Nobody asks: no rule names a team."""
        raise NotImplementedError

    def author(self, commit: str) -> str | None:
        """Who wrote it."""
        return self.hub.authors.get(commit)

    def checks(self, commit: str) -> Checks:
        """What was reported of it."""
        self.cloud.called()
        return self.hub.checks.get(commit, Checks())

    def comment(self, number: int, marker: str, body: str) -> str:
        """Nobody asks."""
        raise NotImplementedError

    def open_pull_request(self, branch: str, base: str, title: str, body: str) -> PullRequest:
        """Made once; the same again is there already."""
        self.cloud.called()
        number = len(self.hub.requests) + 1
        made = PullRequest(number, title, self.who, branch, "c" * 40, base, "open", False, (), f"https://hub/{number}")
        return self.hub.requests.setdefault(branch, made)

    def deployment(self, commit: str, environment: str, *, transient: bool = False) -> int:
        """Nobody asks."""
        raise NotImplementedError

    def deployment_status(self, deployment: int, state: DeploymentState, url: str = "", description: str = "") -> None:
        """Nobody asks."""
        raise NotImplementedError


@dataclass(frozen=True)
class Clone(Repository):
    """The config's clone without git in it: it commits at once, and others may win the race of a push."""

    cloud: Cloud | None = None
    commits: list[int] = field(default_factory=lambda: [0])
    pushes: list[int] = field(default_factory=lambda: [0])
    committed: list[frozenset[str]] = field(default_factory=list)
    """The names of the files of each commit."""

    def commit(
        self,
        paths: Sequence[Path],
        message: str,
        *,
        trailers: Mapping[str, str] | None = None,
        sign: str | None = None,
        instead_of: str | None = None,
    ) -> str | None:
        """Everything that is to be committed is there."""
        assert self.cloud
        self.cloud.called()
        assert all(path.exists() for path in paths)
        self.commits[0] += 1
        self.committed.append(frozenset(path.name for path in paths))
        if self.commits[0] == self.cloud.faults.commit:
            raise Locked("another git command is at work here", "Wait until it is done.")
        return "c" * 40

    def push(self, attempts: int = 1, check: Callable[[str], None] | None = None) -> Published:
        """Raises Failed where somebody else has published something that does not go together with it."""
        assert self.cloud
        self.cloud.called()
        self.pushes[0] += 1
        if self.pushes[0] == self.cloud.faults.push:
            raise Failed("somebody else has published other pins", "Look at them, and ask again.")
        return Published("c" * 40)

    def current_branch(self) -> str:
        """What deploys."""
        return "main"

    def branch(
        self,
        name: str,
        contents: Mapping[Path, bytes],
        message: str,
        *,
        trailers: Mapping[str, str] | None = None,
        push: bool = True,
    ) -> str:
        """Nobody looks into it: the pull request is what is reviewed."""
        return "c" * 40


@dataclass(frozen=True)
class Notices:
    """Implements `delivery.notices.Notices`."""

    cloud: Cloud
    heard: Callable[[Notice], None]

    def send(self, notice: Notice, channel: str) -> None:
        """Raises Undelivered while nobody can be told."""
        self.cloud.called()
        if self.cloud.faults.notices:
            raise Undelivered("nobody answers", Reach.EVERYTHING)
        self.heard(notice)
