"""The guide to the report, typed in its order, and a report on what is broken."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from tests.lifecycle.commands import PROGRAM, Site
from tests.lifecycle.guides import Reader, read
from tests.report.test_markup import Reader as Page


@pytest.mark.journey
def test_the_commands_of_the_guide(everywhere_site: Site) -> None:
    guide = read("report.md")
    shutil.copytree(PROGRAM / "tests" / "delivery" / "sarif", everywhere_site.folder / "scans")
    reader = Reader(everywhere_site)
    said = [result for _, result in reader.follow(guide)]
    assert [command for command, _ in reader.said] == re.findall(
        r"^slipway report.*?(?=\s*(?:#|$))", guide, re.MULTILINE
    )
    plain, scanned, piped, refused, data, both = said
    assert plain.out == scanned.out == "report.html\n"
    assert refused.err.splitlines()[-1] == "error: command line: --output: there is no folder nowhere. Make it first."
    assert data.json.keys() == both.json.keys()
    written = (everywhere_site.folder / "report.html").read_text()
    assert len(both.json["ledgers"]["dev"]["last"]) == 64

    page = Page(written)
    titles = re.findall(r"^\| ([A-Z]\w+(?: line)?) \|", guide, re.MULTILINE)
    assert re.findall(r"<h2[^>]*>([^<]+)</h2>", written) == titles
    (release,) = {each["release"] for each in everywhere_site.status().values()}
    assert f"Now: dev runs {release}, staging runs {release}, prod runs {release}" in page.said
    assert [each["stack"] for each in data.json["previews"]] == ["pr-42"]
    assert "pr-42awakesearch" in page.said
    for stack in ("dev", "staging", "prod", "shared"):
        assert f'id="graph-{stack}"' in written
        assert data.json["cost"][stack]["low"] > 0
    assert data.json["environments"] == everywhere_site.status()

    findings = "CVE-2024-6119"
    assert findings not in page.said
    assert findings not in piped.out
    everywhere_site("report", "--findings", "scans")
    assert findings in (everywhere_site.folder / "report.html").read_text()


def test_what_is_broken_is_shown_and_the_rest_stands(released: Site) -> None:
    ledger = released.config / "releases" / "dev.jsonl"
    ledger.write_text(ledger.read_text().replace("ann@example.com", "eve@example.com", 1))
    released("report", "-o", "report.html")
    said = Page((released.folder / "report.html").read_text()).said
    assert "What runs where cannot be told: releases/dev.jsonl: line 1: entry 1 was edited" in said
    assert "devbroken" in re.sub(r"dev\d+broken", "devbroken", said)
    assert "64 vCPU" in said
    found = released("report", "--json").json
    assert found["environments"] == {}
    assert found["ledgers"]["dev"]["findings"] == [{"ledger": "dev", "line": 1, "problem": "entry 1 was edited"}]


def test_what_cannot_be_written_is_refused_before_anything_is_looked_at(empty: Site) -> None:
    for arguments, why in (
        (("-o", "."), "--output: . is a folder. Name a file in it, such as report.html."),
        (("-o", "-", "--json"), "page and --json cannot both go to stdout"),
        (("--findings", "nothing"), "nothing: there is no such file"),
    ):
        refused = empty("report", *arguments, code=2)
        assert why in refused.err
        assert not (empty.folder / "report.html").exists()
    assert "Looking at" not in refused.err


def test_where_nothing_is_up_yet_a_report_says_so(empty: Site) -> None:
    empty("report")
    said = Page((empty.folder / "report.html").read_text()).said
    assert "Nothing was released yet." in said
    assert "Nothing is up that would cost anything." in said
    assert json.loads(empty("report", "--json").out)["previews"] == []
