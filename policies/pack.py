"""The rules as policies of Pulumi's policy engine. Of this package only this module and `__main__.py` know Pulumi.

Inputs come behind a proxy that refuses to tell what is not known yet, and would keep a rule from all that it could tell: so they
are copied first, and what is unknown is said by a word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi_policy as crossguard
from pulumi_policy.proxy import UnknownValueError

from policies.judging import Judge
from policies.resource import UNKNOWN, Resource
from policies.rule import GKE, Rule
from policies.rules import RULES

LEVELS = {"mandatory": crossguard.EnforcementLevel.MANDATORY, "advisory": crossguard.EnforcementLevel.ADVISORY}


def policies(judge: Judge) -> list[crossguard.Policy]:
    """A policy for each rule."""
    return [_policy(judge, rule) for rule in RULES]


def told(value: Any) -> Any:
    """Inputs as the rules read them."""
    if isinstance(value, Mapping):
        found = {}
        for key in value:
            try:
                found[key] = told(value[key])
            except UnknownValueError:
                found[key] = UNKNOWN
        return found
    return _entries(value) if isinstance(value, Sequence) and not isinstance(value, str) else value


def _entries(value: Sequence[Any]) -> list[Any]:
    found = []
    for number in range(len(value)):
        try:
            found.append(told(value[number]))
        except UnknownValueError:
            found.append(UNKNOWN)
    return found


def _policy(judge: Judge, rule: Rule) -> crossguard.ResourceValidationPolicy:
    def validate(args: crossguard.ResourceValidationArgs, report: crossguard.ReportViolation) -> None:
        resource = Resource(
            type=args.resource_type,
            name=args.name,
            props=told(args.props),
            urn=args.urn,
            protect=args.opts.protect,
            parent=args.opts.parent or "",
        )
        for found in judge.of(rule, resource):
            report(f"{found.problem}. {rule.remedy}.", args.urn)

    framework = None
    if number := rule.numbers.get(GKE):
        framework = crossguard.PolicyComplianceFramework(name=GKE, specification=number)
    return crossguard.ResourceValidationPolicy(
        name=rule.id,
        description=f"{rule.title}. {rule.why}",
        validate=validate,
        enforcement_level=LEVELS[rule.level],
        framework=framework,
        remediation_steps=f"{rule.remedy}.",
    )
