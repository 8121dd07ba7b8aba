"""The reference page says what the rules say."""

from __future__ import annotations

from pathlib import Path

from policies.page import page
from policies.rules import RULES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "policies.md"


def test_the_page_is_what_the_rules_say() -> None:
    assert PAGE.read_text() == page(), "write it anew: python -m policies.page > docs/reference/policies.md"


def test_every_rule_has_a_section_with_its_remedy_and_numbers() -> None:
    sections = {part.partition("\n")[0]: part for part in PAGE.read_text().split("\n## ")[1:]}
    assert list(sections) == [rule.id for rule in RULES]
    for rule in RULES:
        for said in (rule.title, rule.why, rule.remedy, rule.decided, *rule.numbers.values()):
            assert said in sections[rule.id]
