"""GitHub itself, through its REST API. Loads an HTTP client: import it where it is needed, not where a command starts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import quote

from delivery import github_rules as rules
from delivery.errors import Failed
from delivery.github import DESCRIPTION, Checks, DeploymentState, PullRequest, Review, split
from delivery.github_answers import (
    Account,
    CheckRun,
    Comment,
    CommitAnswer,
    Deployment,
    Made,
    Permission,
    PullRequestAnswer,
    ReviewAnswer,
    Status,
    Upload,
)
from delivery.github_comment import is_marked, marked, unmarked
from delivery.github_credentials import address, credentials
from delivery.github_failures import Absent, Invalid
from delivery.github_http import PAGE, Http, Unsure
from delivery.github_patience import Patience
from delivery.sarif_packing import packed

WRITES = ("admin", "write")
"""Permissions with which an approval counts for GitHub's own rules too."""

Thing = TypeVar("Thing")


def connect(repository: str, environment: Mapping[str, str] = os.environ) -> GitHubApi:
    """GitHub as the environment names it. Raises Failed where there are no credentials; asks nothing yet."""
    split(repository)
    return GitHubApi(repository, Http(address(environment), credentials(environment), Patience()))


class GitHubApi:
    """One repository on GitHub."""

    def __init__(self, repository: str, http: Http) -> None:
        self._owner, _ = split(repository)
        self._repository, self._http = repository, http
        self._login: str | None = None

    @property
    def repository(self) -> str:
        """`owner/name`."""
        return self._repository

    def pull_request(self, number: int) -> PullRequest:
        """https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request"""
        return self._http.get(self._path(f"pulls/{number}"), PullRequestAnswer, self._named(number)).read()

    def pull_request_of(self, branch: str) -> PullRequest | None:
        """https://docs.github.com/en/rest/pulls/pulls#list-pull-requests"""
        return rules.first(each.read() for each in self._pull_requests({"state": "all", "head": self._head(branch)}))

    def open_pull_requests(self) -> Sequence[PullRequest]:
        """https://docs.github.com/en/rest/pulls/pulls#list-pull-requests"""
        return [each.read() for each in self._pull_requests({"state": "open"})]

    def pull_requests_of(self, commit: str) -> Sequence[PullRequest]:
        """https://docs.github.com/en/rest/commits/commits#list-pull-requests-associated-with-a-commit"""
        path, subject = self._path(f"commits/{commit}/pulls"), f"pull requests of commit {commit} in {self._repository}"
        return [each.read() for each in self._http.pages(path, PullRequestAnswer, subject)]

    def approvals(self, number: int) -> Sequence[Review]:
        """https://docs.github.com/en/rest/pulls/reviews#list-reviews-for-a-pull-request

        Anybody may approve what they can read: only people who may write to the repository count, as for GitHub.
        """
        pull_request = self.pull_request(number)
        path, subject = self._path(f"pulls/{number}/reviews"), f"reviews of {self._named(number)}"
        answers = self._http.pages(path, ReviewAnswer, subject)
        reviews = [review for each in answers if (review := each.read()) is not None]
        return [review for review in rules.counting(pull_request, reviews) if self._may_write(review.who)]

    def members(self, team: str) -> frozenset[str]:
        """https://docs.github.com/en/rest/teams/members#list-team-members"""
        path, subject = f"orgs/{self._owner}/teams/{quote(team, '')}/members", f"team {team} of {self._owner}"
        return frozenset(each.login for each in self._http.pages(path, Account, subject))

    def author(self, commit: str) -> str | None:
        """https://docs.github.com/en/rest/commits/commits#get-a-commit"""
        path, subject = self._path(f"commits/{commit}"), f"commit {commit} of {self._repository}"
        return self._http.get(path, CommitAnswer, subject).read()

    def checks(self, commit: str) -> Checks:
        """https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference and
        https://docs.github.com/en/rest/commits/statuses#get-the-combined-status-for-a-specific-reference
        """
        subject = f"checks of commit {commit} in {self._repository}"
        runs = self._http.pages(self._path(f"commits/{commit}/check-runs"), CheckRun, subject, key="check_runs")
        statuses = self._http.pages(self._path(f"commits/{commit}/status"), Status, subject, key="statuses")
        return rules.combined([*(run.read() for run in runs), *(status.read() for status in statuses)])

    def comment(self, number: int, marker: str, body: str) -> str:
        """https://docs.github.com/en/rest/issues/comments

        Two that comment at once may both find none and make one each: who then sees both takes the later one back.
        """
        text, subject = marked(marker, body), f"a comment on {self._named(number)}"

        def ours() -> list[Comment]:
            return self._own_comments(number, marker, subject)

        def make() -> list[Comment]:
            path = self._path(f"issues/{number}/comments")
            made = self._http.send("POST", path, {"body": text}, Comment, subject, again=False)
            return ours() or [made]

        oldest, *others = sorted(self._found_or_made(lambda: ours() or None, make, subject), key=lambda each: each.id)
        for other in others:
            self._http.delete(self._path(f"issues/comments/{other.id}"), subject)
        if oldest.body != text:
            self._http.send("PATCH", self._path(f"issues/comments/{oldest.id}"), {"body": text}, Comment, subject)
        return oldest.html_url

    def own_comment(self, number: int, marker: str) -> str | None:
        """https://docs.github.com/en/rest/issues/comments#list-issue-comments"""
        found = self._own_comment(number, marker)
        return unmarked(found.body or "") if found else None

    def commented_at(self, number: int, marker: str) -> datetime | None:
        """Of a comment that was never edited it is when it was made."""
        found = self._own_comment(number, marker)
        return found.updated_at if found else None

    def open_pull_request(self, branch: str, base: str, title: str, body: str) -> PullRequest:
        """https://docs.github.com/en/rest/pulls/pulls#create-a-pull-request"""
        subject = f"a pull request from {branch} to {base} in {self._repository}"

        def find() -> PullRequestAnswer | None:
            found = self._pull_requests({"state": "open", "head": self._head(branch), "base": base})
            return next(found, None)

        def make() -> PullRequestAnswer:
            wanted = {"head": branch, "base": base, "title": title, "body": body}
            try:
                return self._http.send("POST", self._path("pulls"), wanted, PullRequestAnswer, subject, again=False)
            except Invalid:
                # Somebody else has opened it since we looked.
                if (found := find()) is None:
                    raise
                return found

        found = self._found_or_made(find, make, subject)
        if (found.title, found.body or "") != (title, body):
            wanted = {"title": title, "body": body}
            found = self._http.send("PATCH", self._path(f"pulls/{found.number}"), wanted, PullRequestAnswer, subject)
        return found.read()

    def deployment(self, commit: str, environment: str, *, transient: bool = False) -> int:
        """https://docs.github.com/en/rest/deployments/deployments#create-a-deployment

        Delivery's own guards have looked at the checks by now, so GitHub is told not to.
        """
        subject = f"a deployment of {commit} to {environment} in {self._repository}"

        def find() -> Deployment | None:
            path = self._path("deployments")
            page = islice(self._http.pages(path, Deployment, subject, {"environment": environment}), PAGE)
            newest = max(page, key=lambda each: each.id, default=None)
            return newest if newest and newest.sha == commit else None

        def make() -> Deployment:
            wanted: dict[str, Any] = {"ref": commit, "environment": environment, "transient_environment": transient}
            wanted |= {"auto_merge": False, "required_contexts": []}
            return self._http.send("POST", self._path("deployments"), wanted, Deployment, subject, again=False)

        return self._found_or_made(find, make, subject).id

    def deployment_status(self, deployment: int, state: DeploymentState, url: str = "", description: str = "") -> None:
        """https://docs.github.com/en/rest/deployments/statuses#create-a-deployment-status"""
        told = {"state": state, "environment_url": url, "description": description[:DESCRIPTION]}
        path, subject = self._path(f"deployments/{deployment}/statuses"), f"deployment {deployment}"
        self._http.send("POST", path, told, Made, f"{subject} of {self._repository}")

    def upload_sarif(self, commit: str, ref: str, text: str) -> str:
        """https://docs.github.com/en/rest/code-scanning/code-scanning#upload-an-analysis-as-sarif-data"""
        told = {"commit_sha": commit, "ref": ref, "sarif": packed(text)}
        subject = f"findings in commit {commit} of {self._repository}"
        return self._http.send("POST", self._path("code-scanning/sarifs"), told, Upload, subject).id

    def _found_or_made(self, find: Callable[[], Thing | None], make: Callable[[], Thing], subject: str) -> Thing:
        """Never makes a second one: where nobody knows whether it was made, it is looked for again."""
        patience, problem = self._http.patience, ""
        for attempt in range(1, patience.attempts + 1):
            if (found := find()) is not None:
                return found
            try:
                return make()
            except Unsure as unsure:
                problem = str(unsure)
                self._http.sleep(patience.between(attempt))
        raise Failed(
            f"GitHub does not say whether it made {subject}: {problem}",
            "Run the command again; it goes on with what was made. https://www.githubstatus.com says what is known.",
        )

    def _pull_requests(self, parameters: Mapping[str, str]) -> Iterator[PullRequestAnswer]:
        """Newest first."""
        newest_first = {"sort": "created", "direction": "desc", **parameters}
        return self._http.pages(
            self._path("pulls"), PullRequestAnswer, f"pull requests of {self._repository}", newest_first
        )

    def _may_write(self, login: str) -> bool:
        """https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user"""
        path = self._path(f"collaborators/{quote(login, '')}/permission")
        try:
            return self._http.get(path, Permission, f"the permission of {login}").permission in WRITES
        except Absent:
            return False

    def _own_comment(self, number: int, marker: str) -> Comment | None:
        found = self._own_comments(number, marker, f"comments on {self._named(number)}")
        return min(found, key=lambda each: each.id, default=None)

    def _own_comments(self, number: int, marker: str, subject: str) -> list[Comment]:
        path = self._path(f"issues/{number}/comments")
        return [each for each in self._http.pages(path, Comment, subject) if self._is_ours(each, marker)]

    def _is_ours(self, comment: Comment, marker: str) -> bool:
        if comment.user is None or not is_marked(marker, comment.body or ""):
            return False
        if self._login is None:
            self._login = self._http.viewer()
        return rules.person(comment.user.login) == rules.person(self._login)

    def _head(self, branch: str) -> str:
        return f"{self._owner}:{branch}"

    def _path(self, rest: str) -> str:
        return f"repos/{self._repository}/{rest}"

    def _named(self, number: int) -> str:
        return f"pull request {number} of {self._repository}"
