"""One browser for all that is looked at in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.browser import MISSING, Browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, or why there is none."""
    if MISSING:
        pytest.skip(MISSING)
    started = Browser()
    yield started
    started.close()
