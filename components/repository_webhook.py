"""What GitHub reports of a repository, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_github as github
from pulumi import Input, ResourceOptions


@dataclass(frozen=True, kw_only=True)
class RepositoryWebhookArgs:
    """`owner` is the organisation, `repository` the bare name. The token is of whoever brings the stack up (GITHUB_TOKEN)."""

    owner: Input[str]
    repository: Input[str]
    events: Sequence[str]
    url: Input[str]


class RepositoryWebhook(pulumi.ComponentResource):
    """A webhook on GitHub that sends JSON."""

    def __init__(self, name: str, args: RepositoryWebhookArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:RepositoryWebhook", name, None, opts)
        provider = github.Provider(name, owner=args.owner, opts=ResourceOptions(parent=self))
        github.RepositoryWebhook(
            name,
            repository=args.repository,
            events=list(args.events),
            configuration=github.RepositoryWebhookConfigurationArgs(url=args.url, content_type="json"),
            opts=ResourceOptions(parent=self, provider=provider),
        )
        self.register_outputs({})
