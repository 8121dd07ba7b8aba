"""The page as it is written: what stands in it, and that nothing else can."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from delivery.facts import Refusal
from delivery.outlook import Outlook
from delivery.report_page import document
from delivery.report_page.content import Book, Content, PreviewLine
from delivery.report_page.markup import clipped
from delivery.report_page.tables import Column, Table, away, rendered
from delivery.security_gate import Decision, Judged
from tests.report.contents import (
    CATALOGUE,
    HOSTILE,
    NOW,
    OLD,
    PICTURE,
    STACKS,
    books,
    broken,
    chain,
    content,
    found,
    held,
    long,
    move,
    overview,
    preview,
)
from tests.report.test_markup import Reader


def page(given: Content) -> str:
    return document.page(given, CATALOGUE)


@pytest.fixture(scope="module")
def read() -> Reader:
    return Reader(page(content()))


def data(text: str, identity: str) -> dict[str, Any]:
    island = re.search(rf'<script type="application/json" id="{identity}-data">(.*?)</script>', text)
    assert island
    parsed: dict[str, Any] = json.loads(island[1])
    return parsed


def test_every_section_has_a_tile_that_leads_to_it(read: Reader) -> None:
    links = [attributes["href"] for tag, attributes in read.tags if tag == "a"]
    sections = [attributes["id"] for tag, attributes in read.tags if tag == "section" and "id" in attributes]
    assert links == ["#main", *(f"#{section}" for section in sections)]
    assert sections == ["line", "timeline", "open-previews", "security", "costs", "gradient", "graphs", "ledgers"]


def test_it_says_all_there_is_to_say(read: Reader) -> None:
    for said in (
        "9 of 9 ready in 9 workloads",
        "smoke tests are red",
        "stagingon holdnot healthy",
        "Freeze: the weekend, until 2026-03-02 12:00",
        "may not come yet",
        "prod takes what has run in staging for 1 h",
        "Wait 20 min.",
        "Then one person must approve the plan.",
        "marked bad: it crashes",
        "in 2 d 21 h",
        "1 of 2 are awake and cost about $1.25 a day together.",
        "64 vCPU, 256 GiB",
        "CVE-2026-1",
        "2026-03-02",
        "Now: dev runs 2026.03.01.0003, staging runs 2026.03.01.0003, prod runs 2026.03.01.0001",
    ):
        assert said in read.said, said


def test_a_hold_makes_nothing_ill() -> None:
    waiting = content(environments=[held(overview(stack, OLD), "the sale") for stack in STACKS])
    assert "Promotion line 3 of 3 healthy, 3 on hold" in Reader(page(waiting)).said


def test_a_digest_that_differs_from_the_environment_before_is_marked() -> None:
    same = content(environments=[overview(stack, OLD) for stack in STACKS])
    marks = [Reader(page(each)).said.count("≠") for each in (same, content())]
    assert marks == [1, 1 + len(CATALOGUE.services)], "the legend, and prod's column"


def test_it_lets_in_nothing_but_its_own(read: Reader) -> None:
    text = page(content())
    (policy,) = [each["content"] for tag, each in read.tags if each.get("http-equiv") == "Content-Security-Policy"]
    assert policy
    inline = re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", text, re.DOTALL)
    assert len(inline) == 4, "the page's style and the picture's, the early script and the late one"
    for each in inline:
        digest = base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert re.sub(r"'sha256-[^']+'", "#", policy) == (
        "default-src 'none'; style-src # #; script-src # #; img-src data:; base-uri 'none'; form-action 'none'"
    )
    addresses = [each[name] for _, each in read.tags for name in ("src", "href") if name in each]
    assert [each for each in addresses if each and not each.startswith(("#", "data:"))] == []
    assert [each for _, each in read.tags if "style" in each] == [], "the policy would not let it in"


def hostile(text: str) -> Content:
    """The text wherever somebody else's words come in."""
    no = Refusal("baked", text, text)
    ahead = Outlook("staging", OLD, ("api",), (no,), unknown=text)
    ill = overview("prod", OLD, ill="api", next=ahead, frozen=[(text, None)])
    loads = {name: replace(load, reason=text) for name, load in ill.observed.workloads.items()}
    ill = replace(ill, observed=replace(ill.observed, workloads=loads, failure=text))
    entries = [
        replace(each, who=text, facts={**each.facts, "reason": text, "why": text, "release": text})
        for each in chain("dev", (9, "done", move(OLD)), (8, "failed", move(OLD)), (7, "held", {"why": "it"}))
    ]
    recorded = [replace(each, facts={**each.facts, "author": text, "migration": text}) for each in books()[3].entries]
    finding = found(tool=text, rule=text, message=text, path=text)
    return content(
        who=text,
        unreadable="",
        environments=[overview("dev", OLD), held(overview("staging", OLD), text, text), ill],
        previews=[PreviewLine(preview(7, text))],
        books=[Book("dev", entries, broken(books()[0]).findings), Book("releases", recorded)],
        findings=Decision(blocked=(Judged(finding, date(2026, 3, 2)),), remarks=(text,), skipped=(text,)),
    )


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_others_write_stays_what_it_is(text: str) -> None:
    written = page(hostile(text))
    written.encode()
    read, harmless = Reader(written), Reader(page(hostile("harmless")))
    assert [tag for tag, _ in read.tags] == [tag for tag, _ in harmless.tags]
    assert [list(each) for _, each in read.tags] == [list(each) for _, each in harmless.tags]
    assert read.said.count(clipped(text, 80)[:80]) >= 15
    assert len(written) < len(page(hostile("harmless"))) + 40 * 400, "and is cut where it is endless"


def test_what_cannot_be_told_leaves_the_rest_standing() -> None:
    given = content(
        environments=[], unreadable="releases/dev.jsonl: line 2: entry 2 was edited", books=[broken(books()[0])]
    )
    read = Reader(page(given))
    assert "What runs where cannot be told: releases/dev.jsonl: line 2: entry 2 was edited" in read.said
    assert "line 2: entry 2 was edited" in read.said.partition("Every entry holds the hash")[2]
    assert "Ledger broken dev" in read.said
    assert "64 vCPU" in read.said


def test_nothing_yet_is_said_in_words() -> None:
    given = content(environments=[], previews=[], books=[], findings=None, graphs={})
    said = Reader(page(given)).said
    for each in (
        "Nothing was released yet.",
        "No release was recorded yet.",
        "No preview is open.",
        "No scans were named",
        "Nothing is up that would cost anything.",
        "There is no ledger yet.",
    ):
        assert each in said, each


def test_a_long_ledger_is_data_beside_its_first_rows() -> None:
    text = page(long(entries=400, previews=60))
    assert len(re.findall(r"<tr[^>]*><th class=\"is-time\"", text)) == 50
    assert "The first 50 of 400 rows. &#x27;slipway audit export&#x27; has all." in text
    columns = data(text, "ledger")["columns"]
    events = columns[4]
    assert events["of"] == ["done", "begun"]
    assert [events["of"][at] for at in events["at"][:3]] == ["done", "begun", "done"]
    assert [len(each.get("at") or each["all"]) for each in columns] == [400] * 10
    assert len(re.findall(r"<th scope=\"row\"[^>]*>pr-|<th class=\"is-text\" scope=\"row\">pr-", text)) == 60


def test_without_a_script_all_rows_of_previews_are_there_and_of_those_with_it_a_page() -> None:
    text = rendered(
        Table("it", "They", [Column("name")], [[str(number)] for number in range(30)], "none", NOW, first=40, page=25)
    )
    assert text.count("<tr>") + text.count('<tr class="later">') == 31
    assert text.count('<tr class="later">') == 5
    assert "script" not in text


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s ago"), (59, "in 59 s"), (-3600, "1 h ago"), (5025, "in 1 h 23 min"), (-200_000, "2 d 7 h ago")],
)
def test_how_far_a_moment_is_away(seconds: int, said: str) -> None:
    assert away(NOW + timedelta(seconds=seconds), NOW) == said


def test_pictures_stand_in_it_as_they_are() -> None:
    assert PICTURE in page(content())


def test_as_data_it_says_the_same() -> None:
    said = json.loads(json.dumps(content().as_json()))
    assert list(said["environments"]) == ["dev", "staging", "prod"]
    assert said["environments"]["staging"]["held"]["why"] == "smoke tests are red"
    assert said["environments"]["prod"]["next"]["refusals"][0]["guard"] == "baked"
    assert [each["usd_per_day"] for each in said["previews"]] == [0.5, 1.25]
    assert {each["opened"] for each in said["previews"]} == {(NOW - timedelta(days=5)).isoformat()}
    assert said["ledgers"]["dev"]["entries"] == 5
    assert said["findings"]["passed"] is False
