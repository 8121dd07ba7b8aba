"""Notices: what people are told of releases, whatever carries it to them.

Where a notice goes (`channels_of`), by the environment that it is about, whose `slipway:notices` names the channels:

| notice                                    | deployments | oncall      | security |
|-------------------------------------------|-------------|-------------|----------|
| build, deployment, promotion, rollback    | yes         | if critical |          |
| hold, break-glass                         | yes         | yes         |          |
| drift                                     | yes         | if critical |          |
| security                                  |             | if critical | yes      |

A rollout that failed is critical, and so is what is gone. Drift of what decides who may do what is told as security.
Without an oncall channel nobody is told twice; without a security channel findings go to deployments, since they are not
to be lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from model.notices import SlackChannels


class Kind(StrEnum):
    """What happened."""

    BUILD = "build"
    DEPLOYMENT = "deployment"
    PROMOTION = "promotion"
    ROLLBACK = "rollback"
    HOLD = "hold"
    BREAK_GLASS = "break-glass"
    DRIFT = "drift"
    SECURITY = "security"


class Severity(StrEnum):
    """`critical` is what somebody has to act on now, a failed rollout among it; `warning` what can wait until tomorrow."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True)
class Link:
    """Where to look: `text` says what is there."""

    text: str
    url: str


@dataclass(frozen=True)
class NextStep:
    """What may or must be done now: a command to type, an address to open, or both."""

    text: str
    command: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing that people are told. What is empty is not shown.

    `environment` decides who is told; a build's is the one that it will be deployed to first. `at` is when it happened, by
    the engine's clock, however late it arrives. `images` are those that changed, each with its digest before and after.
    `author` wrote the change, `who` made the move. No field may hold a secret: notices are kept until they are delivered.
    """

    kind: Kind
    severity: Severity
    environment: str
    title: str
    at: datetime
    release: str = ""
    branch: str = ""
    commit: str = ""
    commit_url: str = ""
    author: str = ""
    who: str = ""
    reason: str = ""
    images: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    next_step: NextStep | None = None
    link: Link | None = None

    def as_json(self) -> dict[str, Any]:
        """Every field by its name; `at` in ISO 8601, `images` as a map image -> before and after."""
        return {
            "kind": self.kind.value,
            "severity": self.severity.value,
            "environment": self.environment,
            "title": self.title,
            "at": self.at.isoformat(timespec="seconds"),
            "release": self.release,
            "branch": self.branch,
            "commit": self.commit,
            "commit_url": self.commit_url,
            "author": self.author,
            "who": self.who,
            "reason": self.reason,
            "images": {image: {"before": old, "after": new} for image, (old, new) in self.images.items()},
            "next_step": vars(self.next_step).copy() if self.next_step else None,
            "link": vars(self.link).copy() if self.link else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Notice":
        """What `as_json` has made. Raises ValueError for anything else."""
        try:
            parts: dict[str, Any] = {
                **data,
                "kind": Kind(data["kind"]),
                "severity": Severity(data["severity"]),
                "at": datetime.fromisoformat(data["at"]),
                "images": {image: (pair["before"], pair["after"]) for image, pair in data["images"].items()},
                "next_step": NextStep(**data["next_step"]) if data["next_step"] else None,
                "link": Link(**data["link"]) if data["link"] else None,
            }
            return cls(**parts)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"this is no notice: {error}") from None


class Reach(StrEnum):
    """How far a failure reaches."""

    NOTICE = "notice"
    CHANNEL = "channel"
    EVERYTHING = "everything"


class Undelivered(Exception):
    """A notice did not arrive, or nobody knows whether it did.

    `reaches` says what would fail in the same way: this notice alone, whatever goes to its channel, or everything.
    """

    def __init__(self, reason: str, reaches: Reach) -> None:
        super().__init__(reason)
        self.reason = reason
        self.reaches = reaches


class Notices(Protocol):
    """What carries notices."""

    def send(self, notice: Notice, channel: str) -> None:
        """Post a notice in a channel, within a few seconds. Raises Undelivered, and nothing else."""
        ...


def channels_of(notice: Notice, channels: SlackChannels | None) -> tuple[str, ...]:
    """The channels that a notice goes to, the first one first, each once; the table above. None where nobody is told."""
    if channels is None:
        return ()
    finding = notice.kind is Kind.SECURITY and channels.security
    found = [finding or channels.deployments]
    urgent = notice.severity is Severity.CRITICAL or notice.kind in (Kind.HOLD, Kind.BREAK_GLASS)
    if urgent and channels.oncall:
        found.append(channels.oncall)
    return tuple(dict.fromkeys(found))
