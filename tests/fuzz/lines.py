"""Command lines with one thing in them that is probably wrong, of every command and all that it takes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from typer.core import TyperArgument, TyperGroup, TyperOption

from delivery import examples
from tests.commands.reading import COMMANDS, read, words

WORDS = (
    *("", " ", "-", "--", "-1", "0", "1.5", "99999999999999999999", "9" * 5000, "1e400", "nan", "0x10", "٣", "١٢"),
    *("ünï☃", "\u202e", "\udcff", "a\nb", "\t", "[red]x[/]", "[/]", "%s", "{0}", "$(X)", "null", "true", "[]", "{}"),
    *("*", "**", "~", "x" * 5000, "a" * 300, "../../etc", ".", "..", "/proc/nowhere/at/all", "a/b/c", "C:\\x"),
    *("a=b", "=", "=b", "a=", "a@b", "@", "a,b", ",", ",,", "api=latest", "api@sha256:0", "sha256:" + "0" * 64),
    *(
        "a" * 40,
        "2026.01.31",
        "2026.13.45.0001",
        "2026.01.31.0001",
        "2026-99-99",
        "pr-0",
        "pr-042",
        "pr",
        "releases",
        "Dev",
        "dev ",
    ),
    *("sandbx", "3 days", "-5m", "1y", "http://", "postgres://", "postgres://[", "https://x:port"),
)
"""For what takes a value: of every kind, empty, huge, negative, of other alphabets, not even text. No folder outside is named."""


@dataclass(frozen=True)
class Line:
    """What follows `slipway`, and which parameter of which command is wrong in it."""

    parameter: str
    words: tuple[str, ...]


STANDING = {
    "$COMMIT": "a" * 40,
    "$COMMIT_SHA": "a" * 40,
    "$(git rev-parse HEAD)": "a" * 40,
    "$DATABASE_URL": "postgresql://127.0.0.1:1/none",
    "$IMAGES": f"api=sha256:{'1' * 64}",
    "$DIGEST": f"sha256:{'1' * 64}",
}
"""What a shell has put in place of these before a command sees the example."""

SERVING = "slipway sandbox serve"
"""It takes nothing but a folder, and ends when somebody interrupts it."""


FREE = ("save", "saved", "key", "why", "coordination", "branch", "target", "replace", "fork", "wait", "assume")
"""Parameters with which a command may begin whatever they say: only where there is nothing to begin with."""


def lines(each: int, rng: random.Random, *, acting: bool = True) -> Iterator[Line]:
    """For every parameter of every command so many lines; those that may be taken only if `acting`. What a parameter has by default
    is no mistake."""
    for name, command in COMMANDS.items():
        for parameter in () if name == SERVING else command.params:
            assert isinstance(parameter, (TyperArgument, TyperOption))
            if parameter.name in FREE and not acting:
                continue
            # No engine at all is the default too.
            defaults = (parameter.default, "") if parameter.name == "engine" else (parameter.default,)
            for word in rng.sample([word for word in WORDS if word not in defaults], each):
                yield Line(f"{name}: {parameter.name}", _spoiled(name, parameter, word, rng))


def _spoiled(name: str, parameter: TyperArgument | TyperOption, word: str, rng: random.Random) -> tuple[str, ...]:
    if isinstance(COMMANDS[name], TyperGroup):
        return (*name.split()[1:], *_option(parameter, word, rng), "status")
    # None that goes on, and none that reaches a cloud.
    example = rng.choice([each for each in examples.of(name) if not {"--watch", "pulumi"} & set(words(each))])
    good = [_stands_for(each) for each in words(example)]
    if isinstance(parameter, TyperOption):
        return (*good, *_option(parameter, word, rng))
    value = read(example).values.get(str(parameter.name))
    known = [_stands_for(str(each)) for each in (value if isinstance(value, (list, tuple)) else [value])]
    places = [at for at, each in enumerate(good) if each.rstrip("/") in known]
    if not places:
        return (*good, word)
    good[places[-1]] = word
    return tuple(good)


def _option(parameter: TyperArgument | TyperOption, word: str, rng: random.Random) -> tuple[str, ...]:
    assert isinstance(parameter, TyperOption)
    if parameter.is_flag:
        return (f"{max(parameter.opts, key=len)}={word}",)
    option = rng.choice(parameter.opts)
    return (f"{option}={word}",) if option.startswith("--") and rng.random() < 0.5 else (option, word)


def _stands_for(word: str) -> str:
    for name, value in STANDING.items():
        if word.endswith(name):
            return word.removesuffix(name) + value
    return word
