"""Approvals of a change of infrastructure: reviews of the pull request that brought it, for the plans in its comment."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from delivery import plan_comment
from delivery.approvals import Approval
from delivery.facts import short
from delivery.github import GitHub, PullRequest, Review


@dataclass(frozen=True)
class PlanApprovals:
    """Implements `delivery.approvals.Approvals`: `commit` is what a merge brought, and the comment says which plans the
    reviewers of that merge have read."""

    github: GitHub
    commit: str

    def given(self, environment: str, subject: str) -> list[Approval]:
        """The reviews that count, if the comment names this very plan for the environment, and did when they were given."""
        shown, since = self._shown(environment)
        if self.pull_request is None or shown != subject:
            return []
        how = f"review of pull request {self.pull_request.number}"
        return [Approval(each.who, each.at, subject, how) for each in self._reviews if _has_seen(each, since)]

    def rejected(self, environment: str, subject: str) -> list[tuple[str, str]]:
        """Who has approved something else, and what."""
        shown, since = self._shown(environment)
        if self.pull_request is None:
            return []
        number = self.pull_request.number
        if shown == subject:
            why = f"has approved pull request {number} before this plan was shown there"
            return [(each.who, why) for each in self._reviews if not _has_seen(each, since)]
        why = (
            f"has approved the plan {short(shown)} of {environment} in pull request {number}"
            if shown
            else f"was shown no change of {environment} in pull request {number}"
        )
        return [(each.who, why) for each in self._reviews]

    def authors(self) -> list[str]:
        """Who made what was merged: none of them approves it."""
        if self.pull_request is None:
            return []
        author = self.github.author(self.pull_request.commit)
        return [self.pull_request.author, *([author] if author else [])]

    @cached_property
    def pull_request(self) -> PullRequest | None:
        """The merged one that brought the commit, the newest of several; None where it came otherwise."""
        merged = [each for each in self.github.pull_requests_of(self.commit) if each.state == "merged"]
        return max(merged, key=lambda each: each.number, default=None)

    def _shown(self, environment: str) -> tuple[str, datetime | None]:
        """The hash of the plan that the environment's own comment names, else the one of all stacks, and since when; empty where
        none does."""
        if self.pull_request is None:
            return "", None
        for marker in (plan_comment.marker([environment]), plan_comment.MARKER):
            if text := self.github.own_comment(self.pull_request.number, marker):
                since = self.github.commented_at(self.pull_request.number, marker)
                return plan_comment.hashes(text).get(environment, ""), since
        return "", None

    @cached_property
    def _reviews(self) -> list[Review]:
        return list(self.github.approvals(self.pull_request.number)) if self.pull_request else []


def _has_seen(review: Review, since: datetime | None) -> bool:
    """Whether the comment said what it says when the review was given."""
    return since is None or review.at >= since
