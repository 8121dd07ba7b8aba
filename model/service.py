"""The services of the catalogue."""

from __future__ import annotations

from pydantic import Field

from model.inert import Inert


class Service(Inert):
    """A long-running workload on GKE."""

    image: str = Field(description="the name of an image from 'images'")
    args: tuple[str, ...] = Field((), description="a list of arguments for the image's entry point")
    port: int = Field(ge=1024, le=65535, description="a port from 1024 to 65535 (the pod does not run as root)")
    database: str | None = Field(None, description="the name of a database from 'databases'")
    secrets: tuple[str, ...] = Field((), description="a list of names from 'secrets', each of which it gets as a file")
