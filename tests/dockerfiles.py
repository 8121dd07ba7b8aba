"""What is asked of every Dockerfile here, by reading it: nothing is built."""

from __future__ import annotations

import re
from dataclasses import dataclass

from model.step_image import REFERENCE

STAGE = re.compile(r"(?:--platform=\S+ )?(?P<base>\S+)(?: AS (?P<name>\S+))?", re.IGNORECASE)
ARGUMENT = re.compile(r"\$\{(?P<name>[A-Z_]+)\}")


@dataclass(frozen=True)
class Stage:
    """One FROM, and what comes until the next."""

    base: str
    name: str
    instructions: tuple[tuple[str, str], ...]

    def last(self, word: str) -> str:
        """The argument of the last such instruction, which is the one that counts; empty where there is none."""
        return next((argument for found, argument in reversed(self.instructions) if found == word), "")


def instructions(text: str) -> list[tuple[str, str]]:
    """Word and argument of each, comments left out and continued lines joined."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [
        (word.upper(), argument.strip()) for word, _, argument in (line.partition(" ") for line in joined.splitlines())
    ]


def stages(text: str) -> tuple[dict[str, str], list[Stage]]:
    """The arguments that all stages see, with their defaults, and the stages."""
    found = instructions(text)
    starts = [index for index, (word, _) in enumerate(found) if word == "FROM"]
    arguments = dict(
        argument.split("=", 1) for word, argument in found[: starts[0]] if word == "ARG" and "=" in argument
    )
    made = []
    for start, end in zip(starts, [*starts[1:], len(found)], strict=True):
        match = STAGE.fullmatch(found[start][1])
        assert match, found[start]
        made.append(Stage(match["base"], match["name"] or "", tuple(found[start + 1 : end])))
    return arguments, made


def problems(text: str) -> list[str]:
    """What is wrong with a Dockerfile; nothing where it is good."""
    arguments, made = stages(text)
    said = [] if len(made) > 1 else ["it has one stage"]
    names = {stage.name for stage in made}
    for stage in made:
        argument = ARGUMENT.fullmatch(stage.base)
        reference = REFERENCE.fullmatch(arguments.get(argument["name"], "") if argument else "")
        if stage.base not in names and (not reference or not reference["tag"] or reference["tag"] == "latest"):
            said.append(f"FROM {stage.base} is no argument that has a reference with a version")
        said += [f"ADD {what}" for word, what in stage.instructions if word == "ADD" and "://" in what]
    last = made[-1]
    if not re.fullmatch(r"[1-9][0-9]*(:[1-9][0-9]*)?", last.last("USER")):
        said.append(f"USER '{last.last('USER')}' is no number other than root's")
    if " CMD " not in f" {last.last('HEALTHCHECK')}":
        said.append("it has no HEALTHCHECK")
    if not last.last("ENTRYPOINT").startswith("["):
        said.append("it has no ENTRYPOINT without a shell")
    return said
