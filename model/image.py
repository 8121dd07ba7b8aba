"""The images of the catalogue."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, model_validator

from model.inert import Inert

MIRRORED = re.compile(
    r"(?P<registry>[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]+)?)/[a-z0-9]+([._/-]+[a-z0-9]+)*"
    r"(:(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(@(?P<digest>sha256:[0-9a-f]{64}))?"
)
"""A reference that says which registry it means: https://github.com/distribution/reference/blob/main/reference.go"""


SourcePath = Annotated[str, Field(pattern=r"^[A-Za-z0-9._][A-Za-z0-9._/-]*$")]
Platform = Annotated[str, Field(pattern=r"^linux/[a-z0-9]+(/v[0-9]+)?$")]
PLATFORMS = ("linux/amd64", "linux/arm64")


class BaseImage(Inert):
    """What images are built on. It is built anew every week, and builds reuse its layers from the cache repository."""

    name: str = Field("base-builder", pattern=r"^[a-z][a-z0-9-]*$", description="its name in the cache repository")
    dockerfile: str = Field(description="the path of its Dockerfile in the application repository")
    context: str = Field(".", description="the folder that the build sees")
    platforms: tuple[Platform, ...] = Field(
        PLATFORMS, min_length=1, description="a list of platforms, such as linux/amd64"
    )


class Image(Inert):
    """A container image, run by one service or by several: built once from a Dockerfile, or a third party's, copied."""

    dockerfile: str = Field(
        "",
        description="the path of the Dockerfile; left out, it is <image>/k8s/Dockerfile of the application repository",
    )
    context: str = Field(".", description="the folder that the build sees")
    platforms: tuple[Platform, ...] = Field(
        PLATFORMS, min_length=1, description="a list of platforms, such as linux/amd64"
    )
    paths: tuple[SourcePath, ...] = Field(
        (".",),
        min_length=1,
        description="a list of the files and folders that it is made of; a pull request that changes none of them needs no build "
        "of it",
    )
    mirror: str = Field(
        "",
        description="instead of the keys above, a third party's image, such as docker.io/library/postgres:15.14; it is "
        "copied into the registry and from then on named by digest",
    )

    @model_validator(mode="after")
    def _one_origin(self) -> Image:
        if "mirror" not in self.model_fields_set:
            return self
        built = sorted(self.model_fields_set - {"mirror"})
        if built:
            raise ValueError(f"mirror and {built[0]} exclude each other|An image is copied or built; take one out")
        match = MIRRORED.fullmatch(self.mirror)
        if not match or not (match["tag"] or match["digest"]) or match["tag"] == "latest":
            remedy = "Write registry, path, and a tag other than latest or a digest: docker.io/library/postgres:15.14"
            raise ValueError(f"mirror '{self.mirror}' does not say which image is meant|{remedy}")
        return self

    def dockerfile_of(self, name: str) -> str:
        """The Dockerfile of the image, by default where the application repository keeps it."""
        return self.dockerfile or f"{name}/k8s/Dockerfile"

    def sources_of(self, name: str) -> tuple[str, ...]:
        """Everything that its contents depend on in the application repository."""
        return (*self.paths, self.dockerfile_of(name))
