"""What the rules say of resources, with what somebody answers for left out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any

from model.policies import FILE, PolicyException
from policies.resource import Resource
from policies.rule import Level, Rule
from policies.rules import BY_ID, RULES
from policies.settings import Settings


@dataclass(frozen=True)
class Violation:
    """A rule that a resource breaks, `policy` by its id. `resource` is how people call it: kind and name."""

    policy: str
    urn: str
    resource: str
    problem: str

    @property
    def rule(self) -> Rule:
        """The rule."""
        return BY_ID[self.policy]

    @property
    def level(self) -> Level:
        """Whether it refuses or warns."""
        return self.rule.level

    def __str__(self) -> str:
        return f"{self.policy}: {self.problem}. {self.rule.remedy}."

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "rule": self.policy,
            "level": self.level,
            "urn": self.urn,
            "resource": self.resource,
            "problem": self.problem,
            "remedy": self.rule.remedy,
        }


@dataclass(frozen=True)
class Unneeded:
    """An exception about a stack in which nothing breaks its rule; `key` is where it stands in policies.yaml."""

    key: str
    exception: PolicyException

    def __str__(self) -> str:
        what = f"{self.exception.rule} of {self.exception.resource}, for which {self.exception.owner} answers"
        return f"{FILE}: {self.key}: nothing here needs it ({what}). Take it out, or name the stack that needs it."

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {"key": self.key, **self.exception.model_dump(mode="json", include={"rule", "resource", "owner"})}


@dataclass(frozen=True)
class Judge:
    """Judges the resources of one stack, on a day."""

    settings: Settings
    exceptions: tuple[PolicyException, ...]
    today: date

    def __call__(self, resource: Resource) -> list[Violation]:
        """Every rule that a resource breaks and that nobody answers for."""
        return [found for found in self.every(resource) if not self.answered(found)]

    def every(self, resource: Resource) -> list[Violation]:
        """Every rule that it breaks, whoever answers for that."""
        return [found for rule in about(resource.type) for found in self._found(rule, resource)]

    def of(self, rule: Rule, resource: Resource) -> list[Violation]:
        """What one rule says of it."""
        return [found for found in self._found(rule, resource) if not self.answered(found)]

    def answered(self, violation: Violation) -> bool:
        """Whether somebody answers for it. An exception that has expired lets nothing through."""
        return any(each.expires >= self.today for each in self._about(violation.policy, violation.resource))

    def unneeded(self, found: Iterable[Violation]) -> list[Unneeded]:
        """The exceptions about this stack that none of all its violations needs, expired ones among them."""
        needed = {id(each) for violation in found for each in self._about(violation.policy, violation.resource)}
        return [
            Unneeded(f"exceptions.{number}", each)
            for number, each in enumerate(self.exceptions)
            if id(each) not in needed and of_stack(each, self.settings.stack)
        ]

    def _found(self, rule: Rule, resource: Resource) -> Iterator[Violation]:
        """An exception that has expired is named."""
        shown = f"{resource.kind} {resource.name}"
        about = [each for each in self._about(rule.id, shown) if each.expires < self.today]
        expired = "".join(f"; what {each.owner} answered for has expired on {each.expires}" for each in about)
        for problem in rule.broken(resource, self.settings):
            yield Violation(rule.id, resource.urn, shown, problem + expired)

    def _about(self, rule: str, resource: str) -> list[PolicyException]:
        """The exceptions from a rule that are about a resource, expired or not."""
        return [each for each in self._by_rule.get(rule, ()) if covers(each, self.settings.stack, resource)]

    @cached_property
    def _by_rule(self) -> dict[str, list[PolicyException]]:
        found: dict[str, list[PolicyException]] = {}
        for each in self.exceptions:
            found.setdefault(each.rule, []).append(each)
        return found


@cache
def about(type_: str) -> tuple[Rule, ...]:
    """The rules that look at resources of a type: most look at few."""
    return tuple(rule for rule in RULES if rule.types.fullmatch(type_))


def covers(exception: PolicyException, stack: str, resource: str) -> bool:
    """Whether an exception is about a resource, written `Kind name`, of a stack; be it expired or not."""
    return like(exception.resource, resource) and of_stack(exception, stack)


def of_stack(exception: PolicyException, stack: str) -> bool:
    """Whether an exception is about a stack."""
    return exception.stack is None or like(exception.stack, stack)


def like(pattern: str, text: str) -> bool:
    """Whether a text is what a pattern says, in which `*` is any text and nothing else is special."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None
