"""The sandbox's builds: written down, taken by whoever runs them, and whole however a process ends."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from delivery import builds_records, builds_report
from delivery.builds import BuildRecord
from delivery.builds_records import Recorded, begin, finish, queued
from delivery.builds_sandbox import SandboxBuilds
from delivery.errors import Failed
from model.errors import ConfigError

AT = datetime(2026, 1, 31, 12, tzinfo=UTC)
ONE, TWO = "7" * 40, "8" * 40


def builds(folder: Path) -> SandboxBuilds:
    return SandboxBuilds(folder, lambda: AT, lambda _: None)


def started(folder: Path) -> SandboxBuilds:
    """With two builds that nobody has begun."""
    made = builds(folder)
    assert made.start("preview-push", ONE, {"_PR_NUMBER": "42"}) == "sandbox://builds/1"
    assert made.start("main", TWO, {}) == "sandbox://builds/2"
    return made


def test_what_is_started_waits_until_it_is_run(tmp_path: Path) -> None:
    folder = tmp_path / ".sandbox"
    made = started(folder)
    assert json.loads((folder / "builds.json").read_text())["builds"][0] == {
        "id": "1",
        "trigger": "preview-push",
        "commit": ONE,
        "substitutions": {"_PR_NUMBER": "42"},
        "at": "2026-01-31T12:00:00Z",
        "status": "QUEUED",
        "seconds": None,
    }
    assert [each.id for each in queued(folder)] == ["1", "2"]
    assert made.history(9) == [
        BuildRecord("2", "main", "QUEUED", TWO, None, None, "sandbox://builds/2"),
        BuildRecord("1", "preview-push", "QUEUED", ONE, None, None, "sandbox://builds/1"),
    ]
    begin(folder, "1")
    assert [each.id for each in queued(folder)] == ["2"]
    assert made.history(9)[1] == BuildRecord("1", "preview-push", "WORKING", ONE, AT, None, "sandbox://builds/1")
    with pytest.raises(Failed, match="the build 1 is WORKING, and is not begun again"):
        begin(folder, "1")
    finish(folder, "1", "FAILURE", 61.5)
    finish(folder, "2", "SUCCESS", 2.0)
    assert queued(folder) == []
    assert [(each.id, each.status, each.seconds) for each in made.history(9)] == [
        ("2", "SUCCESS", 2.0),
        ("1", "FAILURE", 61.5),
    ]
    assert [each.id for each in made.history(1)] == ["2"]
    assert made.history(0) == []


def test_who_runs_it_at_once_leaves_nothing_for_others(tmp_path: Path) -> None:
    assert builds_records.started(tmp_path, "main", ONE, {}, AT) == "1"
    assert queued(tmp_path) == []
    assert [each.status for each in builds(tmp_path).history(1)] == ["WORKING"]


def test_what_has_ended_stays_as_it_is(tmp_path: Path) -> None:
    made = started(tmp_path)
    made.cancel("1")
    made.cancel("1")
    finish(tmp_path, "1", "SUCCESS", 1.0)
    assert made.history(9)[1] == BuildRecord("1", "preview-push", "CANCELLED", ONE, None, None, "sandbox://builds/1")
    finish(tmp_path, "2", "SUCCESS", 1.0)
    finish(tmp_path, "2", "FAILURE", 9.0)
    assert (made.history(1)[0].status, made.history(1)[0].seconds) == ("SUCCESS", 1.0)
    before = (tmp_path / "builds.json").read_bytes()
    with pytest.raises(Failed, match="the build 2 cannot be cancelled: it is SUCCESS"):
        made.cancel("2")
    with pytest.raises(Failed, match="the sandbox has no build 3"):
        made.cancel("3")
    assert (tmp_path / "builds.json").read_bytes() == before


def test_nothing_was_built_where_nothing_is(tmp_path: Path) -> None:
    assert builds(tmp_path / "none").history(9) == []
    assert not (tmp_path / "none").exists()
    (tmp_path / "builds.json").write_text('{"builds": [{"id": 1}]}')
    with pytest.raises(ConfigError, match=r"builds\.0\.id: Input should be a valid string"):
        builds(tmp_path).history(9)


def test_who_comes_while_somebody_writes_waits(tmp_path: Path) -> None:
    other = threading.Thread(target=builds(tmp_path).start, args=("main", TWO, {}))
    with builds_records.changing(tmp_path) as records:
        other.start()
        other.join(0.3)
        assert other.is_alive()
        assert not (tmp_path / "builds.json").exists()
        records.builds.append(Recorded(id="1", trigger="main", commit=ONE, substitutions={}, at=AT, status="QUEUED"))
    other.join()
    assert [(each.id, each.commit) for each in queued(tmp_path)] == [("1", ONE), ("2", TWO)]


def broken_off(folder: Path) -> None:
    with builds_records.changing(folder) as records:
        records.builds.clear()
        raise RuntimeError


def test_nothing_is_written_where_it_goes_wrong(tmp_path: Path) -> None:
    started(tmp_path)
    before = (tmp_path / "builds.json").read_bytes()
    with pytest.raises(RuntimeError):
        broken_off(tmp_path)
    assert (tmp_path / "builds.json").read_bytes() == before


def test_as_people_and_programs_read_them() -> None:
    found = [
        BuildRecord("2", "main", "SUCCESS", TWO, AT + timedelta(hours=1), 200.4, "https://b"),
        BuildRecord("1", "", "QUEUED", "", None, None, ""),
    ]
    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(builds_report.table(found))
    rows = [
        [cell.strip() for cell in line.split("│")[1:-1]] for line in console.export_text().splitlines() if "│" in line
    ]
    assert rows == [
        ["2", "main", "SUCCESS", "888888888888", "2026-01-31 13:00", "3 min 20 s", "https://b"],
        ["1", "", "QUEUED", "", "", "", ""],
    ]
    assert builds_report.as_json(found) == {
        "builds": [
            {
                "id": "2",
                "trigger": "main",
                "status": "SUCCESS",
                "commit": TWO,
                "started": "2026-01-31T13:00:00+00:00",
                "seconds": 200.4,
                "url": "https://b",
            },
            {"id": "1", "trigger": "", "status": "QUEUED", "commit": "", "started": None, "seconds": None, "url": ""},
        ]
    }
