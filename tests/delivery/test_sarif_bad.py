"""Files that are no SARIF, or of scans that saw nothing. Whatever a file holds, it is read or refused as bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from delivery import sarif
from model.errors import ConfigError
from tests.delivery.sarifs import log

FILES = sorted((Path(__file__).parent / "sarif").glob("*.sarif"))
WHOLE = [json.loads(path.read_text()) for path in FILES]


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        (log(invocations=[{"executionSuccessful": False}]), "tool says that it did not run to its end"),
        (b'{"version": "2.1.0", "runs": []}', "x holds no run of any tool"),
        (b'{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "tool"}}}]}', "tool has not come to scanning"),
    ],
)
def test_a_scan_that_saw_nothing_says_so(text: bytes, remark: str) -> None:
    scan = sarif.read("x", text)
    assert scan.findings == ()
    (said,) = scan.remarks
    assert remark in said


def test_a_byte_order_mark_is_no_fault() -> None:
    assert len(sarif.read("x", b"\xef\xbb\xbf" + log({})).findings) == 1


@pytest.mark.parametrize(
    ("text", "key", "problem"),
    [
        (b"", "", "it is no JSON"),
        (b"not json", "", "it is no JSON"),
        (b'{"version": "2.1.0", "runs": [', "", "it is no JSON"),
        (b"\xff\xfe", "", "it is no JSON"),
        (b"[" * 100_000, "", "it is no JSON"),
        (b"[]", "", "input should be an object"),
        (b"{}", "version", "this key is missing"),
        (b'{"version": "2.0.0", "runs": []}', "version", "only SARIF 2.1.0 is read"),
        (b'{"version": "2.1.0"}', "runs", "this key is missing"),
        (b'{"version": "2.1.0", "runs": {}}', "runs", "input should be a valid array"),
        (log(tool={"driver": {}}), "runs.0.tool.driver.name", "this key is missing"),
        (log({}, {"level": "bad"}), "runs.0.results.1.level", "input should be 'none', 'note', 'warning' or 'error'"),
        (log({"ruleIndex": "0"}), "runs.0.results.0.ruleIndex", "input should be a valid integer"),
        (log({"message": "text"}), "runs.0.results.0.message", "input should be an object"),
        (log(rules=[{"id": 7}]), "runs.0.tool.driver.rules.0.id", "input should be a valid string"),
        (log({"locations": [{"physicalLocation": {"region": {"startLine": True}}}]}),
         "runs.0.results.0.locations.0.physicalLocation.region.startLine", "input should be a valid integer"),
    ],
)  # fmt: skip
def test_what_is_no_sarif_is_refused_where_it_is_wrong(text: bytes, key: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        sarif.read("x.sarif", text)
    first = caught.value.problems[0]
    assert (first.file, first.key) == ("x.sarif", key)
    assert problem in first.problem
    assert first.remedy


def test_of_many_mistakes_a_few_are_told() -> None:
    with pytest.raises(ConfigError) as caught:
        sarif.read("x.sarif", log(*[{"level": 1}] * 1000))
    assert len(caught.value.problems) == 5


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


def read_or_refused(text: bytes) -> bool:
    try:
        scan = sarif.read("x.sarif", text)
    except ConfigError:
        return False
    for found in scan.findings:
        assert found.severity in ("critical", "high", "medium", "low")
        for shown in (found.tool, found.rule, found.message, found.where, found.fingerprint):
            assert shown.isprintable()
    return True


@given(st.binary(max_size=200))
@example(b'{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "\\ud800"}}}]}')
def test_any_bytes(text: bytes) -> None:
    read_or_refused(text)


@given(ANYTHING)
def test_any_json(document: Any) -> None:
    read_or_refused(json.dumps(document).encode())


def places(document: Any) -> list[tuple[Any, Any]]:
    """Each container with each of its keys or indexes."""
    keys = list(document) if isinstance(document, dict) else list(range(len(document)))
    found = [(document, key) for key in keys]
    return found + [each for key in keys if isinstance(document[key], (dict, list)) for each in places(document[key])]


@given(st.data())
def test_a_real_file_in_which_something_is_something_else(data: st.DataObject) -> None:
    """One place of a file becomes anything, or vanishes."""
    document = json.loads(json.dumps(data.draw(st.sampled_from(WHOLE))))
    container, key = data.draw(st.sampled_from(places(document)))
    if data.draw(st.booleans()):
        container[key] = data.draw(ANYTHING)
    else:
        del container[key]
    read_or_refused(json.dumps(document).encode())


def test_the_files_themselves_are_read() -> None:
    assert [read_or_refused(path.read_bytes()) for path in FILES] == [True] * 5
