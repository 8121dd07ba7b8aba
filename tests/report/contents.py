"""A report's content, made by hand: three environments with everything that one can say of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from delivery import history, ledger, release_entries
from delivery.auditing import Finding as Break
from delivery.facts import Refusal
from delivery.ledger import Entry
from delivery.observed import Observed
from delivery.outlook import Outlook
from delivery.pins import Pins
from delivery.preview_list import Known
from delivery.report_page.content import Book, Content, PreviewLine
from delivery.sarif import Finding
from delivery.security_gate import Decision, Judged
from delivery.status import Overview
from delivery.workloads import Workload
from model.catalogue import load_catalogue
from model.environment import Environment
from model.stacks import load_environment
from tests.lifecycle.commands import PROGRAM

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CATALOGUE = load_catalogue(PROGRAM)
STACKS = ("dev", "staging", "prod")
OLD, BAD, NEW = (f"2026.03.01.000{number}" for number in (1, 2, 3))

HOSTILE = (
    "</script><script>document.title = 'taken'</script>",
    "\"'><img src=x onerror=\"document.title = 'taken'\">",
    "<!--<script>",
    "a\u202egnp.exe\u2066\u200f",
    "\ud800 half a pair, \x00 and \x1b[31m",
    "{{7*7}} ${7*7} &lt;b&gt; &#x3c;",
    "line\u2028of\u2029many\nlines",
    "x" * 10_000,
)
"""What somebody could call a branch, or give as a reason."""


def configs() -> dict[str, Environment]:
    """Of the repository itself."""
    found = {name: load_environment(name, PROGRAM) for name in STACKS}
    return {name: each for name, each in found.items() if isinstance(each, Environment)}


def images(release: str) -> dict[str, str]:
    """Digests that each release has of its own."""
    return {image: f"sha256:{hashlib.sha256(f'{image} {release}'.encode()).hexdigest()}" for image in CATALOGUE.images}


def chain(name: str, *written: tuple[int, str, Mapping[str, Any]]) -> list[Entry]:
    """A ledger's entries, each so many minutes before NOW."""
    content = b""
    for minutes, event, facts in written:
        entry = ledger.following(name, content, "ann@example.com", NOW - timedelta(minutes=minutes), event, facts)
        content += ledger.written(entry)
    return ledger.entries(name, content)


def move(release: str, verb: str = "promote", **more: Any) -> dict[str, Any]:
    """The facts of a deployment."""
    return {"verb": verb, "release": release, "after": {"release": release, "images": images(release)}, **more}


def overview(stack: str, release: str, ill: str = "", **changes: Any) -> Overview:
    """An environment in which a release runs, with one workload that does not."""
    config = configs()[stack]
    deployments = CATALOGUE.deployments(config.collapse)
    digests = images(release)
    image_of = {name: pod.image for name, pod in deployments.items()}
    workloads = {
        name: Workload(name, f"r/{image}@{digests[image]}", 1, 1, name != ill, "crashes" if name == ill else "")
        for name, image in image_of.items()
    }
    running = {image: digests[image] for image in image_of.values()}
    seen = Observed(
        stack=stack,
        pins=Pins(digests, release, release),
        services={service: name for name, pod in deployments.items() for service in pod.ports},
        images=image_of,
        workloads=workloads,
        running=running,
        release=release,
        unfinished=None,
        by_hand=(),
        held=None,
        idle=frozenset(CATALOGUE.images) - frozenset(image_of.values()),
        entries=(),
        failure="",
    )
    since = dict.fromkeys(running, NOW - timedelta(hours=1))
    whole: dict[str, Any] = {"releases": dict.fromkeys(running, release), "since": since, **changes}
    return Overview(seen, NOW, **whole)


def held(here: Overview, why: str, who: str = "bob@example.com") -> Overview:
    """The same on hold."""
    (entry,) = chain(here.stack, (5, history.HELD, {"why": "it"}))
    # A chain is UTF-8 and cannot hold half of a pair; what JSON spells as an escape can be one.
    entry = replace(entry, who=who, facts={"why": why})
    return replace(here, observed=replace(here.observed, held=entry))


def preview(number: int, branch: str = "search", **changes: Any) -> Known:
    """One that is awake."""
    return replace(
        Known(
            f"pr-{number}",
            True,
            True,
            f"pr-{branch}",
            branch,
            "c0ffee" + "0" * 34,
            opened=NOW - timedelta(days=5),
            activity=NOW - timedelta(hours=3),
            sleeps=NOW + timedelta(hours=21),
            expires=NOW + timedelta(hours=69),
        ),
        **changes,
    )


def found(**changes: Any) -> Finding:
    """What a scanner says."""
    said = {"tool": "Trivy", "rule": "CVE-2026-1", "severity": "high", "message": "old library", "path": "api/lock"}
    return Finding(**{**said, **changes})


def books() -> list[Book]:
    """Ledgers of a morning: a release that failed in dev, one that is on its way, and one that went back."""
    recorded = [
        (
            90 - 20 * at,
            release_entries.RECORDED,
            {"id": each, "commit": f"{at:040x}", "migration": "none", "author": "ann"},
        )
        for at, each in enumerate((OLD, BAD, NEW))
    ]
    return [
        Book("dev", chain("dev", (85, "done", move(OLD, "deploy")), (65, "failed", move(BAD, reason="it crashes")), (63, "held", {"why": "it crashes", "automatic": True}), (60, "unheld", {"why": "gone"}), (45, "done", move(NEW, "deploy")))),
        Book("staging", chain("staging", (80, "done", move(OLD)), (40, "done", move(NEW)))),
        Book("prod", chain("prod", (70, "done", move(OLD)), (30, "done", move(NEW)), (20, "done", move(OLD, "rollback")))),
        Book("releases", chain("releases", *recorded, (50, release_entries.MARKED_BAD, {"id": BAD, "why": "it crashes"}))),
    ]  # fmt: skip


def content(**changes: Any) -> Content:
    """All of it."""
    bake = Refusal("baked", "prod takes what has run in staging for 1 h", "Wait 20 min.")
    on_the_way = Outlook("staging", NEW, ("api",), (bake,), baked=2400.0, bake=3600.0, approvals=1)
    whole: dict[str, Any] = {
        "now": NOW,
        "written": datetime.now(UTC),
        "engine": "sandbox",
        "who": "ann@example.com",
        "version": "0.1.0",
        "services": tuple(CATALOGUE.services),
        "configs": configs(),
        "environments": [
            overview("dev", NEW),
            held(overview("staging", NEW, ill="api"), "smoke tests are red"),
            overview("prod", OLD, next=on_the_way, frozen=[("the weekend", NOW + timedelta(days=1))]),
        ],
        "previews": [
            PreviewLine(preview(8, "sleepy", asleep=True), 0.5),
            PreviewLine(preview(7), 1.25),
        ],
        "books": books(),
        "findings": Decision(
            blocked=(Judged(found(), date(2026, 3, 2)),), warned=(Judged(found(severity="medium"), None),)
        ),
        "graphs": {"dev": PICTURE},
    }
    return Content(**{**whole, **changes})


PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" id="graph-dev" role="img" aria-labelledby="graph-dev-title" viewBox="0 0 90 40">'
    '<title id="graph-dev-title">Stack dev</title><style>#graph-dev rect{fill:rgb(1, 2, 3)}</style>'
    '<rect width="90" height="40"/></svg>'
)


def long(entries: int, previews: int) -> Content:
    """As many as a busy year leaves."""
    moves: list[tuple[int, str, Mapping[str, Any]]] = []
    for number in range(entries // 2):
        release = f"2026.{number // 900 + 1:02}.{number // 30 % 28 + 1:02}.{number % 30 + 1:04}"
        moves += [(entries - 2 * number, "begun", move(release)), (entries - 2 * number - 1, "done", move(release))]
    lines = [PreviewLine(preview(number, f"branch-{number}"), 0.73) for number in range(previews, 0, -1)]
    return content(books=[Book("dev", quick("dev", moves))], previews=lines)


def quick(name: str, written: Sequence[tuple[int, str, Mapping[str, Any]]]) -> list[Entry]:
    """As `chain`, in a time that grows as its length does: what follows in a chain follows from its last line."""
    last, found = b"", list[Entry]()
    for number, (minutes, event, facts) in enumerate(written, 1):
        entry = ledger.following(name, last, "ann@example.com", NOW - timedelta(minutes=minutes), event, facts)
        last = ledger.written(entry)
        found.append(replace(entry, number=number))
    return found


def broken(book: Book) -> Book:
    """The same ledger, edited by somebody."""
    return replace(book, findings=[Break(book.name, 2, "entry 2 was edited")])
