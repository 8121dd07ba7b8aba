"""Each rule, by its own cases, and the default stacks, which break none."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import date
from pathlib import Path

import pytest

from delivery.engines import HIDDEN, UNKNOWN
from policies import rules, settings
from policies.judging import Judge
from policies.resource import HIDDEN as RULES_HIDDEN
from policies.resource import UNKNOWN as RULES_UNKNOWN
from policies.resource import Resource
from policies.rules import BY_ID, RULES
from tests.costs.stacks import inventory
from tests.policies.cases import Case, cases

PROGRAM = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 29)


@pytest.mark.parametrize("case", cases(), ids=str)
def test_a_rule_says_what_its_cases_say(case: Case) -> None:
    assert tuple(BY_ID[case.rule].broken(case.resource, case.settings)) == case.problems


def test_every_rule_has_a_case_that_passes_and_one_that_fails() -> None:
    found = {rule.id: {bool(case.problems) for case in cases() if case.rule == rule.id} for rule in RULES}
    assert found == {rule.id: {True, False} for rule in RULES}
    assert {case.rule for case in cases()} == set(BY_ID)


def test_every_rule_is_a_file_of_that_name_and_in_the_list_once() -> None:
    files = [each.name for each in pkgutil.iter_modules(rules.__path__)]
    named = {name: importlib.import_module(f"policies.rules.{name}").RULE for name in files}
    assert {name: rule.id for name, rule in named.items()} == {name: name.replace("_", "-") for name in files}
    assert sorted(rule.id for rule in RULES) == sorted(rule.id for rule in named.values())


def test_every_rule_has_a_remedy_and_a_reason() -> None:
    for rule in RULES:
        assert rule.title, rule.id
        assert rule.why.endswith("."), rule.id
        assert rule.remedy.rstrip(".") == rule.remedy != "", rule.id


def test_what_is_hidden_or_unknown_is_written_as_in_a_plan() -> None:
    assert (RULES_HIDDEN, RULES_UNKNOWN) == (HIDDEN, UNKNOWN)


@pytest.mark.parametrize("stack", ["shared", "dev", "prod"])
def test_the_default_stacks_break_no_rule(stack: str) -> None:
    """Staging and a preview are judged as they come up, in the journeys."""
    judge = Judge(settings.load(stack, PROGRAM), (), TODAY)
    looked_at = [
        Resource(
            type=each.type,
            name=each.name,
            props=each.inputs,
            protect=bool(each.inputs.get("protect")),
        )
        for each in inventory(stack)
    ]
    assert len(looked_at) > 100
    assert [(each.resource, str(each)) for resource in looked_at for each in judge(resource)] == []


@pytest.mark.parametrize("case", [case for case in cases() if case.problems], ids=str)
def test_what_is_not_known_yet_is_no_mistake(case: Case) -> None:
    """The second look is before anything is made. What is wrong with what nobody says stays wrong."""
    hidden = Resource(
        type=case.resource.type, name="it", props=dict.fromkeys(case.resource.props, UNKNOWN), protect=True
    )
    allowed = set(case.problems) | {"it is a key that works from anywhere until somebody deletes it"}
    assert set(BY_ID[case.rule].broken(hidden, case.settings)) <= allowed
