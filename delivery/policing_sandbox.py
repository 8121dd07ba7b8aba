"""Policies in the words of the sandbox's engine, which asks them of each resource before anything is made of it."""

from collections.abc import Callable, Iterable
from typing import Any

from policies.judging import Judge, Violation, about
from policies.resource import Resource
from sandbox import engine as sandbox_engine

Shown = Callable[[Any], Any]
"""Inputs with what is secret or unknown in them said by a word."""


def analyze(judge: Judge, shown: Shown) -> sandbox_engine.Analyze:
    """What the engine asks."""

    def ask(resource: sandbox_engine.Resource) -> list[sandbox_engine.PolicyViolation]:
        if not about(resource.type):
            return []
        looked_at = Resource(
            type=resource.type,
            name=resource.urn.rpartition("::")[2],
            props=shown(resource.inputs),
            urn=resource.urn,
            protect=resource.protect,
            parent=resource.parent,
        )
        return [
            sandbox_engine.PolicyViolation(
                each.urn,
                each.policy,
                each.level == "mandatory" and not judge.answered(each),
                each.resource,
                each.problem,
                str(each),
            )
            for each in judge.every(looked_at)
        ]

    return ask


def violations(told: Iterable[sandbox_engine.PolicyViolation]) -> tuple[Violation, ...]:
    """What came of it, whoever answers for it. A resource that is looked at twice, as when it is replaced, is told of once."""
    found = (Violation(each.policy, each.urn, each.resource, each.problem) for each in told)
    return tuple(sorted(dict.fromkeys(found), key=lambda each: (each.urn, each.policy, each.problem)))
