"""The arguments of a command line, taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """Options in their order, each with its value or an empty one, and the words between them."""

    options: tuple[tuple[str, str], ...]
    words: tuple[str, ...]

    def all(self, *names: str) -> list[str]:
        """The values of an option that may be repeated."""
        return [value for name, value in self.options if name in names]

    def one(self, name: str) -> str:
        """The value of an option, empty where it is not given."""
        return next(iter(self.all(name)), "")

    def flag(self, name: str) -> bool:
        """Whether it is there."""
        return any(given == name for given, _ in self.options)


def parsed(arguments: Sequence[str], valued: Sequence[str] = ()) -> Options:
    """`--name=value` is an option with a value, `--name` one without unless it is among `valued`: then the next is its value."""
    options: list[tuple[str, str]] = []
    words: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        name, has_value, value = word.partition("=")
        if not word.startswith("-"):
            words.append(word)
        elif not has_value and name in valued and rest:
            options.append((name, rest.pop(0)))
        else:
            options.append((name, value))
    return Options(tuple(options), tuple(words))
