"""What the rules say of resources, with what somebody answers for left out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from model.policies import PolicyException
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
class Judge:
    """Judges the resources of one stack, on a day."""

    settings: Settings
    exceptions: tuple[PolicyException, ...]
    today: date

    def __call__(self, resource: Resource) -> list[Violation]:
        """Every rule that a resource breaks and that nobody answers for."""
        return [found for rule in RULES for found in self.of(rule, resource)]

    def of(self, rule: Rule, resource: Resource) -> Iterator[Violation]:
        """What one rule says of it. An exception that has expired lets nothing through, and is named."""
        shown = f"{resource.kind} {resource.name}"
        about = [each for each in self._by_rule.get(rule.id, ()) if covers(each, self.settings.stack, shown)]
        if any(each.expires >= self.today for each in about):
            return
        expired = "".join(f"; what {each.owner} answered for has expired on {each.expires}" for each in about)
        for problem in rule.broken(resource, self.settings):
            yield Violation(rule.id, resource.urn, shown, problem + expired)

    @cached_property
    def _by_rule(self) -> dict[str, list[PolicyException]]:
        found: dict[str, list[PolicyException]] = {}
        for each in self.exceptions:
            found.setdefault(each.rule, []).append(each)
        return found


def covers(exception: PolicyException, stack: str, resource: str) -> bool:
    """Whether an exception is about a resource, written `Kind name`, of a stack; be it expired or not."""
    return like(exception.resource, resource) and (exception.stack is None or like(exception.stack, stack))


def like(pattern: str, text: str) -> bool:
    """Whether a text is what a pattern says, in which `*` is any text and nothing else is special."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None
