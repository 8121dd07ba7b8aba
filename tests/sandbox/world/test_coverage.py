"""The reference page says what is emulated."""

from __future__ import annotations

from pathlib import Path

from sandbox.clouds.coverage import page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "sandbox-coverage.md"


def test_the_page_is_what_the_declarations_say() -> None:
    assert PAGE.read_text() == page(), "run: python -m sandbox.clouds.coverage > docs/reference/sandbox-coverage.md"
