"""The table of the CIS GKE Benchmark says what the stacks' resources have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from tests.lifecycle.commands import PROGRAM, Site

PAGE = PROGRAM / "docs" / "reference" / "cis-gke.md"
ITEMS = {1: 4, 2: 2, 3: 1, 4: 1, 5: 7, 6: 7, 7: 2, 8: 3, 9: 2, 10: 5}
"""How many items each part of section 5 has."""
CLAIM = re.compile(
    r"`(?P<kind>[A-Z]\w+)(?:\[(?P<name>[\w-]+)\])?\.(?P<path>[\w.-]+?)(?:: (?P<value>[^`]+)| ~ (?P<like>[^`]+))`"
)
IMAGES = ("Repository", "RepositoryIamMember")
"""Kinds of the shared stack."""
Resources = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Row:
    """One item of the table."""

    item: str
    prod: str
    dev: str


def rows() -> list[Row]:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| 5.")]
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]
    return [Row(*(cell.strip().replace("\\|", "|") for cell in (item, prod, dev))) for item, _, prod, dev in cells]


def resources(site: Site, stack: str) -> list[dict[str, Any]]:
    file = site.folder / ".sandbox" / ".pulumi" / "stacks" / "slipway" / f"{stack}.json"
    found = json.loads(file.read_text())["checkpoint"]["latest"]["resources"]
    return [each for each in found if each.get("custom")]


@pytest.fixture(scope="module")
def stacks(up_site: Site) -> Resources:
    return {stack: resources(up_site, stack) for stack in ("shared", "dev", "staging", "prod")}


def at(inputs: dict[str, Any], path: str) -> Any:
    value: Any = inputs
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def untrue(text: str, found: list[dict[str, Any]]) -> Iterator[str]:
    """Every claim of a cell that does not hold for the resources, and every claim about none."""
    for claim in CLAIM.finditer(text):
        meant = [
            each["inputs"]
            for each in found
            if each["type"].endswith(f":{claim['kind']}") and claim["name"] in (None, each["urn"].rpartition("::")[2])
        ]
        if not meant:
            yield f"{claim[0]}: there is no such resource"
        for inputs in meant:
            value = at(inputs, claim["path"])
            if not holds(value, claim["value"], claim["like"]):
                yield f"{claim[0]}: it is {value!r}"


def holds(value: Any, wanted: str | None, like: str | None) -> bool:
    if like is not None:
        return re.fullmatch(like, str(value)) is not None
    if wanted in ("present", "absent"):
        return (value is not None) is (wanted == "present")
    return bool(value == yaml.safe_load(str(wanted)))


def test_every_item_is_there_once_and_in_order() -> None:
    assert [row.item for row in rows()] == [
        f"5.{part}.{number}" for part, count in ITEMS.items() for number in range(1, count + 1)
    ]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.item)
def test_an_item(row: Row, stacks: Resources) -> None:
    expected = {"staging": row.prod, "prod": row.prod, "dev": row.prod if row.dev == "as prod" else row.dev}
    for stack, text in expected.items():
        found = stacks[stack] + [each for each in stacks["shared"] if each["type"].rpartition(":")[2] in IMAGES]
        assert list(untrue(text, found)) == [], stack


@pytest.mark.parametrize("row", [row for row in rows() if row.dev != "as prod"], ids=lambda row: row.item)
def test_what_dev_leaves_out_is_a_decision_of_its_file(row: Row) -> None:
    config = yaml.safe_load((PROGRAM / "Pulumi.dev.yaml").read_text())["config"]
    decisions = re.findall(r"decision `(\w+)\.(\w+)`", row.dev)
    assert len(decisions) == (0 if row.dev.startswith("Does not apply") else 1)
    for key, inner in decisions:
        named = config[f"slipway:{key}"]
        assert inner in named or (key, inner) == ("network", "flowLogs"), "the default of flowLogs is none"


def test_the_words_of_a_cell_without_claims() -> None:
    """An item is proved, does not apply, or is said to be left out."""
    words = [row.prod for row in rows() if not CLAIM.search(row.prod)]
    assert [text.partition(":")[0] for text in words] == ["Not met, by decision", *["Does not apply"] * 2]
