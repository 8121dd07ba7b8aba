"""The cases of the migrations checker, read from `cases/*.yaml`: each as data, nothing run."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

FOLDER = Path(__file__).parent / "cases"
SHOP = (FOLDER / "shop.sql").read_text()
TIMEOUTS = "SET lock_timeout = '5s'; SET statement_timeout = '15min';"


class _Words(yaml.CSafeLoader):
    """YAML 1.2's truths, where `on` is a word and none."""


_Words.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:bool"]
    for first, known in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Words.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), ["t", "f"])


class Inert(BaseModel):
    """Frozen, and without a field that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class Expected(Inert):
    """A finding of the checker, whose line counts from the first line of the case's SQL."""

    rule: str
    line: int


class Danger(Inert):
    """How the server shows what is dangerous: exactly one way, and for a lock what is done while it is held."""

    lock: str | None = None
    """The mode of the lock that the SQL takes on the table `on`."""
    on: str | None = None
    scans: str | None = None
    """The table whose rows are all read while `lock` is held."""
    rewrite: str | None = None
    """The table whose rows are all written anew."""
    fails: str | None = None
    """The SQLSTATE that the SQL ends with, `when` says for which rows."""
    when: str | None = None
    breaks: str | None = None
    """A statement of the code in use that works before and not after, with the SQLSTATE `as`."""
    with_: str = Field("", alias="as")
    role: str | None = None
    """Who runs the statement that breaks, if not the owner."""
    loses: str | None = None
    """A query that has rows before and none after."""
    changes: str | None = None
    """A query that answers differently after."""

    @model_validator(mode="after")
    def one_way(self) -> Danger:
        ways = [way for way in ("lock", "rewrite", "fails", "breaks", "loses", "changes") if getattr(self, way)]
        assert len(ways) == 1, f"a danger is shown in one way, not in {ways}"
        assert bool(self.lock) == bool(self.on), "a lock is on a table"
        assert bool(self.breaks) == bool(self.with_), "what breaks, breaks with an SQLSTATE"
        return self


class Case(Inert):
    """A migration and what is to be said about it."""

    file: str
    name: str
    source: tuple[str, ...] = ()
    """The rules of other checkers that have something to say about it, each `checker:rule`."""
    given: str = ""
    """SQL that is run after `shop.sql` and before the migration."""
    sql: str
    findings: tuple[Expected, ...]
    direction: Literal["none", "expand", "contract", "coordinated"]
    danger: Danger | None = None
    unproved: str = ""
    """Why the server can't show what is dangerous."""
    safe: tuple[str, ...] = ()
    """The safe way, each step a transaction of its own."""
    same_end: bool = True
    """Whether the safe way ends in the same tables as the migration."""
    bare: bool = False
    """Whether the migration is checked as it stands, without the timeouts."""
    alone: bool = False
    """Whether the migration can't be run in a transaction."""

    @property
    def checked(self) -> str:
        return self.sql if self.bare else f"{TIMEOUTS}\n{self.sql}"

    @property
    def expected(self) -> list[tuple[str, int]]:
        """Rule and line in `checked`."""
        return sorted((finding.rule, finding.line + (not self.bare)) for finding in self.findings)


class Broken(Inert):
    """SQL that can't be read, and where."""

    name: str
    sql: str
    line: int
    column: int


def read(path: Path) -> list[dict[str, Any]]:
    return yaml.load(path.read_text(), _Words)


@cache
def all_cases() -> tuple[Case, ...]:
    files = sorted(set(FOLDER.glob("*.yaml")) - {FOLDER / "broken.yaml"})
    return tuple(Case(file=path.stem, **entry) for path in files for entry in read(path))


@cache
def all_broken() -> tuple[Broken, ...]:
    return tuple(Broken(**entry) for entry in read(FOLDER / "broken.yaml"))


def every(cases: tuple[Case, ...], step: int) -> list[Any]:
    """As parameters: each `step`-th case runs by default, the others with `-m prove`."""
    return [
        pytest.param(case, id=f"{case.file}-{case.name}", marks=() if number % step == 0 else pytest.mark.prove)
        for number, case in enumerate(cases)
    ]
