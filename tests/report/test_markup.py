"""No text becomes markup, whatever it is made of."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.report_page.markup import Markup, clipped, data_island, element, joined, visible, words
from tests.report.contents import HOSTILE

ANY = st.one_of(st.text(), st.sampled_from(HOSTILE))


class Reader(HTMLParser):
    """What a browser would see: tags with their attributes, and the text between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said += data


@given(ANY, ANY)
def test_texts_stay_texts(child: str, attribute: str) -> None:
    read = Reader(element("p", child, title=attribute))
    assert read.tags == [("p", {"title": visible(attribute)})]
    assert read.said == visible(child)


@given(ANY)
def test_data_comes_back_and_cannot_end_early(text: str) -> None:
    text = text.replace("\ud800", "")
    island = data_island("it", {"said": [text, 1.5, None]})
    read = Reader(island)
    assert [tag for tag, _ in read.tags] == ["script"]
    assert json.loads(read.said) == {"said": [text, 1.5, None]}
    assert not re.search(r"[<>&\u2028\u2029]", read.said)


def test_only_markup_stands_as_it_is() -> None:
    assert element("p", Markup("<b>a</b>"), "<b>", ["c", None, False], 3) == "<p><b>a</b>&lt;b&gt;c3</p>"
    assert (
        joined([element("br"), element("input", checked=True, value=None, data_x=1)])
        == '<br><input checked data-x="1">'
    )


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("zwölf 漢字 🚢", "zwölf 漢字 🚢"),
        ("क्\u200dष", "क्\u200dष"),
        ("a\u202eb\u2066c\u200fd", "a�b�c�d"),
        ("\ud800\x00\x1b", "���"),
        ("a\u2028b\nc\td", "a b c d"),
    ],
    ids=["letters", "joiner of a language", "directions", "no characters", "spaces"],
)
def test_what_nobody_sees_is_shown(text: str, seen: str) -> None:
    assert visible(text) == seen


@given(ANY)
def test_words_are_one_line_of_a_bearable_length_with_a_direction_of_their_own(text: str) -> None:
    said = clipped(text, 50)
    assert len(said) <= 51
    assert said.isprintable() or "\u200c" in said or "\u200d" in said
    assert Reader(words(text, 50)).tags == [("bdi", {})]


def test_what_is_cut_says_so() -> None:
    assert clipped("x" * 10_000, 10) == "x" * 10 + "…"
    assert clipped(" a\n\n b ", 10) == "a b"
