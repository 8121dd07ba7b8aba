"""GitHub's answers, as far as they are read here, and what they mean.

The models are checked against each answer: a proxy's page or a changed API is told as such, never half understood.
https://docs.github.com/en/rest (version 2022-11-28); https://github.com/github/rest-api-description
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import AliasPath, BaseModel, ConfigDict, Field

from delivery.github import PullRequest, PullRequestState, Review, ReviewState
from delivery.github_rules import Report, of_check_run, of_status


class Answer(BaseModel):
    """One JSON object. What is not named here is left out."""

    model_config = ConfigDict(frozen=True)


class Account(Answer):
    """A person, an app's bot or an organisation."""

    login: str


class Named(Answer):
    """A label."""

    name: str


class Repository(Answer):
    """Where a branch is."""

    full_name: str


class Branch(Answer):
    """One end of a pull request. `repo` is null where a fork was deleted."""

    ref: str
    sha: str
    repo: Repository | None


class PullRequestAnswer(Answer):
    """A pull request, alone or in a list. `user` is null where the account is gone."""

    number: int
    title: str
    body: str | None
    state: str
    merged_at: datetime | None
    user: Account | None
    head: Branch
    base: Branch
    labels: list[Named]
    html_url: str

    def read(self) -> PullRequest:
        """As delivery speaks of it."""
        state: PullRequestState = "open" if self.state == "open" else "merged" if self.merged_at else "closed"
        here = self.base.repo
        return PullRequest(
            number=self.number,
            title=self.title,
            author=self.user.login if self.user else "",
            branch=self.head.ref,
            commit=self.head.sha,
            base=self.base.ref,
            state=state,
            from_fork=self.head.repo is None or here is None or self.head.repo.full_name != here.full_name,
            labels=tuple(label.name for label in self.labels),
            url=self.html_url,
        )


class ReviewAnswer(Answer):
    """A review. It has no time until it is submitted."""

    user: Account | None
    state: ReviewState
    commit_id: str | None
    submitted_at: datetime | None = None

    def read(self) -> Review | None:
        """None for what nobody can be held to: not submitted, or by an account that is gone."""
        if self.user is None or self.submitted_at is None:
            return None
        return Review(self.user.login, self.state, self.commit_id or "", self.submitted_at)


class Permission(Answer):
    """What a person may do in a repository: `admin`, `write`, `read` or `none`; `maintain` shows as `write`."""

    permission: str


class App(Answer):
    """The app that reported a check."""

    slug: str | None = None


class CheckRun(Answer):
    """`conclusion` is null until `status` is completed. The id grows from run to run."""

    id: int
    name: str
    status: str
    conclusion: str | None
    app: App | None = None

    def read(self) -> Report:
        """As delivery speaks of it."""
        source = self.app.slug if self.app and self.app.slug else ""
        return Report(f"app {source}", self.name, self.id, of_check_run(self.status, self.conclusion))


class Status(Answer):
    """A commit status. The id grows from status to status."""

    id: int
    context: str
    state: str

    def read(self) -> Report:
        """As delivery speaks of it. Statuses of one context come from one source, whoever sent them."""
        return Report("status", self.context, self.id, of_status(self.state))


class CommitAnswer(Answer):
    """`author` is null or empty where the e-mail address belongs to no account."""

    author: Account | dict[str, Any] | None

    def read(self) -> str | None:
        """The author's login."""
        return self.author.login if isinstance(self.author, Account) else None


class Comment(Answer):
    """A comment on a pull request."""

    id: int
    user: Account | None
    body: str | None = None
    html_url: str
    updated_at: datetime


class Made(Answer):
    """Something that was made, of which nothing else is read."""

    id: int


class Upload(Answer):
    """A SARIF file that was taken, and is read later."""

    id: str


class Deployment(Made):
    """A deployment of a commit to an environment."""

    sha: str


class Token(Answer):
    """An installation's token: good for an hour."""

    token: str
    expires_at: datetime


class Viewer(Answer):
    """Who asks, as GraphQL tells everybody: REST does not tell it to an app's installation."""

    login: str = Field(validation_alias=AliasPath("data", "viewer", "login"))
