"""What still bears a preview's label, or its name, though no stack owns it: one protocol, real or in the sandbox."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

_IN_NAME = re.compile(r"pr_([1-9][0-9]*)_.+")


@dataclass(frozen=True, order=True)
class Leftover:
    """`preview` is the stack that it was of, `kind` a Pulumi type, `name` what its API calls it."""

    preview: str
    kind: str
    name: str


class Leftovers(Protocol):
    """What previews have made in the cluster, the instance and the project of their base."""

    def found(self, base: str) -> Sequence[Leftover]:
        """Everything that a preview made, of all previews, those that are open among them. Raises Failed."""
        ...

    def remove(self, base: str, leftover: Leftover) -> None:
        """Remove one thing and what is in it. What is gone already is no error. Raises Failed."""
        ...


def of_name(name: str) -> str:
    """The preview that a PostgreSQL database or user is of; empty where it is none's. They bear no labels."""
    match = _IN_NAME.fullmatch(name)
    return f"pr-{match[1]}" if match else ""
