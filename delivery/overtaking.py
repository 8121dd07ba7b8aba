"""Runs in a row: what brought the commit that is applied, and whether a newer one is there that will apply the rest."""

from collections.abc import Collection
from dataclasses import dataclass

from delivery import git_objects, upstream
from delivery.desk import Desk
from delivery.ledger import FOLDER
from delivery.record import PLAN
from delivery.repository import Repository
from model.stacks import stack_file

MOST = 50
"""Commits of deliveries that are passed over on the way to the one that brought what is applied."""


@dataclass(frozen=True)
class Start:
    """The commit that a run began with; `follows` is false where its branch is published nowhere."""

    repository: Repository
    commit: str
    follows: bool

    def newer(self, moved: Collection[str]) -> str | None:
        """The published tip, if it has more to apply than this run. `moved` are stacks whose pins the run itself wrote.

        Entries of ledgers are nothing to apply: approvals, holds and other deliveries overtake nobody. Raises Failed
        where the upstream does not answer.
        """
        git = self.repository.git
        if not self.follows:
            return None
        tip = upstream.fetch(git, upstream.find(git), upstream.without_questions(git))
        if tip is None or tip == self.commit:
            return None
        base = git.ask("merge-base", self.commit, tip).text
        if not base:
            return tip
        own = {self.repository.name_of(self.repository.config / stack_file(stack)) for stack in moved}
        changed = [each.path for each in git_objects.changes(git, base, tip)]
        return tip if any(path not in own and not _is_ledger(self.repository, path) for path in changed) else None

    def brought(self) -> str:
        """The commit that brought what is applied: the newest on the branch that no delivery made."""
        git, sha = self.repository.git, self.commit
        for _ in range(MOST):
            commit = git_objects.read_commit(git, sha)
            if not commit.parents:
                break
            changed = [each.path for each in git_objects.changes(git, commit.parents[0], sha)]
            pins = len(commit.parents) == 1 and PLAN in self.repository.trailers(sha)
            if not pins and not all(_is_ledger(self.repository, path) for path in changed):
                break
            sha = commit.parents[0]
        return sha


def start(desk: Desk) -> Start | None:
    """Where a run begins; None where the config is in no repository, or nothing is committed."""
    if desk.repository is None or (head := desk.repository.head()) is None:
        return None
    return Start(desk.repository, head, upstream.is_published_from(desk.repository.git))


def _is_ledger(repository: Repository, path: str) -> bool:
    return path.startswith(repository.name_of(repository.config / FOLDER) + "/")
