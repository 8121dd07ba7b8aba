"""The GitHub App that commits in the team's name."""

from __future__ import annotations

from pydantic import Field

from model.inert import Inert


class GitHubApp(Inert):
    """Its key is a secret of the shared stack. It alone may pass the branch rules of the platform repository.

    https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
    """

    id: str = Field(pattern=r"^[0-9]+$", description="the app's number, in quotes")
    installation: str = Field(
        pattern=r"^[0-9]+$", description="the number of its installation in the organisation, in quotes"
    )
