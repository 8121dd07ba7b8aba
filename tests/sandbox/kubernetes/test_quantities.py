"""Quantities are read and written as the API server does."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.clouds.kubernetes import quantities

SUFFIXES = ("n", "u", "m", "", "k", "M", "G", "Ki", "Mi", "Gi")


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("1000m", "1"),
        ("1.5", "1500m"),
        ("0.5Gi", "512Mi"),
        ("1024Mi", "1Gi"),
        ("1500Mi", "1500Mi"),
        ("0.3Gi", "322122547200m"),
        ("1000", "1k"),
        ("100", "100"),
        ("1023", "1023"),
        ("0.1Ki", "102400m"),
        ("1e3", "1e3"),
        (2, "2"),
        ("0", "0"),
    ],
)
def test_canonical_form(text: str, canonical: str) -> None:
    assert quantities.canonical(text) == canonical


@given(st.integers(min_value=0, max_value=10**6), st.sampled_from(SUFFIXES))
def test_canonical_form_keeps_the_value_and_is_its_own(number: int, suffix: str) -> None:
    text = f"{number}{suffix}"
    once = quantities.canonical(text)

    assert quantities.parse(once) == quantities.parse(text)
    assert quantities.canonical(once) == once


@pytest.mark.parametrize("text", ["", "1x", "1.2.3", "Gi", "1 Gi", "--1"])
def test_what_is_no_quantity(text: str) -> None:
    with pytest.raises(ValueError, match="is no quantity"):
        quantities.parse(text)


def test_units() -> None:
    assert quantities.parse("2Gi") == Decimal(2 * 1024**3)
    assert quantities.milli("250m") == 250
    assert quantities.milli("0.0001") == 1
    assert quantities.whole("1k") == 1000
