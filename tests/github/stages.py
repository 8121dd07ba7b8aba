"""One stage for both GitHubs: what people do there, so that one suite of tests can ask both implementations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Protocol

from delivery import sandbox_github
from delivery.github import GitHub
from delivery.github_records import CommentRecord, changing, load
from delivery.github_sandbox import LOGIN, SandboxGitHub
from delivery.sandbox_github import Change
from tests.github import server as served
from tests.github.conftest import REPOSITORY, Client
from tests.github.server import Server

CONCLUSIONS = {"passed": "success", "failed": "failure", "pending": None}
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
Deployed = tuple[str, str, bool, list[tuple[str, str, str]]]
Analysed = tuple[str, str, list[tuple[str, str, int]]]
"""A commit, a reference, and of each tool its name, category and number of results."""


class Stage(Protocol):
    """`login` is who delivery is there."""

    github: GitHub
    login: str

    def open(
        self, number: int, author: str, branch: str, commit: str, *, fork: bool = False, labels: tuple[str, ...] = ()
    ) -> None: ...
    def branch(self, name: str, commit: str) -> None: ...
    def push(self, number: int, commit: str) -> None: ...
    def close(self, number: int) -> None: ...
    def merge(self, number: int) -> None: ...
    def review(self, number: int, who: str, state: str = "APPROVED") -> None: ...
    def dismiss(self, number: int, who: str) -> None: ...
    def check(self, commit: str, name: str, outcome: str) -> None: ...
    def team(self, name: str, *logins: str) -> None: ...
    def say(self, number: int, who: str, *bodies: str) -> None: ...
    def said(self, number: int) -> list[tuple[str, str]]: ...
    def deployed(self) -> list[Deployed]: ...
    def analysed(self) -> list[Analysed]: ...


class ApiStage:
    """The real client, and the server's state."""

    def __init__(self, server: Server, client: Client) -> None:
        self.github, self.login = client.github, served.LOGIN
        self._server, self._here = server, server.repository(REPOSITORY)

    def open(
        self, number: int, author: str, branch: str, commit: str, *, fork: bool = False, labels: tuple[str, ...] = ()
    ) -> None:
        source = f"{author}/platform" if fork else REPOSITORY
        title = branch.replace("-", " ").capitalize()
        self._here.open(author, branch, commit, number=number, title=title, head_repository=source, labels=labels)

    def branch(self, name: str, commit: str) -> None:
        self._here.push(name, commit)

    def push(self, number: int, commit: str) -> None:
        found = self._here.pull_requests[number]
        self._here.push(found.head, commit, found.user)

    def close(self, number: int) -> None:
        self._here.close(number)

    def merge(self, number: int) -> None:
        self._here.merge(number, "f" * 40)

    def review(self, number: int, who: str, state: str = "APPROVED") -> None:
        self._here.review(number, who, state)

    def dismiss(self, number: int, who: str) -> None:
        self._here.dismiss([each for each in self._here.pull_requests[number].reviews if each.user == who][-1])

    def check(self, commit: str, name: str, outcome: str) -> None:
        status = "in_progress" if outcome == "pending" else "completed"
        self._here.check_run(commit, name, CONCLUSIONS[outcome], status)

    def team(self, name: str, *logins: str) -> None:
        self._server.team("acme", name, *logins)

    def say(self, number: int, who: str, *bodies: str) -> None:
        for body in bodies:
            self._here.comment(number, who, body)

    def said(self, number: int) -> list[tuple[str, str]]:
        return [(each.user, each.body) for each in self._here.pull_requests[number].comments]

    def deployed(self) -> list[Deployed]:
        return [
            (
                each.commit,
                each.environment,
                each.transient,
                [(told["state"], told["environment_url"], told["description"]) for told in each.statuses],
            )
            for each in self._here.deployments
        ]

    def analysed(self) -> list[Analysed]:
        return [
            (
                each.commit,
                each.ref,
                [
                    (
                        run["tool"]["driver"]["name"],
                        run["automationDetails"]["id"].rpartition("/")[0],
                        len(run["results"]),
                    )
                    for run in each.sarif["runs"]
                ],
            )
            for each in self._here.analyses
        ]


class SandboxStage:
    """The sandbox, and what its commands do."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._branches = folder, dict[str, str]()
        seconds = count()
        self.github, self.login = (
            SandboxGitHub(folder, REPOSITORY, lambda: NOW + timedelta(seconds=next(seconds)), self._branches.get),
            LOGIN,
        )

    def open(
        self, number: int, author: str, branch: str, commit: str, *, fork: bool = False, labels: tuple[str, ...] = ()
    ) -> None:
        self._change(number, Change(author, branch, commit, fork=fork, labels=labels))

    def branch(self, name: str, commit: str) -> None:
        self._branches[name] = commit

    def push(self, number: int, commit: str) -> None:
        self._change(number, Change(commit=commit))

    def close(self, number: int) -> None:
        self._change(number, Change(close=True))

    def merge(self, number: int) -> None:
        self._change(number, Change(merge=True))

    def review(self, number: int, who: str, state: str = "APPROVED") -> None:
        sandbox_github.review(self._folder, REPOSITORY, number, who, state, NOW)

    def dismiss(self, number: int, who: str) -> None:
        sandbox_github.review(self._folder, REPOSITORY, number, who, "DISMISSED", NOW)

    def check(self, commit: str, name: str, outcome: str) -> None:
        sandbox_github.check(self._folder, REPOSITORY, commit, name, outcome)

    def team(self, name: str, *logins: str) -> None:
        sandbox_github.team(self._folder, REPOSITORY, name, logins)

    def say(self, number: int, who: str, *bodies: str) -> None:
        with changing(self._folder) as records:
            comments = records.repository(REPOSITORY).pull_requests[number].comments
            for body in bodies:
                comments.append(CommentRecord(id=1000 + len(comments), by=who, body=body))

    def said(self, number: int) -> list[tuple[str, str]]:
        comments = load(self._folder).repository(REPOSITORY).pull_requests[number].comments
        return [(each.by, each.body) for each in comments]

    def deployed(self) -> list[Deployed]:
        return [
            (
                each.commit,
                each.environment,
                each.transient,
                [(told.state, told.url, told.description) for told in each.statuses],
            )
            for each in load(self._folder).repository(REPOSITORY).deployments
        ]

    def analysed(self) -> list[Analysed]:
        analyses = load(self._folder).repository(REPOSITORY).analyses
        return [(each.commit, each.ref, each.tools) for each in analyses]

    def _change(self, number: int, change: Change) -> None:
        sandbox_github.pull_request(self._folder, REPOSITORY, number, change)
