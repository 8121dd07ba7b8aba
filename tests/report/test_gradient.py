"""The table of sizes and decisions says what the stack files say."""

from __future__ import annotations

from pathlib import Path

from delivery.report_page.gradient import Cell, rows
from model.preview import Preview
from model.stacks import load_environment
from tests.lifecycle.commands import PROGRAM
from tests.report.contents import CATALOGUE, configs


def table(**more: Preview) -> dict[str, list[Cell]]:
    return {row.name: list(row.cells) for row in rows({**configs(), **more}, CATALOGUE)}


def texts(name: str) -> list[str]:
    return [cell.text for cell in table()[name]]


def test_it_says_what_the_files_say() -> None:
    assert texts("Deployments") == ["9", "10", "12"]
    assert texts("collapsed") == ["api, read, write, proxy in api", "api, proxy in api; read, write in read", "none"]
    assert texts("autoscaling") == ["no", "yes", "yes"]
    assert texts("Cloud SQL") == ["1 vCPU, 3.75 GiB", "8 vCPU, 32 GiB", "64 vCPU, 256 GiB"]
    assert texts("standby") == ["no", "no", "yes"]
    assert texts("alerting") == ["none", "conditional: Slack", "full: Slack, PagerDuty"]
    assert texts("bake time") == ["none", "none", "1 h"]
    assert texts("approvals") == ["none", "none", "1 by review"]
    assert texts("come from") == ["builds of main", "dev", "staging"]


def test_what_differs_from_the_environment_before_stands_out() -> None:
    assert [cell.differs for cell in table()["autoscaling"]] == [False, True, False]
    assert [cell.differs for cell in table()["standby"]] == [False, False, True]


def test_a_preview_is_held_against_its_base_and_borrows_the_rest(tmp_path: Path) -> None:
    request = "config:\n  slipway:pullRequest: {number: 7, branch: search}\n"
    text = (PROGRAM / "Pulumi.pr.yaml").read_text()
    (tmp_path / "Pulumi.pr-7.yaml").write_text(text.replace("config:\n", request, 1))
    loaded = load_environment("pr-7", tmp_path)
    assert isinstance(loaded, Preview)
    found = {name: cells[-1] for name, cells in table(preview=loaded).items()}
    assert found["autoscaling"] == Cell("no")
    assert found["location"] == Cell("as dev", borrowed=True)
    assert found["bake time"] == Cell("—", borrowed=True)
    assert found["Cloud SQL"] == Cell("its own in the instance of dev", differs=True)
