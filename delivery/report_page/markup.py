"""HTML by its elements, so that no text can become markup: whatever is not `Markup` is escaped where it is put in."""

import html
import json
from collections.abc import Iterable
from typing import Any

VOID = frozenset({"br", "col", "hr", "input", "link", "meta"})
"""Elements without content, which have no end tag."""
SHOWN = 400
"""Characters of somebody else's words that a page shows; the ledger and `--json` have all of them."""
_JOINERS = "\u200c\u200d"
"""Two invisible characters that words of some languages are spelled with, and that move nothing."""

Child = Any
"""Markup, a text, None, or several of them."""


class Markup(str):
    """HTML that is safe as it stands."""

    __slots__ = ()


def element(tag: str, *children: Child, **attributes: Any) -> Markup:
    """One element. `class_` is the attribute class, `data_x` is data-x; None and False leave an attribute out."""
    written = "".join(_attribute(name, value) for name, value in attributes.items())
    if tag in VOID:
        return Markup(f"<{tag}{written}>")
    return Markup(f"<{tag}{written}>{joined(children)}</{tag}>")


def joined(children: Iterable[Child]) -> Markup:
    """One after the other, each escaped unless it is markup."""
    return Markup("".join(map(_child, children)))


def visible(text: str) -> str:
    """A text with its characters that nobody sees replaced: what could turn the text around it is shown as being there. Half of
    a pair that UTF-16 writes is no character at all, and no file could hold it."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each in _JOINERS else _stand_in(each) for each in text)


def clipped(text: str, most: int = SHOWN) -> str:
    """Somebody else's words on one line, no longer than a page can bear."""
    said = visible(" ".join(text[: 4 * most].split()))
    return said if len(said) <= most and len(text) <= 4 * most else f"{said[:most]}…"


def words(text: str, most: int = SHOWN) -> Markup:
    """Such words as an element that keeps their direction of writing to itself."""
    return element("bdi", clipped(text, most))


def data_island(identity: str, data: Any) -> Markup:
    """Data for the page's script. `<` never stands in it, so that nothing can end it early."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return element("script", Markup(text), type="application/json", id=identity)


def _child(child: Child) -> str:
    if child is None or child is False:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, str):
        return html.escape(visible(child))
    if isinstance(child, Iterable):
        return joined(child)
    return html.escape(str(child))


def _attribute(name: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    written = name.rstrip("_").replace("_", "-")
    return f" {written}" if value is True else f' {written}="{html.escape(visible(str(value)))}"'


def _stand_in(character: str) -> str:
    return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"
