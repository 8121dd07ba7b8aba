"""What somebody answers for although a policy says no: `policies.yaml`."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError

from model.errors import ConfigError, Problem, closest, refused
from model.findings import Day
from model.inert import Inert
from model.source import mapping, read

FILE = "policies.yaml"
"""In the config folder, beside `security.yaml`. Without it nothing is excepted."""


def _named(value: str) -> str:
    kind, _, name = value.partition(" ")
    if value != "*" and not (kind and name.strip()):
        raise ValueError(f"'{value}' is no resource|Write its kind and name, such as Bucket files; * is any text")
    return value


class PolicyException(Inert):
    """A rule that does not hold for a resource until a day. Afterwards it holds again, with nobody having to remember."""

    rule: str = Field(pattern=r"\S", description="the rule's id, as docs/reference/policies.md has it, such as probes")
    resource: Annotated[str, AfterValidator(_named)] = Field(
        description="the kind and name of what it does not hold for, with * for any text, such as Deployment proxy-*",
    )
    stack: str | None = Field(
        None, pattern=r"\S", description="the stack, with * for any text, such as pr-*; without it every one"
    )
    owner: str = Field(pattern=r"\S", description="who answers for it, such as an e-mail address")
    reason: str = Field(pattern=r"\S", description="why it is no danger, or why it cannot be otherwise yet")
    expires: Day = Field(description="the last day on which it holds, such as 2026-12-31")


class PolicyExceptions(Inert):
    """All of `policies.yaml`."""

    exceptions: tuple[PolicyException, ...] = Field(
        (), description="a list of what is let through: rule, resource, stack, owner, reason and expires"
    )


def load_exceptions(config_dir: Path, rules: Collection[str]) -> tuple[PolicyException, ...]:
    """Reads and checks `policies.yaml`, whose exceptions are of these rules. One that has expired is no mistake here: what it let
    through is refused again, and it is named. Raises ConfigError."""
    path = config_dir / FILE
    if not path.exists():
        return ()
    try:
        found = PolicyExceptions.model_validate(mapping(FILE, read(path))).exceptions
    except ValidationError as error:
        raise refused(FILE, PolicyExceptions, error) from None
    seen: dict[tuple[str, str, str | None], int] = {}
    problems: list[Problem] = []
    for number, each in enumerate(found):
        key = f"exceptions.{number}"
        if each.rule not in rules:
            problems.append(
                Problem(FILE, f"{key}.rule", f"there is no rule '{each.rule}'", closest(each.rule, sorted(rules)))
            )
        first = seen.setdefault((each.rule, each.resource, each.stack), number)
        if first != number:
            what = f"it excepts the same as exceptions.{first}"
            problems.append(Problem(FILE, key, what, "Take one of them out."))
    if problems:
        raise ConfigError(*problems)
    return found
