"""What starts the builds of a trigger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pulumi import Input
from pulumi_gcp import cloudbuild


@dataclass(frozen=True, kw_only=True)
class PushEvent:
    """A push to a branch of a connected repository (2nd generation), of files that are not all `ignored`."""

    logs: ClassVar[str | None] = "INCLUDE_BUILD_LOGS_WITH_STATUS"
    repository: Input[str]
    branch: str
    ignored: Sequence[str] = ()

    def config(self) -> dict[str, Any]:
        """The arguments of the trigger."""
        push = cloudbuild.TriggerRepositoryEventConfigPushArgs(branch=self.branch)
        event = cloudbuild.TriggerRepositoryEventConfigArgs(repository=self.repository, push=push)
        return {"repository_event_config": event, "ignored_files": list(self.ignored) or None}


@dataclass(frozen=True, kw_only=True)
class PullRequestEvent:
    """A pull request against a branch. `comment`: only /gcbrun of somebody who may write starts it, and no push does; else that
    is needed for strangers' only. https://docs.cloud.google.com/build/docs/automating-builds/github/build-repos-from-github"""

    logs: ClassVar[str | None] = "INCLUDE_BUILD_LOGS_WITH_STATUS"
    repository: Input[str]
    branch: str
    comment: bool
    ignored: Sequence[str] = ()

    def config(self) -> dict[str, Any]:
        """The arguments of the trigger."""
        control = "COMMENTS_ENABLED" if self.comment else "COMMENTS_ENABLED_FOR_EXTERNAL_CONTRIBUTORS_ONLY"
        pull_request = cloudbuild.TriggerRepositoryEventConfigPullRequestArgs(
            branch=self.branch, comment_control=control
        )
        event = cloudbuild.TriggerRepositoryEventConfigArgs(repository=self.repository, pull_request=pull_request)
        return {"repository_event_config": event, "ignored_files": list(self.ignored) or None}


@dataclass(frozen=True, kw_only=True)
class WebhookEvent:
    """A request with the API key and the secret in its address. `secret` is its version, `reads` maps a substitution to what it is in
    the `body`, `when` is CEL over substitutions."""

    logs: ClassVar[str | None] = None
    secret: Input[str]
    when: str
    reads: Mapping[str, str]

    def config(self) -> dict[str, Any]:
        """The arguments of the trigger."""
        return {
            "webhook_config": cloudbuild.TriggerWebhookConfigArgs(secret=self.secret),
            "filter": self.when,
            "substitutions": _bound(self.reads),
        }


@dataclass(frozen=True, kw_only=True)
class MessageEvent:
    """A message of a topic; `when` and `reads` as above. With `source` the builds begin with that repository's `branch`."""

    logs: ClassVar[str | None] = None
    topic: Input[str]
    when: Input[str] | None = None
    reads: Mapping[str, str] = field(default_factory=dict)
    source: Input[str] | None = None
    branch: str = ""

    def config(self) -> dict[str, Any]:
        """The arguments of the trigger."""
        return {
            "pubsub_config": cloudbuild.TriggerPubsubConfigArgs(topic=self.topic),
            "filter": self.when,
            "substitutions": _bound(self.reads) or None,
            "source_to_build": _source(self.source, self.branch) if self.source else None,
        }


@dataclass(frozen=True, kw_only=True)
class ManualEvent:
    """Somebody starts it, on a repository's branch unless they name a commit."""

    logs: ClassVar[str | None] = None
    source: Input[str]
    branch: str

    def config(self) -> dict[str, Any]:
        """The arguments of the trigger."""
        return {"source_to_build": _source(self.source, self.branch)}


BuildEvent = PushEvent | PullRequestEvent | WebhookEvent | MessageEvent | ManualEvent


def _bound(reads: Mapping[str, str]) -> dict[str, str]:
    return {name: f"$({path})" for name, path in reads.items()}


def _source(repository: Input[str], branch: str) -> cloudbuild.TriggerSourceToBuildArgs:
    return cloudbuild.TriggerSourceToBuildArgs(repository=repository, ref=f"refs/heads/{branch}", repo_type="GITHUB")
