"""The repositories of images that all environments share."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from model.inert import Inert

RepositoryId = Annotated[str, Field(pattern=r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")]


class Repositories(Inert):
    """Ids of three repositories of Artifact Registry.

    Releases are never deleted, since a pinned digest must not vanish, and their tags never move: so what moves (the cache)
    and what goes by itself (images of previews) is elsewhere.
    """

    releases: RepositoryId = Field(description="the id of the repository of releases, such as gke-repo")
    cache: RepositoryId = Field(description="the id of the repository of build caches, such as gke-cache")
    previews: RepositoryId = Field(description="the id of the repository of previews' images, such as gke-previews")
    preview_days: int = Field(30, ge=1, le=365, description="the days after which images of previews are deleted")
    cache_days: int = Field(14, ge=1, le=365, description="the days after which build caches are deleted")

    @model_validator(mode="after")
    def _apart(self) -> Repositories:
        if len({self.releases, self.cache, self.previews}) < 3:
            raise ValueError("two repositories have one id|Write three ids")
        return self
