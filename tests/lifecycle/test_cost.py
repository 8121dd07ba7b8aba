"""The guide to costs, typed in its order, and what else is asked of `slipway cost`."""

from __future__ import annotations

from pathlib import Path

import pytest

from costs import kinds
from costs.assumptions import Assumptions
from tests.lifecycle import guides
from tests.lifecycle.commands import Site

GUIDE = guides.read("cost.md")
LINE = "cost: +49.31 US dollars a month (DatabaseInstance +49.31)"


@pytest.fixture(scope="module")
def reader(everywhere_site: Site, tmp_path_factory: pytest.TempPathFactory) -> guides.Reader:
    """Somebody who has followed the guide, in a site of their own."""
    site = everywhere_site.copy(tmp_path_factory.mktemp("cost") / "site")
    file = site.config / "Pulumi.dev.yaml"

    def write(block: guides.Block) -> None:
        if block.kind == "yaml":
            assert block.where == "dev database"
            assert file.read_text().count("tier: db-custom-1-3840") == 1
            file.write_text(file.read_text().replace("tier: db-custom-1-3840", block.text.strip()))

    found = guides.Reader(site)
    found.follow(GUIDE, write)
    return found


def rows(text: str) -> dict[str, list[str]]:
    """The table's lines, by their first cell."""
    cells = [
        [cell.strip() for cell in line.strip("│").split("│")] for line in text.splitlines() if line.startswith("│")
    ]
    return {first: rest for first, *rest in cells}


@pytest.mark.journey
def test_a_stack_by_component(reader: guides.Reader) -> None:
    out = next(result.out for command, result in reader.said if command == "slipway cost dev")
    assert rows(out) == {
        "Cluster": ["141.71", "897.51"],
        "CloudRun": ["0.00", "132.71"],
        "DatabaseInstance": ["51.01", "51.01"],
        "Gateways": ["36.90", "36.90"],
        "Cache": ["35.77", "35.77"],
        "Network": ["4.67", "19.56"],
        "ManagedSecret": ["0.24", "0.24"],
        "total": ["270.30", "1,173.70"],
    }
    assert "0.12 for each GiB to the internet (first TiB): answers to the internet" in out
    assert "not counted" not in out
    assert "Assumed" not in out
    assert "Prices of 2024-07-01 to 2026-11-29, before discounts and free allowances" in out


def test_a_preview_costs_its_share_of_nodes_while_it_is_awake(reader: guides.Reader) -> None:
    table = rows(reader.out("slipway cost --pr 42"))
    assert table["pods"][0] == "0.00"
    assert table["ManagedSecret"] == ["0.06", "0.06"]
    shown = reader.site("pr", "show", "42", "--json").json["usd_per_day"]
    assert float(table["pods"][1]) == pytest.approx(shown * 730 / 24, abs=0.2)
    assert 0.2 < shown < 2


def test_two_stacks_side_by_side(reader: guides.Reader) -> None:
    table = rows(reader.out("slipway cost staging --diff prod"))
    assert table["DatabaseInstance"] == ["421.71", "6,815.39", "+6,393.68"]
    assert table["Gateways"] == ["50.90", "50.90", "+0.00"]
    found = reader.site("cost", "prod", "--diff", "staging", "--json").json
    assert found["difference"]["components"]["DatabaseInstance"] == {"low": -6393.68, "high": -6393.68}
    assert (found["difference"]["from"], found["difference"]["to"]) == ("prod", "staging")


def test_every_stack_and_the_sum(reader: guides.Reader) -> None:
    table = rows(reader.out("slipway cost --all"))
    assert list(table) == ["shared", "dev", "staging", "prod", "pr-42", "total"]
    for column in (0, 1):
        values = [float(cells[column].replace(",", "")) for cells in table.values()]
        assert sum(values[:-1]) == pytest.approx(values[-1])


def test_json_has_every_line_with_its_price_and_source(reader: guides.Reader) -> None:
    found = reader.site("cost", "prod", "--json").json
    (cores,) = [line for line in found["lines"] if line["price"] == "sql-core"]
    assert cores == {
        "component": "DatabaseInstance",
        "resource": "database",
        "what": "cores of the instance and of its standby",
        "price": "sql-core",
        "usd": 0.0413,
        "unit": "core and hour",
        "units": {"low": 93440, "high": 93440},
        "low": 3859.07,
        "high": 3859.07,
    }
    assert (found["basis"], found["region"], found["currency"]) == ("state", "us-west1", "USD")
    assert found["sources"]["sql-core"]["date"] == "2026-05-01"
    assert all(source["url"].startswith("https://") for source in found["sources"].values())
    assert found["unpriced"] == []
    assert found["free"]["gcp:sql/database:Database"] == "in an instance that is paid for"
    assert round(sum(line["low"] for line in found["lines"]), 2) == found["total"]["low"]


def test_assumptions_are_those_of_the_guide_and_can_be_set(reader: guides.Reader) -> None:
    assert "  build-minutes=500  " in reader.out("slipway cost shared --assume build-minutes=500")
    lines = reader.site("cost", "shared", "--assume", "build-minutes=500", "--json").json["lines"]
    scheduled = {line["resource"] for line in lines if line["component"] == "BuildSchedule"}
    minutes = {line["resource"]: line["units"]["high"] for line in lines if line["component"] == "BuildTrigger"}
    started = [count for name, count in minutes.items() if name not in scheduled]
    assert (sum(started), minutes["sweep"]) == (500, 2920)
    wrong = reader.said[-2][1].err
    assert "'builds' is no assumption" in wrong
    stated = Assumptions.model_validate({}).stated()
    assert all(f"| `{name}` | {value:g} | {meaning.split(',')[0].split(';')[0]}" in GUIDE for name, (value, meaning) in stated.items())  # fmt: skip
    assert "build-minutes=3000" in reader.out("slipway cost --all")


@pytest.mark.journey
def test_a_plan_says_what_it_changes(reader: guides.Reader) -> None:
    assert LINE in GUIDE
    assert reader.out("slipway plan dev").splitlines()[-1] == LINE
    both = reader.site("plan", "dev", "staging", "--json").json["stacks"]
    assert both["dev"]["cost"]["components"] == {"DatabaseInstance": {"low": 49.31, "high": 49.31}}
    assert both["staging"]["cost"] is None


def test_every_type_of_every_stack_is_in_one_of_the_lists(everywhere_site: Site) -> None:
    types: set[str] = set()
    for stack in ("shared", "dev", "staging", "prod", "pr-42"):
        found = everywhere_site("graph", stack, "--json").json
        types |= {each["type"] for box in found["boxes"] for each in box["resources"]}
    assert [kind for kind in sorted(types) if "/" in kind and kind not in kinds.PRICED and not kinds.free(kind)] == []


@pytest.mark.journey
def test_a_promotion_says_what_it_would_cost(small_released_site: Site, tmp_path: Path) -> None:
    """A service's first release brings its instances on Cloud Run, five at the most."""
    site = small_released_site.copy(tmp_path / "site")
    plain = site("promote", "staging", "--dry-run", "--json").json
    assert plain["cost"]["components"] == {"CloudRun": {"low": 0.0, "high": 331.78}}
    file = site.config / "Pulumi.staging.yaml"
    file.write_text(file.read_text().replace("tier: db-custom-8-32768", "tier: db-custom-16-65536"))
    shown = site("promote", "staging", "--with-infra", "--dry-run")
    each = "DatabaseInstance +404.71; CloudRun least +0.00, most +331.78"
    assert f"  cost: least +404.71, most +736.49 US dollars a month ({each})\n" in shown.out


@pytest.mark.journey
def test_a_stack_that_never_came_up_is_estimated_from_its_plan(empty: Site) -> None:
    planned = empty("cost", "dev", "--json").json
    assert (planned["basis"], planned["unpriced"]) == ("plan", [])
    assert planned["components"]["DatabaseInstance"] == {"low": 51.01, "high": 51.01}
    assert "dev was never brought up; this is what its plan would cost." in empty("cost", "dev").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no stack is named"),
        (("dev", "--all"), "STACK and --all do not go together"),
        (("dev", "--pr", "42"), "STACK and --pr do not go together"),
        (("--all", "--diff", "prod"), "it does not go with --all"),
        (("devv",), "Did you mean 'dev'?"),
        (("dev", "--diff", "prodd"), "Did you mean 'prod'?"),
        (("dev", "--assume", "key-years=-1"), "'-1' is no number of 0 or more"),
        (("dev", "--assume", "key-years"), "'' is no number of 0 or more"),
        (("--pr", "7"), "there is no stack 'pr-7'"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(everywhere_site: Site, arguments: tuple[str, ...], said: str) -> None:
    assert said in everywhere_site("cost", *arguments, code=2).err
