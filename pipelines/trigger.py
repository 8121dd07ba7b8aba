"""What starts a build."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from model.names import MAIN
from pipelines.build import Build

Source = Literal["application", "platform"]
SUCCEEDED, FAILED = ("SUCCESS",), ("FAILURE", "INTERNAL_ERROR", "TIMEOUT", "EXPIRED")
"""How builds end, in Cloud Build's words, but for those that somebody has cancelled or not agreed to:
https://docs.cloud.google.com/build/docs/api/reference/rest/v1/projects.builds#status"""


@dataclass(frozen=True, kw_only=True)
class Push:
    """To a branch; of files that are not all among `ignored`."""

    source: Source
    branch: str
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PullRequest:
    """Opened or pushed to, against a branch. `comment`: only when somebody who may write says /gcbrun, in a comment or in the
    description of their own, and not by a push; else that is asked of strangers' only."""

    source: Source
    branch: str
    comment: bool = False
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """A request to an address that only GitHub and we know; GitHub's signature is not checked. `reads` maps a substitution to what
    it is in the `body`, and `when` is CEL over these substitutions:
    https://docs.cloud.google.com/build/docs/filter-build-events-using-cel"""

    when: str
    reads: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message of Cloud Build's own about a build of one of the triggers `of` that has `ended` so. `reads` as above."""

    of: tuple[str, ...]
    reads: Mapping[str, str]
    ended: tuple[str, ...] = SUCCEEDED


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """At times that cron knows, in UTC, with the head of a branch."""

    cron: str
    source: Source
    branch: str = MAIN


@dataclass(frozen=True, kw_only=True)
class Manual:
    """Somebody starts it, or a build that may."""

    source: Source
    branch: str = MAIN


Event = Push | PullRequest | Webhook | Message | Schedule | Manual


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """`approval`: a person must agree before a build starts. `account` is the id of the identity of its builds, which no other
    trigger has."""

    name: str
    what: str
    event: Event
    build: Build
    account: str
    approval: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Substitution -> what whoever starts it by hand should write."""

    @property
    def deploys(self) -> frozenset[str]:
        """The stacks that its builds can change."""
        from pipelines.grants import Deploys

        return frozenset(grant.stack for grant in self.build.grants if isinstance(grant, Deploys))


def reported(name: str, project: str) -> str:
    """The check by which Cloud Build's app tells GitHub what becomes of a trigger's builds: one for a trigger, whatever its steps are.
    It hands over the trigger's name and the project: https://docs.cloud.google.com/build/docs/run-builds-on-github#data_sharing"""
    return f"{name} ({project})"
