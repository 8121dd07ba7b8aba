"""The text of a comment: found again by its first line, never longer than GitHub takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.github_comment import CUT, LIMIT, hidden, is_marked, marked

LINES = st.lists(st.sampled_from(["```", "```diff", "+ a topic", "x" * 3000, ""]), max_size=60)


@given(LINES)
def test_it_is_found_again_fits_and_leaves_no_block_open(lines: list[str]) -> None:
    body = "\n".join(lines)
    text = marked("plan-dev", body)
    assert is_marked("plan-dev", text)
    assert len(text) <= LIMIT
    if len(body) < LIMIT - 100:
        assert text == f"<!-- slipway: plan-dev -->\n{body}"
    else:
        assert text.endswith(CUT)
        assert sum(line.startswith("```") for line in text.splitlines()) % 2 == 0


def test_it_is_cut_between_lines() -> None:
    kept = marked("plan-dev", "\n".join(f"line {number}" for number in range(10_000))).removesuffix(CUT).splitlines()
    assert kept[1:] == [f"line {number}" for number in range(len(kept) - 1)]
    assert len(kept) > 5_000


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<!-- slipway: plan-dev -->", True),
        ("<!-- slipway: plan-dev -->\r\nedited in a browser", True),
        ("<!-- slipway: plan-dev2 -->\n", False),
        ("quoted: <!-- slipway: plan-dev -->", False),
        ("\n<!-- slipway: plan-dev -->", False),
        ("", False),
    ],
)
def test_the_marker_is_the_first_line(text: str, found: bool) -> None:
    assert is_marked("plan-dev", text) is found


@pytest.mark.parametrize("marker", ["", "a--b", "-a", "a-", "a b", "a>b", "a\nb"])
def test_what_would_end_the_hidden_line_is_no_marker(marker: str) -> None:
    with pytest.raises(ValueError, match="single dashes"):
        hidden(marker)
