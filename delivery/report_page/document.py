"""The whole page: one file that asks nobody for anything, and could not if it wanted to."""

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from costs.amount import total
from delivery.report_page import view_cost, view_line, view_tables, view_timeline
from delivery.report_page.content import Content
from delivery.report_page.markup import Markup, element, joined, words
from delivery.report_page.tables import dollars, moment
from model.catalogue import Catalogue

HERE = Path(__file__).parent
LOGO = Markup(
    '<svg viewBox="0 0 32 32" aria-hidden="true" class="logo"><path d="M2 27 30 19"/><path d="M7 20.5 25 15.4 22 21 12 23.8Z"/>'
    '<path d="M15 17V5l7 8.8"/></svg>'
)
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32' fill='none' stroke='%231b86b3' "
    "stroke-width='2.6' stroke-linejoin='round' stroke-linecap='round'%3E%3Cpath d='M2 27 30 19M7 20.5 25 15.4 22 21 12 23.8Z"
    "M15 17V5l7 8.8'/%3E%3C/svg%3E"
)
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
"""What a picture brings along, which the page has to let in by its hash."""
THEMES = ("system", "light", "dark")

Section = tuple[str, str, str, str, Sequence[Markup]]
"""Identity, title, figure and words of its tile, and what is in it."""


def page(content: Content, catalogue: Catalogue) -> str:
    """The document's text."""
    style, early, late = (
        Markup((HERE / name).read_text(encoding="utf-8")) for name in ("page.css", "early.js", "page.js")
    )
    styles = (style, *(found for svg in content.graphs.values() for found in STYLE.findall(svg)))
    policy = (
        f"default-src 'none'; style-src {' '.join(map(_hash, styles))}; script-src {_hash(early)} {_hash(late)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    sections = _sections(content, catalogue)
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"Slipway report, {content.now:%Y-%m-%d %H:%M} UTC"),
        element("link", rel="icon", href=ICON),
        element("style", style),
        element("script", early),
    )
    body = element(
        "body",
        element("a", "Skip to the report", href="#main", class_="skip"),
        _header(content),
        element("nav", element("ul", [_tile(*each[:4]) for each in sections]), aria_label="Sections"),
        element("main", [_section(each) for each in sections], id="main", tabindex="-1"),
        _footer(content),
        element("script", late),
        data_now=moment(content.now),
        data_written=moment(content.written),
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _sections(content: Content, catalogue: Catalogue) -> list[Section]:
    found = content.findings
    blocked = len(found.blocked) if found else 0
    others = len(found.warned) + len(found.noted) if found else 0
    broken = [book.name for book in content.books if book.findings]
    entries = sum(len(book.entries) for book in content.books)
    per_day = sum(each.usd_per_day or 0 for each in content.previews if each.known.state(content.now) == "awake")
    releases = sum(each.event == "recorded" for each in content.releases)
    monthly = total(each.total for each in content.estimates)
    return [
        ("line", "Promotion line", *_line(content), view_line.section(content)),
        ("timeline", "Releases", f"{releases:,}", "recorded", view_timeline.section(content)),
        (
            "open-previews",
            "Previews",
            f"{len(content.previews):,}",
            f"{dollars(per_day)} a day",
            view_tables.previews(content),
        ),
        (
            "security",
            "Findings",
            str(blocked) if found else "—",
            f"block, {others:,} more" if found else "no scans named",
            view_tables.findings(content),
        ),
        (
            "costs",
            "Cost",
            dollars(float(monthly.low)) if monthly else "—",
            "a month at least" if monthly else "nothing is up",
            view_cost.section(content),
        ),
        ("gradient", "Gradient", str(len(content.configs)), "environments", view_tables.decisions(content, catalogue)),
        ("graphs", "Architecture", str(len(content.graphs)) if content.graphs else "—", "pictures", _graphs(content)),
        (
            "ledgers",
            "Ledger",
            "broken" if broken else "whole",
            ", ".join(broken) or f"{entries:,} entries",
            view_tables.ledgers(content),
        ),
    ]


def _line(content: Content) -> tuple[str, str]:
    if content.unreadable:
        return "?", "cannot be told"
    well = sum(view_line.state(each)[0] == "healthy" for each in content.environments)
    held = sum(each.observed.held is not None for each in content.environments)
    return f"{well} of {len(content.environments)}", "healthy" + (f", {held} on hold" if held else "")


def _graphs(content: Content) -> list[Markup]:
    if not content.graphs:
        return [element("p", "No stack is up of which there could be a picture.", class_="empty")]
    return [
        element(
            "details",
            element("summary", stack),
            element(
                "div",
                Markup(svg),
                class_="scroll graph",
                tabindex="0",
                role="region",
                aria_label=f"Architecture of {stack}",
            ),
            open=number == 0,
        )
        for number, (stack, svg) in enumerate(content.graphs.items())
    ]


def _section(each: Section) -> Markup:
    identity, title, _, _, inside = each
    return element(
        "section",
        element("h2", title, id=f"{identity}-title"),
        inside,
        id=identity,
        aria_labelledby=f"{identity}-title",
    )


def _tile(identity: str, title: str, figure: str, said: str) -> Markup:
    parts = [element("span", title, class_="name"), element("b", figure), element("span", said, class_="said")]
    return element("li", element("a", joined(_spaced(parts)), href=f"#{identity}"))


def _spaced(parts: Sequence[Markup]) -> list[Markup]:
    return [part for each in parts for part in (each, Markup(" "))][:-1]


def _header(content: Content) -> Markup:
    choices = [
        element(
            "label",
            element("input", type="radio", name="theme", value=theme, checked=theme == THEMES[0]),
            element("span", theme),
        )
        for theme in THEMES
    ]
    told = [
        "As of ",
        element("time", f"{content.now:%Y-%m-%d %H:%M} UTC", datetime=moment(content.now)),
        " by the clock of the ",
        content.engine,
        " engine, ",
        element("span", "written by ", words(content.who, 80)),
        element("span", class_="aged"),
        ".",
    ]
    return element(
        "header",
        element("div", LOGO, element("h1", "Slipway ", element("span", "report")), class_="brand"),
        element("p", told, class_="told"),
        element("fieldset", element("legend", "Theme"), choices, class_="themes"),
        class_="top",
    )


def _footer(content: Content) -> Markup:
    parts = [
        f"slipway {content.version}. This file asks nobody for anything: what it shows was so when it was written. ",
        element("code", "slipway report"),
        " writes it anew.",
    ]
    return element("footer", element("p", parts))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
