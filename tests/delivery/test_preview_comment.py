"""What a pull request is told of its preview, whatever its branch is called."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from delivery.markdown import code, fenced
from delivery.preview_comment import Told, body, closed, warned
from delivery.preview_cost import base_of, of_a_day
from model.catalogue import load_catalogue
from model.preview import Preview
from model.stacks import load_environment

ROOT = Path(__file__).resolve().parents[2]
ONE = "sha256:" + "1" * 64
COMMIT = "c" * 40


def preview(tmp_path: Path, branch: str = "search") -> Preview:
    text = (ROOT / "Pulumi.pr.yaml").read_text().replace("slipway:images: {}", f"slipway:images: {{api: {ONE}, scribe: {ONE}}}")  # fmt: skip
    text += f"  slipway:pullRequest: {{number: 42, branch: {branch!r}, commit: {COMMIT!r}}}\n  slipway:built: {{api: {ONE}}}\n"
    text += "  slipway:activity: '2026-01-31T12:00:00Z'\n"
    (tmp_path / "Pulumi.pr-42.yaml").write_text(text)
    loaded = load_environment("pr-42", tmp_path)
    assert isinstance(loaded, Preview)
    return loaded


def told(tmp_path: Path, branch: str = "search") -> Told:
    routes = {"api": ["https://search.dev.example.com/"], "read": ["https://search.dev.example.com/"]}
    return Told(preview(tmp_path, branch), "runs", routes, 1.5)


def test_all_that_somebody_wants_to_know(tmp_path: Path) -> None:
    assert body(told(tmp_path)).splitlines() == [
        "### Preview pr-42",
        "",
        "| | |",
        "|---|---|",
        "| state | runs |",
        "| address | https://search.dev.example.com/ |",
        "| branch | `search` |",
        f"| commit | `{COMMIT}` |",
        "| built for it | api `111111111111` |",
        "| as in dev | scribe |",
        "| closed | 2026-02-03 12:00 UTC, unless somebody pushes or says `slipway pr extend 42` |",
        "| costs | about $1.50 a day awake |",
        "| logs | `kubectl logs -n pr-search deployment/NAME` |",
        "| database | user `pr_42_preview`, password in the secret `pr-42-database-password` |",
    ]


def test_an_error_stands_first_with_its_remedy(tmp_path: Path) -> None:
    said = body(replace(told(tmp_path), state="failed", error=("api: it crashes\nscribe: ```so does it", "Repair it.")))
    assert said.index("**It does not run.** Repair it.") < said.index("| state | failed |")
    assert "````text\napi: it crashes\nscribe: ```so does it\n````" in said


def test_a_warning_stands_above_all_that_was_said(tmp_path: Path) -> None:
    said = body(replace(told(tmp_path), state="failed", error=("api: it crashes", "Repair it.")))
    lines = warned(said, "It is closed soon.").splitlines()
    assert lines[:4] == ["### Preview pr-42", "", "> **It is closed soon.**", ""]
    assert lines[4:] == said.splitlines()[2:]
    assert warned("### Preview pr-42", "Soon.") == "### Preview pr-42\n\n> **Soon.**"


@pytest.mark.parametrize("branch", ["a|b", "`rm`", "``", "a`|`b", "<b>x</b>", "@all", "](evil)", "ü|ö"])
def test_no_branch_ends_the_cell_that_it_stands_in(tmp_path: Path, branch: str) -> None:
    lines = body(told(tmp_path, branch)).splitlines()
    [row] = [line for line in lines if line.startswith("| branch |")]
    # A bar that is no cell's end has a backslash before it.
    assert len(re.findall(r"(?<!\\)\|", row)) == 3
    assert len(lines) == 14
    inner = row.removeprefix("| branch | ").removesuffix(" |")
    fence = re.match(r"`+", inner)
    assert fence
    assert inner.endswith(fence[0])
    assert fence[0] not in inner[len(fence[0]) : -len(fence[0])]


def test_markdown_is_closed_by_its_own_fence_only() -> None:
    assert code("x") == "`x`"
    assert code("a`b") == "`` a`b ``"
    assert code("two\nlines") == "`two lines`"
    assert fenced(["a", "````"]) == "`````text\na\n````\n`````"


def test_what_stays_when_it_is_gone() -> None:
    assert closed("pr-42") == "### Preview pr-42\n\nIt is closed, and nothing of it is left."


def test_it_costs_what_its_pods_ask_for(tmp_path: Path) -> None:
    """api has 250m and 512 MiB, scribe 100m and 256; what has no pin does not run. Dev's nodes are spot machines of e2."""
    loaded = preview(tmp_path)
    cost = of_a_day(loaded, base_of(loaded, ROOT), load_catalogue(ROOT))
    pods = load_catalogue(ROOT).deployments({"api": ("api", "read", "write", "proxy")})
    assert sorted(name for name, pod in pods.items() if pod.image in ("api", "scribe")) == ["api", "provider-webhooks", "scribe"]  # fmt: skip
    cores, gibibytes = 0.25 + 2 * 0.1, 0.5 + 2 * 0.25
    assert cost == pytest.approx(24 * (cores * 0.01309 + gibibytes * 0.001754))


def test_what_nodes_without_a_price_cost_is_not_known(tmp_path: Path) -> None:
    loaded = preview(tmp_path)
    base = base_of(loaded, ROOT)
    pools = {"default": base.cluster.node_pools["default"].model_copy(update={"machine_type": "h3-standard-88"})}
    odd = base.model_copy(update={"cluster": base.cluster.model_copy(update={"node_pools": pools})})
    cost = of_a_day(loaded, odd, load_catalogue(ROOT))
    assert cost is None
    said = body(replace(told(tmp_path), cost_of_a_day=cost))
    assert "| costs | nobody knows how much a day awake |" in said


def test_its_end_counts_from_the_last_activity(tmp_path: Path) -> None:
    found = preview(tmp_path)
    assert found.sleeps == datetime(2026, 2, 1, 12, tzinfo=UTC)
    assert found.warns == datetime(2026, 2, 3, 0, tzinfo=UTC)
    assert found.expires == datetime(2026, 2, 3, 12, tzinfo=UTC)
