"""The ledger holds what happened, and any change to it afterwards shows."""

import fcntl
import json
import multiprocessing
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.ledger import Break, Ledger, check
from model.errors import ConfigError

AT = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def filled(folder: Path, count: int = 4) -> Ledger:
    ledger = Ledger(folder, "dev")
    for number in range(count):
        ledger.append("ann@example.com", AT, "deployed", {"release": f"2026.01.31.000{number}"})
    return ledger


def test_entries_come_back_as_they_were_written(tmp_path: Path) -> None:
    ledger = filled(tmp_path)
    entries = ledger.entries()
    assert [(entry.number, entry.who, entry.at, entry.event) for entry in entries] == [
        (number, "ann@example.com", "2026-01-31T12:00:00.000+00:00", "deployed") for number in (1, 2, 3, 4)
    ]
    assert [entry.facts for entry in entries] == [{"release": f"2026.01.31.000{number}"} for number in range(4)]
    assert ledger.verify() == []
    assert (tmp_path / "releases" / "dev.jsonl").read_bytes().count(b"\n") == 4


def test_an_edited_entry_is_named(tmp_path: Path) -> None:
    ledger = filled(tmp_path)
    ledger.path.write_text(ledger.path.read_text().replace("2026.01.31.0001", "2026.01.31.0007"))
    assert ledger.verify() == [Break(2, "entry 2 was edited")]
    with pytest.raises(ConfigError, match="releases/dev.jsonl: line 2: entry 2 was edited. Restore the file from git"):
        ledger.entries()


def test_a_removed_or_reordered_entry_is_named(tmp_path: Path) -> None:
    ledger = filled(tmp_path)
    lines = ledger.path.read_text().splitlines(keepends=True)
    ledger.path.write_text("".join([lines[0], *lines[2:]]))
    assert ledger.verify() == [Break(2, "entry 3 does not follow the entry before it")]
    ledger.path.write_text("".join([lines[0], lines[2], lines[1], lines[3]]))
    assert [place.line for place in ledger.verify()] == [2, 3, 4]
    ledger.path.write_text("".join(lines[1:]))
    assert ledger.verify() == [Break(1, "entry 2 does not follow the entry before it")]


def test_a_conflict_that_git_has_left_is_named_with_the_way_out(tmp_path: Path) -> None:
    ledger = filled(tmp_path)
    lines = ledger.path.read_text().splitlines(keepends=True)
    ledger.path.write_text(
        "".join([*lines[:2], "<<<<<<< HEAD\n", lines[2], "=======\n", lines[3], ">>>>>>> 7c8ac41 (dev)\n"])
    )
    problem = "releases/dev.jsonl: line 3: a merge of git's has left a conflict here. Take it back with 'git merge --abort' or"
    with pytest.raises(ConfigError, match=problem):
        ledger.entries()


def test_an_entry_of_another_environment_does_not_fit(tmp_path: Path) -> None:
    ledger = filled(tmp_path, 1)
    other = Ledger(tmp_path, "prod")
    other.path.write_bytes(ledger.path.read_bytes())
    assert other.verify() == [Break(1, "entry 1 does not follow the entry before it")]


def test_a_torn_last_line_is_found_and_cut_off_by_the_next_entry(tmp_path: Path) -> None:
    ledger = filled(tmp_path, 2)
    whole = ledger.path.read_bytes()
    ledger.path.write_bytes(whole + b'{"number":3,"at":"20')
    assert ledger.verify() == [Break(3, "the last entry is torn")]
    assert len(ledger.entries()) == 2
    ledger.append("bob", AT, "deployed", {})
    assert ledger.path.read_bytes().startswith(whole)
    assert [entry.who for entry in ledger.entries()] == ["ann@example.com", "ann@example.com", "bob"]
    assert ledger.verify() == []


def append_ten(folder: Path) -> None:
    ledger = Ledger(folder, "dev")
    for _ in range(10):
        ledger.append("somebody", AT, "deployed", {})


def test_processes_that_write_at_once_make_one_chain(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=append_ten, args=(tmp_path,)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    ledger = Ledger(tmp_path, "dev")
    assert [entry.number for entry in ledger.entries()] == list(range(1, 41))
    assert ledger.verify() == []


def test_an_entry_goes_into_the_file_that_is_there_when_its_turn_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """git replaces a file by another; whoever waits for it at that moment holds the old one."""
    ledger = filled(tmp_path, 1)
    other = filled(tmp_path / "other", 2)
    held = fcntl.flock

    def replaced_meanwhile(file: BinaryIO, operation: int) -> None:
        if other.path.exists():
            other.path.replace(ledger.path)
        held(file, operation)

    monkeypatch.setattr(fcntl, "flock", replaced_meanwhile)
    assert ledger.append("bob", AT, "deployed", {}).number == 3
    assert [entry.who for entry in ledger.entries()] == ["ann@example.com", "ann@example.com", "bob"]


@given(data=st.data())
def test_any_changed_character_is_found(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    lines = [line.encode() for line in filled(tmp_path_factory.mktemp("ledger"), 3).path.read_text().splitlines()]
    row = data.draw(st.integers(0, 2))
    column = data.draw(st.integers(0, len(lines[row]) - 1))
    byte = data.draw(st.integers(32, 126).filter(lambda value: value != lines[row][column]))
    lines[row] = lines[row][:column] + bytes([byte]) + lines[row][column + 1 :]
    assert check("dev", lines)[1][0].line in (row + 1, row + 2)


def test_the_line_is_plain_json(tmp_path: Path) -> None:
    ledger = filled(tmp_path, 1)
    assert set(json.loads(ledger.path.read_text())) == {"number", "at", "who", "event", "facts", "previous", "hash"}
