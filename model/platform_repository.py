"""The repository that holds this program and its config, whose pipeline deploys."""

from __future__ import annotations

from pydantic import Field

from model.inert import Inert


class PlatformRepository(Inert):
    """GitHub's numbers decide, since a name that is given up may become somebody else's:
    https://docs.cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines#conditions
    """

    name: str = Field(
        pattern=r"^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", description="owner and name on GitHub, such as acme/platform"
    )
    id: str = Field(
        pattern=r"^[0-9]+$", description="its number, as `gh api repos/OWNER/NAME --jq .id` prints it, in quotes"
    )
    owner_id: str = Field(
        pattern=r"^[0-9]+$",
        description="its owner's number, as `gh api repos/OWNER/NAME --jq .owner.id` prints it, in quotes",
    )
