"""What a stack that runs the catalogue states: how big it is, and which digests run in it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from model.identifiers import ImageName, ServiceName
from model.release import Digest, ReleaseId
from model.size import Size
from model.stack import ProjectNumber, Registry, Stack


def _whole(shares: dict[str, int]) -> dict[str, int]:
    if sum(shares.values()) != 100:
        raise ValueError(f"its shares make {sum(shares.values())} percent|Make them 100")
    return shares


Traffic = Annotated[dict[str, Annotated[int, Field(ge=1, le=100)]], AfterValidator(_whole)]


class Workloads(Stack):
    """What a stack that runs the catalogue states, environment and preview alike."""

    project_number: ProjectNumber
    registry: Registry
    collapse: dict[ServiceName, tuple[str, ...]] = Field(
        default_factory=dict, description="a map pod -> list of the services that run in it"
    )
    sizes: dict[str, Size] = Field(description="a map Deployment -> size, with 'default' for all others")
    autoscaling: bool = Field(description="true to scale Deployments between replicas and maxReplicas")
    disruption_budgets: bool = Field(description="true to keep pods of Deployments of two and more through drains")
    smoke_tests: bool = Field(
        True,
        description="true to run the services' smoke tests after each rollout, in previews too (a Job of 50m cores for each "
        "service, for a moment); false where a rollout is done once its probes are content",
    )
    traffic: dict[ServiceName, Traffic] = Field(
        default_factory=dict,
        description="a map Cloud Run service -> map revision -> percent of its requests, 'latest' for the newest; "
        "without it the newest gets all",
    )
    images: dict[ImageName, Digest] = Field(
        default_factory=dict, description="a map image -> sha256 digest, written by deploy, promote and rollback"
    )
    release: ReleaseId | None = Field(None, description="the release that the digests are from, YYYY.MM.DD.NNNN")
    migrated: ReleaseId | None = Field(None, description="the release whose migrations the database has")

    def size(self, deployment: str) -> Size:
        """The size of a Deployment."""
        return self.sizes.get(deployment, self.sizes["default"])

    @property
    def pinned(self) -> frozenset[str]:
        """The images that have a pin."""
        return frozenset(self.images)

    def digest(self, image: str) -> str:
        """The digest that is pinned."""
        return self.images[image]

    def released(self, image: str) -> str:
        """The image of a release that is pinned, by digest."""
        return f"{self.registry}/{image}@{self.images[image]}"

    def reference(self, image: str) -> str:
        """The image that is pinned, by digest."""
        return self.released(image)
