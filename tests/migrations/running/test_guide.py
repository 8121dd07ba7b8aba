"""The guide to migrations, typed in its order on a server of its own."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from components import migration
from migrations.database import Address, Database, options
from migrations.running import LOCK_KEY, PAUSES
from model.data import Migrations
from tests.lifecycle.commands import PROGRAM, Site, commit, digest
from tests.migrations.running.conftest import url
from tests.moves.small import IMAGES

pytestmark = pytest.mark.xdist_group("own_server")

GUIDE = (PROGRAM / "docs" / "how-to" / "migrate-a-database.md").read_text()
BLOCK = re.compile(r"```(sh|sql|python)\n(.*?)```", re.DOTALL)
CODES = {"found": 4}


def test_the_commands_of_the_guide(small_pushed_site: Site, place: Address, tmp_path: Path) -> None:
    site = small_pushed_site.copy(tmp_path / "site")
    (site.folder / "migrations").mkdir()
    pairs = " ".join(f"{image}={digest(1)}" for image in IMAGES)
    given = {'"$COMMIT"': commit(7), "$IMAGES": pairs, '"$DATABASE_URL"': shlex.quote(url(place))}
    said: list[str] = []
    for kind, text in BLOCK.findall(GUIDE):
        if kind == "sql":
            name, _, sql = text.partition("\n")
            (site.folder / name.removeprefix("-- ")).write_text(sql)
        for line in text.splitlines() if kind == "sh" else ():
            command, _, remark = line.partition("  # ")
            for word, value in given.items():
                command = command.replace(word, value)
            program, *arguments = shlex.split(command)
            if program == "rm":
                (site.folder / arguments[0]).unlink()
                continue
            assert program == "slipway"
            ran = site(*arguments, code=CODES.get(remark, 0))
            assert remark in CODES or remark in ran.out
            said.append(ran.out)
    verified, found, recorded, pending, ran, again = said
    assert verified.splitlines()[0].startswith("PostgreSQL 16."), "the guide says so"
    assert verified.splitlines()[-1] == "verified: nobody waits for long, nothing is left half done, queries work"
    assert "writes orders anew" in found
    assert re.fullmatch(
        r"finding: 0003_total.up.sql, line 1: orders stands still for \d+\.\d s", found.splitlines()[-1]
    )
    assert f"lacks {recorded.strip()}, expand: 0001_orders.up.sql, 0002_state.up.sql" in pending.splitlines()
    assert (ran.splitlines()[0][:6], again.splitlines()[0][:6]) == ("2 of 2", "0 of 2")
    with Database(place) as database:
        assert database.run("SELECT count(*) FROM slipway_migrations") == [[2]]


def test_the_limits_of_the_guide_are_the_defaults() -> None:
    rows = dict(re.findall(r"^\| (`\w+`|idle in a transaction) \| (\d+) \|", GUIDE, re.MULTILINE))
    defaults = Migrations(database="main", image="api")
    assert rows == {
        "`lockTimeoutSeconds`": str(defaults.lock_timeout_seconds),
        "`statementTimeoutSeconds`": str(defaults.statement_timeout_seconds),
        "idle in a transaction": str(migration.IDLE_SECONDS),
    }
    # What `slipway migrations run` takes where nobody has said anything is the same.
    assert options() == options(int(rows["`lockTimeoutSeconds`"]), int(rows["`statementTimeoutSeconds`"]), 60)
    assert f"pg_advisory_xact_lock({LOCK_KEY})" in GUIDE
    assert ("one", "two", "three", "four", "five")[len(PAUSES)] in GUIDE
