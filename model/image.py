"""The images of the catalogue."""

from __future__ import annotations

from pydantic import Field

from model.inert import Inert


class Image(Inert):
    """A container image, built once and run by one service or by several."""

    dockerfile: str = Field(
        "",
        description="the path of the Dockerfile; left out, it is <image>/k8s/Dockerfile of the application repository",
    )
    context: str = Field(".", description="the folder that the build sees")
    platforms: tuple[str, ...] = Field(
        ("linux/amd64", "linux/arm64"), min_length=1, description="a list of platforms, such as linux/amd64"
    )

    def dockerfile_of(self, name: str) -> str:
        """The Dockerfile of the image, by default where the application repository keeps it."""
        return self.dockerfile or f"{name}/k8s/Dockerfile"
