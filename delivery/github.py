"""What delivery asks of GitHub, and tells it: one protocol over one repository, real or in the sandbox."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from model.errors import ConfigError, Problem

PullRequestState = Literal["open", "closed", "merged"]
ReviewState = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]
DeploymentState = Literal["error", "failure", "inactive", "in_progress", "queued", "pending", "success"]

DESCRIPTION = 140
"""Characters that GitHub takes as the description of a deployment's status."""

_REPOSITORY = re.compile(r"([A-Za-z0-9-]+)/([A-Za-z0-9._-]+)")


@dataclass(frozen=True)
class PullRequest:
    """`commit` is the head of `branch`; `base` is the branch that it shall be merged into.

    `author` is a login, empty where the account is gone. `from_fork` is true too where the fork is gone.
    """

    number: int
    title: str
    author: str
    branch: str
    commit: str
    base: str
    state: PullRequestState
    from_fork: bool
    labels: tuple[str, ...]
    url: str


@dataclass(frozen=True)
class Review:
    """What somebody said of a pull request when `commit` was its head."""

    who: str
    state: ReviewState
    commit: str
    at: datetime


@dataclass(frozen=True)
class Checks:
    """Names of a commit's check runs and statuses, sorted. All empty: nobody has reported any, which is no approval."""

    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()


class GitHub(Protocol):
    """One repository. People are named by their logins, commits by 40 hexadecimal digits.

    Everything here raises `Failed`, with a remedy, where GitHub cannot be asked, says no, or has no such thing. What
    writes may be repeated: a command that was killed half-way and runs again finds what it made.
    """

    @property
    def repository(self) -> str:
        """`owner/name`."""
        ...

    def pull_request(self, number: int) -> PullRequest:
        """The pull request of that number."""
        ...

    def pull_request_of(self, branch: str) -> PullRequest | None:
        """The pull request from a branch of this repository, not of a fork: the open one, else the newest."""
        ...

    def open_pull_requests(self) -> Sequence[PullRequest]:
        """All open pull requests, newest first."""
        ...

    def pull_requests_of(self, commit: str) -> Sequence[PullRequest]:
        """The pull requests that have this commit, or brought it to the default branch."""
        ...

    def approvals(self, number: int) -> Sequence[Review]:
        """The approvals that count now, one a person at most: see `github_rules.counting`."""
        ...

    def members(self, team: str) -> frozenset[str]:
        """The people of a team of the repository's owner, by the team's slug; those of its child teams too."""
        ...

    def author(self, commit: str) -> str | None:
        """Who wrote a commit; None where its e-mail address belongs to no account."""
        ...

    def checks(self, commit: str) -> Checks:
        """Check runs and commit statuses together: see `github_rules.combined`."""
        ...

    def comment(self, number: int, marker: str, body: str) -> str:
        """Let the one comment with this marker on a pull request say `body` (Markdown); its URL.

        It is made the first time and edited from then on. A comment of somebody else with the same marker is left
        alone. `marker` is a word such as `plan-dev`.
        """
        ...

    def own_comment(self, number: int, marker: str) -> str | None:
        """What the comment with this marker says, without the marker; None where `comment` never made one.

        It may be cut where it was too long. What somebody else wrote under the same marker is not read.
        """
        ...

    def commented_at(self, number: int, marker: str) -> datetime | None:
        """Since when the comment with this marker says what it says; None where there is none, or nobody knows."""
        ...

    def open_pull_request(self, branch: str, base: str, title: str, body: str) -> PullRequest:
        """The open pull request from one branch of this repository to another, made or brought up to date."""
        ...

    def deployment(self, commit: str, environment: str, *, transient: bool = False) -> int:
        """The id of the newest deployment of the environment, if it is of this commit; else of a new one.

        `transient` says of a new one that its environment will go away again, as a preview does.
        """
        ...

    def deployment_status(self, deployment: int, state: DeploymentState, url: str = "", description: str = "") -> None:
        """What became of a deployment. `url` is where the environment answers; a long description is cut."""
        ...

    def upload_sarif(self, commit: str, ref: str, text: str) -> str:
        """Show what a scanner found in a commit, on a branch (`refs/heads/NAME`) or a pull request (`refs/pull/N/merge`).

        `text` is a SARIF file. Its id comes back; GitHub reads it afterwards. A later one of the same tool and category
        takes its place.
        """
        ...


def split(repository: str, key: str = "--repository") -> tuple[str, str]:
    """Owner and name of `owner/name`. Raises ConfigError, with the key, where it is none."""
    match = _REPOSITORY.fullmatch(repository)
    if match is None:
        raise ConfigError(
            Problem("command line", key, f"'{repository}' is no repository", "Write OWNER/NAME, as in acme/platform.")
        )
    return match[1], match[2]
