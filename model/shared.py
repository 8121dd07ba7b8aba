"""The stack of what belongs to no environment."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from model import host_names
from model.gateway import Delegation
from model.github_app import GitHubApp
from model.identifiers import StepName
from model.managed_secret import Sealed
from model.platform_repository import PlatformRepository
from model.repositories import Repositories
from model.repository_rules import RepositoryRules
from model.stack import ProjectNumber, Stack
from model.step_image import StepImage

CONNECTED = r"^projects/[^/]+/locations/[^/]+/connections/[^/]+/repositories/[^/]+$"
"""A repository that a person has connected to Cloud Build (2nd generation)."""

PipelineSecret = Literal["github-app", "slack", "webhook"]


class Shared(Stack):
    """What belongs to no environment: the registry and the build triggers."""

    kind: Literal["shared"]
    repositories: Repositories = Field(description="the repositories of images: releases, cache, previews")
    readers: dict[str, ProjectNumber] = Field(
        default_factory=dict, description="a map environment -> number of the project whose nodes may pull images"
    )
    preview_readers: tuple[str, ...] = Field((), description="those of 'readers' that previews run in")
    signed: tuple[str, ...] = Field((), description="those of 'readers' whose clusters run signed images only")
    customer_keys: bool = Field(
        description="true to encrypt the repositories with a key of this project's own; it is chosen once, since a "
        "repository cannot change its key"
    )
    deletion_protection: bool = Field(description="true to refuse the deletion of releases and of the key that signs")
    source_repository: str = Field(
        pattern=CONNECTED,
        description="the application repository as Cloud Build knows it: "
        "projects/P/locations/L/connections/C/repositories/R",
    )
    application_repository: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$",
        description="the same repository as GitHub knows it: owner and name; its commits' checks are asked for there",
    )
    steps: dict[StepName, StepImage] = Field(
        description="a map of the images that steps of builds run in, each by digest: docker, emulator, sbom, slipway, gcloud, "
        "and what the catalogue's checks and scanners name"
    )
    platform_repository: PlatformRepository | None = Field(
        None,
        description="the repository of this program and its config on GitHub: name, id, ownerId; its pipeline may then "
        "deploy",
    )
    platform_source: str | None = Field(
        None,
        pattern=CONNECTED,
        description="the platform repository as Cloud Build knows it, written like sourceRepository; what moves releases and "
        "applies changes needs it",
    )
    github_app: GitHubApp | None = Field(
        None,
        alias="githubApp",
        description="the GitHub App that commits to the platform repository: id and installation",
    )
    manage_github: bool = Field(
        False,
        alias="manageGithub",
        description="true to make GitHub report pull requests by a webhook of this stack; needs a token of an administrator "
        "(GITHUB_TOKEN) when it is brought up. False: a person enters the output github_webhook",
    )
    repository_rules: RepositoryRules = Field(
        default_factory=lambda: RepositoryRules.model_validate({}),
        description="what GitHub asks before a branch changes or a job deploys: application, platform, environments; needs "
        "the same token",
    )
    secrets: dict[PipelineSecret, Sealed] = Field(
        default_factory=dict,
        description="a map of what the builds need: github-app (the app's private key), slack (the bot's token), webhook (a "
        "random text that is in the address to which GitHub reports pull requests), each written by 'pulumi config set "
        "--secret --path slipway:secrets.NAME'",
    )
    project_number: ProjectNumber | None = Field(
        None, description="the project's number; needed by bootstrap where the project is no environment's"
    )
    domain: Annotated[str, AfterValidator(host_names.domain)] | None = Field(
        None, description="the domain that the environments' are below, where its zone is this team's to keep"
    )
    delegations: dict[Annotated[str, AfterValidator(host_names.host)], Delegation] = Field(
        default_factory=dict, description="a map label of 'domain' -> the zone of an environment: nameServers and ds"
    )

    @model_validator(mode="after")
    def _known(self) -> Shared:
        for key, chosen in (("previewReaders", self.preview_readers), ("signed", self.signed)):
            for name in chosen:
                if name not in self.readers:
                    raise ValueError(
                        f"{key} names '{name}', which readers does not|Add it there with its project's number"
                    )
        needed = {"platformRepository": self.platform_repository, "platformSource": self.platform_source}
        if self.github_app and (missing := [key for key, value in needed.items() if not value]):
            raise ValueError(
                f"githubApp needs {missing[0]}|Add it, or take githubApp out: nothing is moved by builds then"
            )
        if self.manage_github and not self.application_repository:
            raise ValueError("manageGithub needs applicationRepository|Add it: owner and name on GitHub")
        platform = self.platform_repository.name if self.platform_repository else None
        if misfit := self.repository_rules.misfit(self.application_repository, platform, self.readers):
            raise ValueError(misfit)
        if self.github_app and "github-app" not in self.secrets:
            raise ValueError(
                "secrets.github-app is missing, and githubApp needs it|Set it with 'pulumi config set --secret --path "
                "slipway:secrets.github-app', the app's private key"
            )
        return self
