"""The caches of the catalogue, and how big each is in an environment."""

from __future__ import annotations

from pydantic import Field

from model.inert import Inert


class Cache(Inert):
    """A Redis of its own for the services that name it. Unless it says otherwise, what is in it can be made again."""

    purpose: str = Field("", description="a sentence")
    lasting: bool = Field(
        False,
        description="true where what is in it cannot be made again: it is saved every hour, and a full one refuses to "
        "learn instead of forgetting",
    )


class CacheSize(Inert):
    """How big a Redis is, and whether it survives its zone."""

    # The least there is; it costs by the gigabyte and hour, used or not.
    memory_gb: int = Field(1, ge=1, le=300, description="its memory in GB, 1 to 300")
    highly_available: bool = Field(False, description="true for a replica in a second zone, at twice the price")
