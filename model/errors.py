"""How bad input is reported: always with the file, the key, what is wrong and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_origin

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in one place."""

    file: str
    key: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}: {self.key}" if self.key else self.file
        return f"{place}: {self.problem}. {self.remedy}"


class ConfigError(Exception):
    """Input that was refused before anything ran. Carries every problem found, not only the first."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def closest(word: str, known: Iterable[str]) -> str:
    """Says which known word was probably meant, or which there are."""
    known = list(known)
    match = difflib.get_close_matches(word, known, n=1)
    if match:
        return f"Did you mean '{match[0]}'?"
    return f"Write one of: {', '.join(known)}." if known else "There is none to choose from."


def refused(file: str, model: type[BaseModel], error: ValidationError, prefix: str = "") -> ConfigError:
    """Turns pydantic's findings into ours. `prefix` stands before each key, as `slipway:` does in a stack file."""
    return ConfigError(*(_problem(file, model, dict(found), prefix) for found in error.errors()))


def _problem(file: str, model: type[BaseModel], found: dict[str, Any], prefix: str) -> Problem:
    path = tuple(part for part in found["loc"] if part != "[key]")
    key = prefix + ".".join(str(part) for part in path) or ("''" if path else "")
    owner, meaning = _lookup(model, path)
    kind, given = found["type"], found.get("input")
    if kind == "extra_forbidden":
        known = [field.alias or name for name, field in owner.model_fields.items()] if owner else []
        return Problem(file, key, "this key is unknown", closest(str(path[-1]), known))
    if kind == "missing":
        return Problem(file, key, "this key is missing", f"Add it: {meaning}." if meaning else "Add it.")
    if kind == "value_error":
        return Problem(file, key, *split(str(found["ctx"]["error"])))
    expected = found["msg"][0].lower() + found["msg"][1:]
    shown = f"{given!r} is refused ({expected})" if not isinstance(given, (dict, list)) else expected
    return Problem(file, key, shown, f"Write {meaning}." if meaning else "Write a value of that kind.")


def split(message: str) -> tuple[str, str]:
    """A validator's message is 'what is wrong|what to write'; a bare message stands for itself."""
    problem, _, remedy = message.partition("|")
    return problem, f"{remedy or 'Correct it'}."


def _lookup(model: type[BaseModel], path: tuple[Any, ...]) -> tuple[type[BaseModel] | None, str]:
    """The model that owns the key at `path`, and what the key means (its field's description)."""
    owner: type[BaseModel] | None = model
    meaning, rest = "", list(path)
    while rest and owner is not None:
        part = rest.pop(0)
        field = next((field for name, field in owner.model_fields.items() if part in (name, field.alias)), None)
        if field is None:
            return owner, ""
        meaning = field.description or ""
        if rest and get_origin(field.annotation) is dict:
            rest.pop(0)
        if rest:
            owner = nested(field.annotation)
    return owner, meaning


def nested(annotation: Any) -> type[BaseModel] | None:
    """The model inside an annotation such as `dict[str, Size]`, if there is one."""
    from pydantic import BaseModel

    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = nested(argument)
        if found:
            return found
    return None
