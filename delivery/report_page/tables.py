"""Tables that a reader can search, sort and leaf through; without the page's script the first rows stand there as they are.

What is not among the first rows is data for the script, column by column, since a long table's columns repeat themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from delivery.report_page.markup import Child, Markup, clipped, data_island, element

Kind = Literal["text", "words", "long", "code", "time", "span", "number", "money", "badge"]
"""`words` are somebody else's, `long` whole sentences of theirs; `span` is a moment with how far it is away, `badge` one of the
words in TONES."""
CHOICES = 200
"""Values that a reader is given to choose from; whoever wants another one looks for it."""

UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
"""Of time, with their seconds."""

Cell = str | int | float | None

TONES: Mapping[str, str] = {
    "done": "good",
    "whole": "good",
    "awake": "good",
    "runs": "good",
    "recorded": "good",
    "pass": "good",
    "low": "idle",
    "note": "idle",
    "medium": "wait",
    "warn": "wait",
    "asleep": "idle",
    "begun": "idle",
    "half-made": "wait",
    "withdrawn": "wait",
    "high": "bad",
    "critical": "bad",
    "block": "bad",
    "failed": "bad",
    "held": "bad",
    "expired": "bad",
    "broken": "bad",
    "marked-bad": "bad",
    "marked bad": "bad",
}
"""The colour of a word; any other word has none."""


@dataclass(frozen=True)
class Column:
    """`filtered` lets a reader choose one of the values that there are."""

    name: str
    kind: Kind = "text"
    filtered: bool = False


@dataclass(frozen=True)
class Table:
    """`first` rows stand in the page, `page` are shown at a time. `empty` is said where there is no row."""

    identity: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    empty: str
    now: datetime
    first: int = 200
    page: int = 25
    note: str = ""
    """What is said without a script where rows are left out."""


def rendered(table: Table) -> Markup:
    """The table with its controls; of a long one the rest as data behind it."""
    if not table.rows:
        return element("p", table.empty, class_="empty")
    names = [column.name for column in table.columns]
    long = len(table.rows) > table.page
    left = len(table.rows) - table.first
    head = [
        element("th", name, scope="col", class_=f"is-{column.kind}", data_kind=column.kind)
        for name, column in zip(names, table.columns, strict=True)
    ]
    shown = [_row(table, row, number >= table.page) for number, row in enumerate(table.rows[: table.first])]
    grid = element(
        "table",
        caption(table.caption),
        element("thead", element("tr", head)),
        element("tbody", shown),
        id=f"{table.identity}-table",
    )
    return element(
        "div",
        _controls(table) if long else None,
        element("div", grid, class_="scroll", tabindex="0", role="region", aria_label=table.caption),
        element("p", f"The first {table.first:,} of {len(table.rows):,} rows. {table.note}", class_="rest")
        if left > 0
        else None,
        data_island(f"{table.identity}-data", _packed(table)) if left > 0 else None,
        class_="data",
        id=table.identity,
        data_page=table.page,
        data_count=len(table.rows),
    )


def _controls(table: Table) -> Markup:
    choices = [
        element(
            "label",
            element("span", column.name),
            element(
                "select",
                element("option", "all", value=""),
                [element("option", value, value=value) for value in _values(table, number)],
                data_column=number,
            ),
        )
        for number, column in enumerate(table.columns)
        if column.filtered
    ]
    search = element(
        "label", element("span", "find"), element("input", type="search", autocomplete="off", spellcheck="false")
    )
    pages = element(
        "div",
        element("button", "◀", type="button", data_turn="-1", aria_label="Rows before"),
        element("p", f"1 to {min(table.page, len(table.rows)):,} of {len(table.rows):,}", role="status"),
        element("button", "▶", type="button", data_turn="1", aria_label="Rows after"),
        class_="pages",
    )
    return element("div", search, choices, pages, class_="controls", role="group", aria_label=f"{table.caption}: rows")


def _values(table: Table, number: int) -> list[str]:
    values = sorted({clipped(str(row[number])) for row in table.rows if row[number] not in (None, "")})
    return values[:CHOICES]


def _row(table: Table, row: Sequence[Cell], later: bool) -> Markup:
    cells = [
        _cell(column, value, table.now, header=number == 0)
        for number, (column, value) in enumerate(zip(table.columns, row, strict=True))
    ]
    return element("tr", cells, class_="later" if later else None)


def _cell(column: Column, value: Cell, now: datetime, *, header: bool) -> Markup:
    """The page's script makes the same of the same data. On a phone each cell says what it is."""
    attributes: dict[str, Any] = {"scope": "row"} if header else {"data_name": column.name}
    inside = _content(column.kind, value, now)
    return element("th" if header else "td", inside, class_=f"is-{column.kind}", **attributes)


def _content(kind: Kind, value: Cell, now: datetime) -> Any:
    if value is None or value == "":
        return ""
    text = clipped(str(value))
    match kind:
        case "words" | "long":
            return element("bdi", text)
        case "code":
            return element("code", text)
        case "time":
            return element("time", text[:16].replace("T", " "), datetime=text)
        case "span":
            at = element("time", text[:16].replace("T", " "), datetime=text)
            return [at, element("small", away(datetime.fromisoformat(text), now))]
        case "number" if isinstance(value, (int, float)):
            return f"{value:,}"
        case "money" if isinstance(value, (int, float)):
            return dollars(value)
        case "badge":
            return badge(text)
        case _:
            return text


def caption(*inside: Child) -> Markup:
    """A table's title, which stays in sight where the table is wider than the screen."""
    return element("caption", element("span", inside))


def badge(word: str, tone: str | None = None) -> Markup:
    """A word with the colour of what it means."""
    return element("span", word, class_=f"badge {tone or TONES.get(word, '')}".rstrip())


def away(at: datetime, now: datetime) -> str:
    """How far a moment is from another one, as the page's script says it too."""
    seconds = (at - now).total_seconds()
    text = spoken(abs(seconds))
    return f"in {text}" if seconds > 0 else f"{text} ago"


def spoken(seconds: float) -> str:
    """In the two largest units: 2 d 23 h, 1 h 2 min, 45 s."""
    whole = round(seconds)
    for number, (unit, size) in enumerate(UNITS):
        if whole >= size:
            below, part = UNITS[number + 1] if number + 1 < len(UNITS) else ("", 1)
            rest = whole % size // part if below else 0
            return f"{whole // size} {unit}" + (f" {rest} {below}" if rest else "")
    return "0 s"


def moment(at: datetime | None) -> str:
    """As cells of kind `time` hold it."""
    return at.isoformat(timespec="seconds") if at else ""


def dollars(value: float) -> str:
    """US dollars, cents where there are few."""
    return f"${value:,.2f}" if abs(value) < 100 else f"${value:,.0f}"


def _packed(table: Table) -> dict[str, Any]:
    """All rows by columns: a column with few values as these values and the place of each row's."""
    columns: list[dict[str, Any]] = []
    for number, column in enumerate(table.columns):
        values = [_short(row[number]) for row in table.rows]
        known = {value: place for place, value in enumerate(dict.fromkeys(values))}
        few = len(known) * 2 <= len(values)
        packed = {"of": list(known), "at": [known[value] for value in values]} if few else {"all": values}
        columns.append({"kind": column.kind, **packed})
    return {"columns": columns, "tones": dict(TONES)}


def _short(value: Cell) -> Cell:
    return clipped(value) if isinstance(value, str) else value
