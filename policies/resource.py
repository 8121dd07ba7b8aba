"""What a rule looks at: a resource as it is wanted, and how to read its inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HIDDEN = "[secret]"
UNKNOWN = "[unknown]"
"""What stands for a secret, and for what only the cloud can tell, later: the same words as in a plan."""

UNTOLD = (HIDDEN, UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource of a cloud: `props` are its inputs as the program gives them, `protect` and `parent` its options."""

    type: str
    name: str
    props: Mapping[str, Any]
    urn: str = ""
    protect: bool = False
    parent: str = ""

    @property
    def kind(self) -> str:
        """The last part of the type, such as DatabaseInstance."""
        return self.type.rpartition(":")[2]

    def get(self, path: str) -> Any:
        """The input at a path such as `settings.ipConfiguration`: None where there is none, UNKNOWN below what is untold."""
        return at(self.props, path)

    def has(self, path: str) -> bool:
        """Whether anything stands at a path; what is untold is something."""
        return self.get(path) not in (None, "", False, {}, [])

    def is_(self, path: str, *allowed: Any) -> bool:
        """Whether one of the allowed values stands at a path. What is untold is taken for one of them: it is asked for again
        when it is known, before anything is made of it."""
        return is_(self.get(path), *allowed)


def at(value: Any, path: str) -> Any:
    """What stands in a value at a path of keys."""
    for key in path.split("."):
        if value in UNTOLD:
            return UNKNOWN
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def is_(value: Any, *allowed: Any) -> bool:
    """Whether a value is one of the allowed ones, or untold."""
    return value in UNTOLD or value in allowed


def entries(value: Any) -> list[Any]:
    """The entries of a list; none where there is no list, or an untold one."""
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else []


def texts(value: Any) -> Iterator[str]:
    """Every text in a value, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, Sequence):
        for item in value:
            yield from texts(item)
