"""What the stacks cost a month: components as rows, stacks as columns."""

from costs.amount import Amount, total
from delivery.report_page.content import Content
from delivery.report_page.markup import Markup, element, words
from delivery.report_page.tables import caption, dollars


def section(content: Content) -> list[Markup]:
    """One table, and below it what is not in it."""
    found = content.estimates
    if not found:
        return [element("p", "Nothing is up that would cost anything.", class_="empty")]
    by_component: dict[str, Amount] = {}
    for each in found:
        for name, amount in each.components.items():
            by_component[name] = by_component.get(name, Amount()) + amount
    names = sorted(by_component, key=lambda name: (-by_component[name].high, name))
    stacks = [each.stack for each in found]
    head = element(
        "tr",
        element("th", "component", scope="col"),
        [element("th", stack, scope="col", class_="is-money") for stack in [*stacks, "together"]],
    )
    rows = [
        _row(name, [*(each.components.get(name, Amount()) for each in found), by_component[name]]) for name in names
    ]
    sums = _row("together", [*(each.total for each in found), total(each.total for each in found)])
    title = caption("US dollars a month at list prices: the least, and the most that autoscaling comes to")
    grid = element("table", title, element("thead", head), element("tbody", rows), element("tfoot", sums))
    table = element("div", grid, class_="scroll", tabindex="0", role="region", aria_label="Cost by component")
    return [table, *_beside(content)]


def _row(name: str, amounts: list[Amount]) -> Markup:
    cells = [element("td", _span(each), class_="is-money") for each in amounts]
    return element("tr", element("th", name, scope="row"), cells)


def _span(amount: Amount) -> str:
    if not amount:
        return "—"
    low, high = dollars(float(amount.low)), dollars(float(amount.high))
    return low if low == high else f"{low} to {high}"


def _beside(content: Content) -> list[Markup]:
    """What is paid by use is no part of the sums; nor is what nobody can price, which is never taken for free."""
    days = f"Prices of {content.priced[0]} to {content.priced[-1]}, before discounts. " if content.priced else ""
    told = [element("p", days, "Previews are not in it: each says above what it costs awake.", class_="quiet")]
    for summary, lines in (
        ("Not counted, since it has no known price", _unpriced(content)),
        ("Paid by use, and not counted", _by_use(content)),
    ):
        if lines:
            inside = element("ul", [element("li", words(line)) for line in lines], class_="lines")
            told.append(element("details", element("summary", f"{summary} ({len(lines)})"), inside))
    return told


def _unpriced(content: Content) -> list[str]:
    return [f"{each.stack}, {one.resource}: {one.why}" for each in content.estimates for one in each.unpriced]


def _by_use(content: Content) -> list[str]:
    """Each once, with the stacks that have it."""
    found: dict[str, dict[str, None]] = {}
    for each in content.estimates:
        for one in each.by_use:
            found.setdefault(f"{one.what}: ${one.usd:g} a {one.per}", {}).setdefault(each.stack)
    return [f"{line} ({', '.join(stacks)})" for line, stacks in sorted(found.items())]
