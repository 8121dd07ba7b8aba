"""The table of prices: strict about its form, and each figure with a source and a day."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from costs import builds, machine
from costs.table import FILE, load
from model.errors import ConfigError

COSTS = FILE.parent
GOOD = """\
sources: {page: {what: a page, url: https://example.com/, date: 2026-01-31}}
prices: {disk: {per: GiB and month, source: page, usd: 0.1}}
"""


def test_what_a_price_is_and_where_it_was_read(tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text(GOOD)
    found = load(tmp_path / "prices.yaml")
    assert (found.of("disk", "us-west1"), found.per("disk")) == (0.1, "GiB and month")
    assert (found.source("disk").url, str(found.source("disk").date)) == ("https://example.com/", "2026-01-31")
    assert found.of("unheard-of", "us-west1") is None


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("usd: 0.1", "usd: 0.1, regions: {us-west1: 0.1}", "either 'usd' or 'regions'"),
        (", usd: 0.1", "", "either 'usd' or 'regions'"),
        ("usd: 0.1", "usd: -0.1", "prices.disk.usd"),
        ("usd: 0.1", "usd: .inf", "prices.disk.usd"),
        ("usd: 0.1", "usd: '0.1'", "prices.disk.usd"),
        ("usd: 0.1", "regions: {oregon: 0.1}", "prices.disk.regions.oregon"),
        ("usd: 0.1", "dollars: 0.1", "this key is unknown"),
        ("source: page", "source: book", "the source of 'disk', 'book', is not among the sources"),
        ("prices: {disk", "prices: {}\nother: {disk", "this key is unknown"),
        ("date: 2026-01-31", "date: yesterday", "sources.page.date"),
        ("https://", "http://", "sources.page.url"),
        ("sources: {", "sources: {more: {what: x, url: https://x.example/, date: 2026-01-31}, ", "no price is from 'more'"),
        ("prices:", "prices: [", "it cannot be read"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_it_is_said(tmp_path: Path, good: str, bad: str, said: str) -> None:
    assert GOOD.count(good) == 1
    (tmp_path / "prices.yaml").write_text(GOOD.replace(good, bad))
    with pytest.raises(ConfigError, match=re.escape(said)):
        load(tmp_path / "prices.yaml")


def test_every_price_that_code_names_is_in_the_table_and_no_other() -> None:
    """Those of machines, of builds and of Redis are put together from parts."""
    code = "\n".join(path.read_text() for path in COSTS.glob("*.py"))
    named = set(re.findall(r'(?:Line|Use|hours)\(\s*"([a-z0-9-]+)"', code))
    families = [f"{family}{kind}-{part}" for family in machine.FAMILIES for kind in ("", "-spot") for part in ("core", "gib")]  # fmt: skip
    whole = {key for key in load().prices if machine.WHOLE.fullmatch(key.removesuffix("-spot"))}
    attached = {key for key in load().prices if key.startswith("nvidia-")}
    tiers = {f"redis-{tier}-m{number}" for tier in ("basic", "standard") for number in range(1, 6)}
    minutes = {f"build-{each.lower().replace('_', '-')}" for each in builds.MACHINES}
    disks = {"pd-standard", "pd-balanced", "pd-ssd"}
    assert set(load().prices) == named | set(families) | whole | attached | tiers | minutes | disks


def test_prices_of_the_default_region_are_complete() -> None:
    assert [key for key in load().prices if load().of(key, "us-west1") is None] == []
