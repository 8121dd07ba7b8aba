"""The migrations of a pull request: who answers for them, as GitHub knows it, and what is said there."""

from __future__ import annotations

from dataclasses import dataclass

from rich.markup import escape

from delivery import migrations_comment, screen
from delivery.desk import Desk
from delivery.errors import Failed
from delivery.github import GitHub, PullRequest
from delivery.migrations_check import Approval, Verdict, of_pull_request


@dataclass(frozen=True)
class Asked:
    """A pull request of the application repository. `commit` is its commit that was read, empty where nobody has said."""

    github: GitHub
    request: PullRequest
    commit: str

    @property
    def moved(self) -> bool:
        """Whether somebody has pushed since: what is approved now is not what was read, and another build tells of it."""
        return bool(self.commit) and self.request.commit != self.commit

    def approval(self) -> Approval:
        """What is known of it; nothing where it has moved on. Raises Failed where GitHub cannot be asked."""
        number = self.request.number
        if self.moved:
            _note(self, f"{self.commit[:12]} is not its head any more, and no approval counts")
            return Approval(how=f"pull request {number} of {self.github.repository}, which was pushed to since")
        return of_pull_request(self.github, number)

    def tell(self, verdict: Verdict) -> str:
        """The address of the comment; empty where there is nothing to say. What GitHub does not take changes no verdict."""
        number, marker = self.request.number, migrations_comment.MARKER
        try:
            if self.moved or not (
                migrations_comment.says_something(verdict) or self.github.own_comment(number, marker) is not None
            ):
                return ""
            files = f"{self.request.url.rpartition('/pull/')[0]}/blob/{self.request.commit}"
            return self.github.comment(number, marker, migrations_comment.body(verdict, files))
        except Failed as error:
            _note(self, f"it was not told: {error.what}")
            return ""


def asked(desk: Desk, number: int, commit: str) -> Asked:
    """Of the repository with the services' code. Raises Failed where it is not known, or GitHub does not answer."""
    github = desk.application_github()
    if github is None:
        raise Failed(
            "it is not known which repository on GitHub holds the services' code",
            "Write slipway:applicationRepository into the shared stack's file.",
        )
    return Asked(github, github.pull_request(number), commit)


def _note(asked: Asked, why: str) -> None:
    screen.err().print(f"[yellow]note[/]: pull request {asked.request.number}: {escape(why)}")
