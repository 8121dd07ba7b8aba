"""Which rule a result is of, told by the rule's score."""

from __future__ import annotations

from typing import Any

import pytest

from tests.delivery.sarifs import one

RULES = [
    {"id": "a", "properties": {"security-severity": "2.0"}},
    {"id": "b/c", "properties": {"security-severity": "8.0"}},
]
TOOL = {
    "driver": {"name": "tool", "rules": RULES},
    "extensions": [
        {"name": "one", "guid": "1"},
        {"name": "two", "guid": "2", "rules": [{"id": "a", "properties": {"security-severity": "9.9"}}]},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("result", "severity"),
    [
        ({"ruleId": "a", "ruleIndex": 0}, "low"),
        ({"ruleId": "a"}, "low"),
        ({"ruleId": "b/c"}, "high"),
        ({"ruleId": "b/c/7"}, "high"),
        ({"ruleIndex": 1}, "high"),
        ({"ruleId": "b/c", "ruleIndex": 0}, "high"),
        ({"ruleId": "a", "ruleIndex": 99}, "low"),
        ({"rule": {"id": "b/c"}}, "high"),
        ({"rule": {"index": 0, "toolComponent": {"index": 1}}}, "critical"),
        ({"rule": {"id": "a", "toolComponent": {"name": "two"}}}, "critical"),
        ({"rule": {"id": "a", "toolComponent": {"guid": "2"}}}, "critical"),
        ({"rule": {"id": "a", "index": 0, "toolComponent": {"index": 9}}}, "low"),
        ({"ruleId": "unknown", "ruleIndex": 0}, "medium"),
    ],
)
def test_the_rule_is_found(result: dict[str, Any], severity: str) -> None:
    assert one(result, tool=TOOL).severity == severity
