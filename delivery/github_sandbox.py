"""GitHub without GitHub: the whole life of a pull request in one file of the sandbox's folder.

People's doings (reviews, checks, teams, pushes) come from `slipway sandbox`, see `sandbox_github`. Whoever reviews there
may write to the repository.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from delivery import github_records as records
from delivery import github_rules as rules
from delivery.errors import Failed
from delivery.github import DESCRIPTION, Checks, DeploymentState, PullRequest, Review, split
from delivery.github_comment import is_marked, marked, unmarked
from delivery.github_failures import Absent
from delivery.github_records import (
    AnalysisRecord,
    CommentRecord,
    DeploymentRecord,
    PullRequestRecord,
    Records,
    RepositoryRecord,
    StatusRecord,
)

LOGIN = "slipway[bot]"
"""Who comments and opens pull requests here: as on GitHub, an app and none of the people who approve."""


class SandboxGitHub:
    """One repository. `now` is the sandbox's clock; `head` knows a branch's commit, None where there is no such branch."""

    def __init__(
        self,
        folder: Path,
        repository: str,
        now: Callable[[], datetime],
        head: Callable[[str], str | None],
        login: str = LOGIN,
    ) -> None:
        self._owner, _ = split(repository)
        self._folder, self._repository = folder, repository
        self._now, self._head, self._login = now, head, login

    @property
    def repository(self) -> str:
        """`owner/name`."""
        return self._repository

    def pull_request(self, number: int) -> PullRequest:
        """The pull request of that number."""
        return self._found(self._here(), number).read(self._repository, number)

    def pull_request_of(self, branch: str) -> PullRequest | None:
        """The pull request from a branch of this repository: the open one, else the newest."""
        return rules.first(each for each in self._all() if each.branch == branch and not each.from_fork)

    def open_pull_requests(self) -> Sequence[PullRequest]:
        """All open pull requests, newest first."""
        return [each for each in self._all() if each.state == "open"]

    def pull_requests_of(self, commit: str) -> Sequence[PullRequest]:
        """The pull requests that have this commit. One that was closed without merging brought it nowhere."""
        having = self._here().pull_requests
        return [each for each in self._all() if commit in having[each.number].commits and each.state != "closed"]

    def approvals(self, number: int) -> Sequence[Review]:
        """The approvals that count now."""
        found = self._found(self._here(), number)
        return rules.counting(found.read(self._repository, number), [each.read() for each in found.reviews])

    def members(self, team: str) -> frozenset[str]:
        """The people of a team of the repository's owner."""
        known = records.load(self._folder).teams.get(self._owner, {})
        if team not in known:
            raise Failed(
                f"the sandbox's GitHub has no team {team} of {self._owner}",
                f"Make it with 'slipway sandbox team {team} LOGIN...'.",
            )
        return frozenset(known[team])

    def author(self, commit: str) -> str | None:
        """The author of the first pull request that had the commit; None where none had it."""
        for _, each in sorted(self._here().pull_requests.items()):
            if commit in each.commits:
                return each.author
        return None

    def checks(self, commit: str) -> Checks:
        """What was said of a commit; nothing where nobody said anything."""
        reported = self._here().checks.get(commit, {})
        return rules.combined(rules.Report("", name, 0, outcome) for name, outcome in reported.items())

    def comment(self, number: int, marker: str, body: str) -> str:
        """Make or edit the one comment with this marker."""
        text = marked(marker, body)
        with self._changing() as all_records:
            here = all_records.repository(self._repository)
            comments = self._found(here, number).comments
            ours = (each for each in comments if each.by == self._login and is_marked(marker, each.body))
            if (comment := next(ours, None)) is None:
                highest = max((each.id for on in here.pull_requests.values() for each in on.comments), default=0)
                comment = CommentRecord(id=highest + 1, by=self._login, body=text)
                comments.append(comment)
            if comment.at is None or comment.body != text:
                comment.body, comment.at = text, self._now()
            return f"{records.url(self._repository, number)}#issuecomment-{comment.id}"

    def own_comment(self, number: int, marker: str) -> str | None:
        """What the one comment with this marker says."""
        found = self._own_comment(number, marker)
        return unmarked(found.body) if found else None

    def commented_at(self, number: int, marker: str) -> datetime | None:
        """Saying the same once more changes nothing."""
        found = self._own_comment(number, marker)
        return found.at if found else None

    def open_pull_request(self, branch: str, base: str, title: str, body: str) -> PullRequest:
        """Open a pull request, or bring the open one up to date."""
        commit = self._head(branch)
        if commit is None:
            raise Failed(f"there is no branch {branch} to open a pull request from", "Push it first.")
        with self._changing() as all_records:
            pulls = all_records.repository(self._repository).pull_requests
            number = next((each for each, found in pulls.items() if _is_open(found, branch, base)), 0)
            if number == 0:
                number = max(pulls, default=0) + 1
                pulls[number] = PullRequestRecord(
                    author=self._login, branch=branch, base=base, commits=[commit], title=title
                )
            found = pulls[number]
            found.title, found.body = title, body
            if found.commits[-1] != commit:
                found.commits.append(commit)
            return found.read(self._repository, number)

    def deployment(self, commit: str, environment: str, *, transient: bool = False) -> int:
        """The newest deployment of the environment, if it is of this commit; else a new one."""
        with self._changing() as all_records:
            deployments = all_records.repository(self._repository).deployments
            newest = next((each for each in reversed(deployments) if each.environment == environment), None)
            if newest is None or newest.commit != commit:
                newest = DeploymentRecord(
                    id=len(deployments) + 1, commit=commit, environment=environment, transient=transient
                )
                deployments.append(newest)
            return newest.id

    def deployment_status(self, deployment: int, state: DeploymentState, url: str = "", description: str = "") -> None:
        """Tell what became of a deployment."""
        with self._changing() as all_records:
            for each in all_records.repository(self._repository).deployments:
                if each.id == deployment:
                    told = StatusRecord(state=state, url=url, description=description[:DESCRIPTION], at=self._now())
                    each.statuses.append(told)
                    return
        raise Failed(f"the sandbox's GitHub has no deployment {deployment} of {self._repository}", "Make one first.")

    def upload_sarif(self, commit: str, ref: str, text: str) -> str:
        """Write down what was uploaded, but not what was found where."""
        from delivery import sarif_document

        log = sarif_document.parse("the upload", text.encode())
        with self._changing() as all_records:
            analyses = all_records.repository(self._repository).analyses
            tools = [(run.tool.driver.name, run.category, len(run.results or ())) for run in log.runs]
            analyses.append(AnalysisRecord(id=str(len(analyses) + 1), commit=commit, ref=ref, tools=tools))
            return analyses[-1].id

    def _all(self) -> list[PullRequest]:
        """Newest first."""
        pulls = sorted(self._here().pull_requests.items(), reverse=True)
        return [found.read(self._repository, number) for number, found in pulls]

    def _own_comment(self, number: int, marker: str) -> CommentRecord | None:
        comments = self._found(self._here(), number).comments
        return next((each for each in comments if each.by == self._login and is_marked(marker, each.body)), None)

    def _here(self) -> RepositoryRecord:
        return records.load(self._folder).repository(self._repository)

    def _changing(self) -> AbstractContextManager[Records]:
        return records.changing(self._folder)

    def _found(self, here: RepositoryRecord, number: int) -> PullRequestRecord:
        if (found := here.pull_requests.get(number)) is None:
            raise Absent(
                f"the sandbox's GitHub has no pull request {number} of {self._repository}",
                f"Open it with 'slipway sandbox pull-request {number} --author LOGIN --branch B --commit SHA'.",
            )
        return found


def _is_open(found: PullRequestRecord, branch: str, base: str) -> bool:
    return found.state == "open" and not found.from_fork and (found.branch, found.base) == (branch, base)
