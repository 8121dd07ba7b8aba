"""The sections that are tables: previews, findings, the gradient and the ledgers."""

from itertools import groupby

from delivery import auditing
from delivery.report_page import gradient
from delivery.report_page.content import Book, Content
from delivery.report_page.markup import Markup, clipped, element, words
from delivery.report_page.tables import Cell, Column, Table, badge, caption, dollars, moment, rendered
from delivery.sarif import Finding
from model.catalogue import Catalogue

CHANGED = 1
"""Images that a row names; of more it says how many."""


def previews(content: Content) -> list[Markup]:
    """All of them, with their sum."""
    rows: list[list[Cell]] = [
        [
            each.known.stack,
            each.known.state(content.now),
            clipped(each.known.branch, 120) + (" (fork)" if each.known.fork else ""),
            (each.known.commit or "")[:12],
            moment(each.known.opened),
            moment(each.known.activity),
            moment(each.known.sleeps),
            moment(each.known.expires),
            _few([image for image, _ in each.known.built]),
            each.usd_per_day,
        ]
        for each in content.previews
    ]
    columns = [
        Column("preview"),
        Column("state", "badge", True),
        Column("branch", "words"),
        Column("commit", "code"),
        Column("opened", "span"),
        Column("last needed", "span"),
        Column("sleeps", "span"),
        Column("closed", "span"),
        Column("built for it"),
        Column("a day awake", "money"),
    ]
    table = Table("previews", "Previews, newest first", columns, rows, "No preview is open.", content.now, first=1000)
    return [rendered(table), *([_preview_total(content)] if rows else [])]


def _preview_total(content: Content) -> Markup:
    awake = [each for each in content.previews if each.known.state(content.now) == "awake"]
    known = sum(each.usd_per_day or 0.0 for each in awake)
    text = f"{len(awake)} of {len(content.previews)} are awake and cost about {dollars(known)} a day together."
    unknown = sum(each.usd_per_day is None for each in content.previews)
    return element("p", text, f" Of {unknown} nobody knows here what they cost." if unknown else None, class_="quiet")


def findings(content: Content) -> list[Markup]:
    """What scanners have found and the policy makes of it."""
    found = content.findings
    if found is None:
        hint = element("code", "slipway report --findings scans/")
        return [element("p", "No scans were named: ", hint, " shows what they found.", class_="empty")]
    rows: list[list[Cell]] = []
    for what, judged in (("block", found.blocked), ("warn", found.warned), ("note", found.noted)):
        rows += [
            _finding(what, each.finding, each.until.isoformat() if each.until else "no deadline") for each in judged
        ]
    rows += [
        _finding("pass", each.finding, f"excepted until {each.exception.expires} by {each.exception.owner}")
        for each in found.excepted
    ]
    columns = [
        Column("verdict", "badge", True),
        Column("severity", "badge", True),
        Column("tool", "words", True),
        Column("rule", "words"),
        Column("where", "words"),
        Column("message", "long"),
        Column("to be fixed"),
    ]
    table = Table("findings", "Open findings, worst first", columns, rows, "Nothing was found.", content.now, first=200)
    said = [*map(str, found.expired), *found.remarks, *(f"{name} was skipped" for name in found.skipped)]
    remarks = element("ul", [element("li", words(each)) for each in said], class_="remarks") if said else None
    return [rendered(table), *([remarks] if remarks else [])]


def _finding(verdict: str, found: Finding, until: str) -> list[Cell]:
    said = (clipped(text, 200) for text in (found.tool, found.rule, found.where, found.message))
    return [verdict, found.severity, *said, until]


def decisions(content: Content, catalogue: Catalogue) -> list[Markup]:
    """The gradient: what is different from the environment before stands out."""
    stacks: dict[str, gradient.Stack] = dict(content.configs)
    if content.template:
        stacks["a preview"] = content.template
    head = element("tr", element("th", "what", scope="col"), [element("th", name, scope="col") for name in stacks])
    bodies = []
    for group, rows in groupby(gradient.rows(stacks, catalogue), key=lambda row: row.group):
        title = element("tr", element("th", group, colspan=len(stacks) + 1, scope="rowgroup", class_="group"))
        bodies.append(element("tbody", title, [_decision(row) for row in rows]))
    grid = element(
        "table",
        caption("Sizes and decisions; bold is what differs from the environment before, for a preview from its base"),
        element("thead", head),
        bodies,
        class_="gradient",
    )
    return [element("div", grid, class_="scroll", tabindex="0", role="region", aria_label="The gradient")]


def _decision(row: gradient.Row) -> Markup:
    cells = [
        element(
            "td", element("strong", cell.text) if cell.differs else cell.text, class_="quiet" if cell.borrowed else None
        )
        for cell in row.cells
    ]
    return element("tr", element("th", row.name, scope="row"), cells)


def ledgers(content: Content) -> list[Markup]:
    """Whether each is whole, and all entries, newest first."""
    head = element(
        "tr",
        [
            element("th", each, scope="col", class_="is-number" if each == "entries" else None)
            for each in ("ledger", "entries", "verified", "last hash")
        ],
    )
    grid = element(
        "table",
        caption("Every entry holds the hash of the one before it; all were checked, and held against git"),
        element("thead", head),
        element("tbody", [_book(book) for book in content.books]),
    )
    checked = element(
        "div", grid, class_="scroll", tabindex="0", role="region", aria_label="Verification of the ledgers"
    )
    return (
        [checked, rendered(_entries(content))]
        if content.books
        else [element("p", "There is no ledger yet.", class_="empty")]
    )


def _book(book: Book) -> Markup:
    broken = [
        element("li", f"line {each.line}: " if each.line else None, words(each.problem)) for each in book.findings[:20]
    ]
    verdict = (
        badge("broken") if broken else badge("whole") if book.entries else element("span", "empty", class_="quiet")
    )
    return element(
        "tr",
        element("th", book.name, scope="row"),
        element("td", f"{len(book.entries):,}", class_="is-number"),
        element("td", verdict, element("ul", broken, class_="remarks") if broken else None),
        element("td", element("code", book.entries[-1].hash[:16]) if book.entries else ""),
    )


def _entries(content: Content) -> Table:
    found = [row for book in content.books for row in auditing.rows(book.name, book.entries)]
    found.sort(key=lambda row: (row["at"], row["number"]), reverse=True)
    rows: list[list[Cell]] = [
        [
            row["at"][:19],
            row["environment"],
            row["number"],
            clipped(row["who"], 80),
            row["event"],
            row["verb"],
            row["release"],
            _few(row["services"].split(auditing.BETWEEN)),
            clipped(row["reason"], 200),
            row["hash"][:12],
        ]
        for row in found
    ]
    columns = [
        Column("at", "time"),
        Column("ledger", filtered=True),
        Column("no.", "number"),
        Column("who", "words", True),
        Column("event", "badge", True),
        Column("verb", filtered=True),
        Column("release"),
        Column("services"),
        Column("reason", "long"),
        Column("hash", "code"),
    ]
    return Table(
        "ledger",
        "All entries, newest first; times are UTC",
        columns,
        rows,
        "There is no entry yet.",
        content.now,
        first=50,
        page=50,
        note="'slipway audit export' has all.",
    )


def _few(names: list[str]) -> str:
    more = len(names) - CHANGED
    return ", ".join(names[:CHANGED]) + (f" and {more} more" if more > 0 else "")
