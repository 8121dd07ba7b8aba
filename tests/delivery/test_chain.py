"""A chain is believed whole only where every line is as it was written, and finds what is asked for without reading the rest."""

import hashlib
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery import chain, ledger
from delivery.chain import Chain, Entry, mentioning_all, mentioning_any, newest
from delivery.ledger import Break, Ledger
from model.errors import ConfigError

AT = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
EVENTS = st.sampled_from(["begun", "done", "held", "unheld"])
FACTS = st.fixed_dictionaries(
    {"release": st.sampled_from(["a1", "b2", "c3"])},
    optional={"why": st.text(max_size=9), "event": EVENTS, "hash": st.sampled_from(["0" * 64, "d4"])},
)
WRITTEN = st.lists(st.tuples(st.sampled_from(["ann", 'b"o"b', "ünal\n"]), EVENTS, FACTS), max_size=12)

Written = Sequence[tuple[str, str, dict[str, str]]]


def content_of(written: Written) -> bytes:
    content = b""
    for who, event, facts in written:
        content += ledger.written(ledger.following("dev", content, who, AT, event, facts))
    return content


def chain_of(content: bytes) -> Chain:
    found = chain.whole("dev", content)
    assert found is not None
    return found


@given(WRITTEN)
def test_what_was_written_is_whole_and_comes_back(written: Written) -> None:
    content = content_of(written)
    expected = ledger.check("dev", content.splitlines())[0]
    found = chain_of(content + b'{"at":"2026')
    assert list(found) == expected
    assert (len(found), found[-3:], list(reversed(found))) == (len(expected), expected[-3:], expected[::-1])


@given(WRITTEN.filter(bool), st.data())
def test_a_changed_byte_is_never_whole(written: Written, data: st.DataObject) -> None:
    content = bytearray(content_of(written))
    position = data.draw(st.integers(0, len(content) - 2))
    content[position] = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[position]))
    assert chain.whole("dev", bytes(content)) is None
    with pytest.raises(ConfigError, match="Restore the file from git"):
        ledger.entries("dev", bytes(content))


@given(WRITTEN.filter(lambda written: len(written) > 1), st.data())
def test_a_removed_doubled_or_moved_line_is_never_whole(written: Written, data: st.DataObject) -> None:
    lines = content_of(written).splitlines(keepends=True)
    first = data.draw(st.integers(0, len(lines) - 2))
    second = data.draw(st.integers(first + 1, len(lines) - 1))
    swapped = lines.copy()
    swapped[first], swapped[second] = lines[second], lines[first]
    for changed in ([*lines[:first], *lines[second:]], swapped, [*lines[:second], lines[first], *lines[second:]]):
        assert chain.whole("dev", b"".join(changed)) is None
    assert chain.whole("prod", b"".join(lines)) is None


@given(WRITTEN, st.sets(EVENTS, min_size=1), st.lists(st.sampled_from(["a1", "b2", "held", "d4"]), min_size=1))
def test_what_is_found_is_what_reading_all_of_it_finds(written: Written, events: set[str], texts: list[str]) -> None:
    found = chain_of(content_of(written))
    entries: list[Entry] = list(found)
    assert list(newest(found, *events)) == [each for each in reversed(entries) if each.event in events]
    lines = [(each, ledger.written(each).decode()) for each in reversed(entries)]
    assert list(mentioning_any(found, *texts)) == [each for each, line in lines if any(text in line for text in texts)]
    assert list(mentioning_all(found, *texts)) == [each for each, line in lines if all(text in line for text in texts)]
    assert list(mentioning_all(found)) == list(mentioning_any(found, "a1", "")) == entries[::-1]


def test_few_lines_are_read_for_the_last_of_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []
    monkeypatch.setattr(chain, "from_json", lambda line, **options: read.append(line) or from_json(line))
    from_json = ledger.from_json
    found = chain_of(
        content_of([("ann", "held" if number == 3 else "done", {"n": str(number)}) for number in range(9)])
    )
    assert next(newest(found, "held")).facts == {"n": "3"}
    assert len(read) == 1


def test_a_line_that_is_sealed_and_says_nothing_decides_nothing() -> None:
    genesis = hashlib.sha256(b"slipway ledger dev").hexdigest()
    head, tail = b'{"at":"x","event":"held","facts":{]}', f',"number":1,"previous":"{genesis}","who":"eve"}}'.encode()
    seal = hashlib.sha256(head + tail).hexdigest()
    line = head + f',"hash":"{seal}"'.encode() + tail
    assert ledger.check("dev", [line])[1] == [Break(1, "this is not a ledger entry")]
    with pytest.raises(ConfigError, match="releases/dev.jsonl: line 1: this is not a ledger entry"):
        next(newest(ledger.entries("dev", line + b"\n"), "held"))


def test_what_was_checked_once_is_checked_again_where_its_bytes_have_changed(tmp_path: Path) -> None:
    book = Ledger(tmp_path, "dev")
    book.append("ann", AT, "held", {"why": "it leaks"})
    stamps = book.path.stat()
    assert book.entries()[0].facts == {"why": "it leaks"}
    book.path.write_text(book.path.read_text().replace("leaks", "works"))
    os.utime(book.path, ns=(stamps.st_atime_ns, stamps.st_mtime_ns))
    with pytest.raises(ConfigError, match="entry 1 was edited"):
        book.entries()
