"""Property paths, and putting old values back."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.engine import paths
from sandbox.values import secret


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("a", ("a",)),
        ("a.b", ("a", "b")),
        ("a[0].b", ("a", 0, "b")),
        ('a["b.c"].d', ("a", "b.c", "d")),
        ('["x[y]"]', ("x[y]",)),
        ("a[*].b", ("a", "*", "b")),
        ("*", ("*",)),
        ('["a\\"b"]', ('a"b',)),
        ("a[-1]", ("a", -1)),
    ],
)
def test_paths_are_read_as_pulumi_reads_them(text: str, steps: tuple[Any, ...]) -> None:
    assert paths.parse(text) == steps


@pytest.mark.parametrize("text", ["a[", 'a["b', 'a["b"', "a[x]", ".a", "a.", 'a["b\\"]', "a[1_0]", "a[ 1]"])
def test_broken_paths_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="."):
        paths.parse(text)


def test_a_path_contains_what_lies_below_it() -> None:
    assert paths.contains(("a",), ("a", "b"))
    assert paths.contains(("*", "b"), ("a", "b", 0))
    assert not paths.contains(("a", "b"), ("a",))
    assert not paths.contains(("a",), ("b",))


@pytest.mark.parametrize(
    ("ignored", "old", "new", "kept"),
    [
        ("a", {"a": 1}, {"a": 2, "b": 3}, {"a": 1, "b": 3}),
        ("a", {}, {"a": 2, "b": 3}, {"b": 3}),
        ("a", {"a": 1}, {"b": 3}, {"a": 1, "b": 3}),
        ("a.b", {"a": {"b": 1, "c": 1}}, {"a": {"b": 2, "c": 2}}, {"a": {"b": 1, "c": 2}}),
        ("a[1]", {"a": [1, 2]}, {"a": [3, 4]}, {"a": [3, 2]}),
        ("a[1]", {"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ("a[*].b", {"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 3}, {"b": 4}]}, {"a": [{"b": 1}, {"b": 2}]}),
        ("a.b", {}, {"a": {"b": 2}}, {"a": {}}),
        ("a.b", {"a": secret({"b": 1})}, {"a": secret({"b": 2, "c": 3})}, {"a": secret({"b": 1, "c": 3})}),
        ("a.b", {"a": secret({"b": 1})}, {"a": {"b": 2}}, {"a": {"b": secret(1)}}),
        ("a.b.c", {"a": secret({"b": {"c": 1}})}, {"a": {"b": secret({"c": 2})}}, {"a": {"b": secret({"c": 1})}}),
        ("a.b.c", {"a": {"b": secret({"c": 1})}}, {"a": secret({"b": {"c": 2}})}, {"a": secret({"b": {"c": 1}})}),
        ("a[*][*]", {"a": [[1], [2, 3], [4]]}, {"a": [[5], [6], [7]]}, {"a": [[1], [2], [7]]}),
    ],
)
def test_ignored_paths_get_their_old_value_back(ignored: str, old: Any, new: Any, kept: Any) -> None:
    before = repr(new)
    assert paths.keep_old(new, old, [ignored]) == kept
    assert repr(new) == before
