"""Whom the steps of a first run are for."""

from __future__ import annotations

from dataclasses import dataclass

from delivery.bootstrap_step import Command
from model import foundation
from model.environment import Environment, Shared
from model.platform_repository import PlatformRepository


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One stack to be prepared. `number` is its project's; `repository` deploys it, where there is one."""

    stack: str
    config: Shared | Environment
    number: str
    repository: PlatformRepository | None

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
