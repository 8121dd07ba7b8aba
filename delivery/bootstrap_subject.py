"""Whom the steps of a first run are for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from delivery.bootstrap_step import Command
from model import foundation
from model.environment import Environment
from model.platform_repository import PlatformRepository
from model.shared import Shared
from pipelines.grants import Deploys, Grant, Watches
from pipelines.trigger import Trigger

CONSOLE = "https://console.cloud.google.com"


@dataclass(frozen=True, kw_only=True)
class Builders:
    """The shared stack by name and project, whose triggers these are: each has an account there that 'up' makes."""

    stack: str
    project: str
    triggers: Mapping[str, Trigger]

    def holding(self, grant: Grant) -> dict[str, Trigger]:
        """Those with a step that needs it."""
        return {name: trigger for name, trigger in self.triggers.items() if grant in trigger.build.grants}


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One stack to be prepared. `number` is its project's; `repository` deploys it, and `builders` build, where there are
    such."""

    stack: str
    config: Shared | Environment
    number: str
    repository: PlatformRepository | None
    builders: Builders | None

    @property
    def project(self) -> str:
        """The id of its project."""
        return self.config.project

    def key(self, name: str) -> str:
        """A step's key."""
        return f"{self.stack}/{name}"

    def gcloud(self, *words: str) -> Command:
        """A command about its project."""
        return ("gcloud", *words, f"--project={self.project}")

    @property
    def member(self) -> str:
        """Its deployer, as IAM knows it."""
        return f"serviceAccount:{foundation.deployer_email(self.project, self.stack)}"

    @property
    def watched_by(self) -> dict[str, Trigger]:
        """The triggers whose builds look at it."""
        return self.builders.holding(Watches(self.stack)) if self.builders else {}

    @property
    def deployed_by(self) -> dict[str, Trigger]:
        """The triggers whose builds change it."""
        return self.builders.holding(Deploys(self.stack)) if self.builders else {}
