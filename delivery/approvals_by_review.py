"""Approvals as reviews of the pull request that proposes a plan."""

from delivery.approvals import Approval
from delivery.facts import short
from delivery.github import GitHub

BRANCHES = "slipway/"
"""What the names of branches that propose a plan begin with."""


def branch_of(environment: str, plan: str) -> str:
    """The branch on which a plan is proposed: the same plan, the same branch."""
    return f"{BRANCHES}{environment}-{short(plan)}"


class ReviewApprovals:
    """Implements `delivery.approvals.Approvals`: the branch's name says which plan its reviewers have read."""

    def __init__(self, github: GitHub) -> None:
        self._github = github

    def given(self, environment: str, subject: str) -> list[Approval]:
        """Reviews that count: of the branch's last commit, not dismissed, not its author's. One of a closed pull request
        that was never merged counts for nothing."""
        found = self._github.pull_request_of(branch_of(environment, subject))
        if found is None or found.state == "closed" or found.from_fork:
            return []
        how = f"review of pull request {found.number}"
        return [Approval(each.who, each.at, subject, how) for each in self._github.approvals(found.number)]
