"""What every command works with, put together once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from delivery.approvals import Approvals
from delivery.builds import Builds
from delivery.engines import Engine
from delivery.errors import Failed
from delivery.github import GitHub
from delivery.leftovers import Leftovers
from delivery.outbox import Outbox
from delivery.place import Place
from delivery.registry import Registry
from delivery.repository import Repository
from delivery.workloads import Workloads
from model.promotion import ApprovalRule
from model.shared import Shared
from model.shared_rules import shared_stacks

if TYPE_CHECKING:
    from delivery.approvals_on_record import ApprovalsOnRecord


@dataclass(frozen=True)
class Desk:
    """`who` is the name that goes into the ledger. `github` opens a repository by its `owner/name`, `builds_of` what builds
    in a shared stack's project and region. `repository` is None where the config folder is in none: then files are all that
    is written. With `push` commits are published.
    """

    place: Place
    engine: Engine
    workloads: Workloads
    who: str
    registry: Registry
    outbox: Outbox
    github: Callable[[str], GitHub]
    builds_of: Callable[[Shared], Builds]
    leftovers: Leftovers
    repository: Repository | None = None
    push: bool = False

    def platform_github(self) -> GitHub:
        """The repository of the config. Raises Failed where the shared stack does not name it."""
        shared = self._shared()
        if shared is None or shared.platform_repository is None:
            raise Failed(
                "it is not known which repository on GitHub holds the config",
                "Write slipway:platformRepository into the shared stack's file.",
            )
        return self.github(shared.platform_repository.name)

    def application_github(self) -> GitHub | None:
        """The repository of the services' code; None where the shared stack does not name it."""
        shared = self._shared()
        return self.github(shared.application_repository) if shared and shared.application_repository else None

    @property
    def builds(self) -> Builds:
        """What builds. Raises Failed where there is no shared stack, whose triggers they are of."""
        shared = self._shared()
        if shared is None:
            raise Failed(
                "it is not known in which project and region builds run",
                "Write the shared stack's file, such as Pulumi.shared.yaml, with slipway:kind: shared.",
            )
        return self.builds_of(shared)

    def approvals(self, rule: ApprovalRule) -> Approvals:
        """Where an environment's approvals are given."""
        if rule.by == "review":
            from delivery.approvals_by_review import ReviewApprovals

            return ReviewApprovals(self.platform_github())
        return self.approvals_on_record()

    def approvals_on_record(self) -> ApprovalsOnRecord:
        """The signed ones. Raises Failed where the config is in no repository."""
        if self.repository is None:
            raise Failed(
                f"{self.place.config} is in no git repository, and approvals on record are signed commits",
                "Work in a clone of the platform repository.",
            )
        from delivery.approvals_on_record import ApprovalsOnRecord

        return ApprovalsOnRecord(self.repository)

    def _shared(self) -> Shared | None:
        """The stack that names the repositories; a config folder has one at most that matters, the first by name."""
        return next(iter(shared_stacks(self.place.config).values()), None)
