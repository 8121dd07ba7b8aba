"""The little of CEL that our triggers' filters are written in."""

from __future__ import annotations

import pytest

from delivery import cel

KNOWN = {"_ACTION": "closed", "_STATUS": "SUCCESS", "_ID": "b"}


@pytest.mark.parametrize(
    ("expression", "is_so"),
    [
        ('_ACTION == "closed"', True),
        ('_ACTION == "opened"', False),
        ('_ACTION in ["opened", "closed"]', True),
        ('_ID in ["a", "c"]', False),
        ('_STATUS == "SUCCESS" && _ID in ["a", "b"]', True),
        ('_STATUS == "SUCCESS" && _ID in ["a"]', False),
        ('_MISSING == ""', True),
    ],
)
def test_what_holds(expression: str, is_so: bool) -> None:
    assert cel.holds(expression, KNOWN) is is_so


@pytest.mark.parametrize(
    "expression", ['body.action == "closed"', "_ACTION == closed", '_ACTION in "closed"', '_A == "x" || _B == "y"', ""]
)
def test_what_is_not_in_this_little_is_no_answer(expression: str) -> None:
    """A filter is over substitutions, never over the request itself."""
    with pytest.raises(ValueError, match="is no comparison with texts"):
        cel.holds(expression, KNOWN)


def test_what_a_request_says_is_read_as_text() -> None:
    body = {"body": {"number": 7, "pull_request": {"head": {"sha": "c0ffee"}}, "none": None, "many": [{"a": 1}, "b"]}}
    paths = ("body.number", "body.pull_request.head.sha", "body.none", "body.no.such")
    assert [cel.read(path, body) for path in paths] == ["7", "c0ffee", "", ""]
    paths = ("body.many[0].a", "body.many[1]", "body.many[2]", "body.number[0]", "body.no[0]")
    assert [cel.read(path, body) for path in paths] == ["1", "b", "", "", ""]
