"""What everything in a repository knows of it. Every repository exists; its number is made of its name."""

from __future__ import annotations

from sandbox.clouds.gcp import values

NAME = r"[A-Za-z0-9._-]{1,100}"


def home(id: str) -> str:
    """`repos/OWNER/NAME`, of the full name of something in it."""
    return "/".join(id.split("/")[:3])


def number(id: str) -> int:
    """The number of the repository that holds it."""
    return int(values.number(home(id), 9))
