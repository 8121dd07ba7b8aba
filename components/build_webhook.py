"""The address at which GitHub reports what happens to pull requests."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import projects

CLOUD_BUILD = "cloudbuild.googleapis.com"


@dataclass(frozen=True, kw_only=True)
class BuildWebhookArgs:
    """`trigger` is its physical name, `secret` the text that the trigger's secret holds."""

    project: Input[str]
    location: Input[str]
    trigger: Input[str]
    secret: Input[str]


class BuildWebhook(pulumi.ComponentResource):
    """An API key that is good for Cloud Build alone, and the trigger's address with the key and the secret in it.

    Both are no more than a door key: GitHub's signature is not checked, so what a build does must not depend on what the request
    says. https://docs.cloud.google.com/build/docs/automating-builds/create-webhook-triggers
    """

    url: Output[str]
    """A secret."""

    def __init__(self, name: str, args: BuildWebhookArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:BuildWebhook", name, None, opts)
        key = projects.ApiKey(
            name,
            display_name="Reports of GitHub",
            restrictions=projects.ApiKeyRestrictionsArgs(
                api_targets=[projects.ApiKeyRestrictionsApiTargetArgs(service=CLOUD_BUILD)]
            ),
            opts=ResourceOptions(parent=self),
        )
        path = Output.concat("projects/", args.project, "/locations/", args.location, "/triggers/", args.trigger)
        secret = Output.from_input(args.secret).apply(lambda text: quote(text, safe=""))
        url = Output.concat("https://", CLOUD_BUILD, "/v1/", path, ":webhook?key=", key.key_string, "&secret=", secret)
        self.url = Output.secret(url)
        self.register_outputs({"url": self.url})
