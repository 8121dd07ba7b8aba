"""Whatever ends a command in the middle, the record says so and the next command finishes."""

import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from delivery.holding import held
from sandbox.clouds.faults import Effect, Fault
from tests.lifecycle.commands import Running, Site, digest
from tests.moves.small import IMAGES, SERVING


def _told(running: Running) -> str:
    return running.err.read_text() if running.err.exists() else ""


@pytest.mark.journey
def test_killed_after_the_pins_were_written(released: Site) -> None:
    second = released.release(dict.fromkeys(IMAGES, 2))
    running = released.start("deploy", "dev", second)
    while f"slipway:release: {second}" not in released.yaml("dev"):
        time.sleep(0.005)
    running.kill()
    assert running.wait().code == -9
    if released.ledger("dev")[-1].event == "done":
        pytest.skip("the deployment was faster than the kill")
    found = released.status()["dev"]
    assert found["pinned"]["release"] == second
    assert f"deploy of {second}, begun by ann@example.com, has not ended" in found["remarks"][-1]

    released("deploy", "dev", second)
    found = released.status()["dev"]
    assert (found["release"], found["healthy"], found["remarks"]) == (second, True, [])
    assert [entry.event for entry in released.ledger("dev")][-3:] == ["begun", "begun", "done"]
    assert released("plan", "dev", "--json").json["changes"]["create"] == 0


@pytest.mark.journey
def test_an_update_that_fails_halfway_is_on_record_and_up_finishes(released: Site) -> None:
    released.stay()
    second = released.release(dict.fromkeys(IMAGES, 2))
    released.plan_fault(Fault("kubernetes:apps/v1:Deployment", "update", Effect.CRASH, 2))
    failed = released("deploy", "dev", second, code=1)
    assert f"release {second} does not run in dev." in failed.err
    assert [entry.event for entry in released.ledger("dev")][-2:] == ["failed", "held"]
    released("up", "dev")
    found = released.status()["dev"]
    running = dict.fromkeys(SERVING, digest(2))
    assert (found["release"], found["healthy"], found["images"]) == (second, True, running)


@pytest.mark.journey
def test_up_writes_the_end_of_what_was_cut_short(released: Site) -> None:
    second = released.release(dict.fromkeys(IMAGES, 2))
    running = released.start("deploy", "dev", second)
    while f"slipway:release: {second}" not in released.yaml("dev"):
        time.sleep(0.005)
    running.kill()
    running.wait()
    released("up", "dev", "--target", "**::nothing-has-this-name")
    assert released.ledger("dev")[-1].event == "begun"
    released("up", "dev")
    last = released.ledger("dev")[-1]
    assert (last.event, last.facts["release"]) == ("done", second)
    assert released.status()["dev"]["remarks"] == []


def _under_way(backend: Path) -> list[str]:
    """Types of what the run that holds the stack has begun, in order."""
    journals = [path.read_text() for path in (backend / "journals").rglob("dev.jsonl")]
    begun = [json.loads(line) for journal in journals for line in journal.splitlines(keepends=True) if line[-1] == "\n"]
    return [line["resource"]["type"] for line in begun if "begin" in line]


@pytest.mark.journey
def test_ctrl_c_finishes_what_is_under_way_saves_and_says_so(ready_site: Site, tmp_path: Path) -> None:
    site = ready_site.copy(tmp_path / "site")
    backend = site.folder / ".sandbox" / ".pulumi"
    # Nobody else can change the clouds meanwhile, so that what the command begins is under way until it has been told.
    world = site.world
    with world.transaction():
        running = site.start("up", "dev")
        while not any(type_.startswith("gcp:") for type_ in _under_way(backend)):
            assert not running.ended, _told(running)
            time.sleep(0.001)
        # By now it waits for the world, inside SQLite.
        time.sleep(0.5)
        os.kill(running.process, signal.SIGINT)
        while "interrupted: what is under way is finished, then the state is saved" not in _told(running):
            assert not running.ended, _told(running)
            time.sleep(0.001)
    ended = running.wait()
    assert ended.code == 130, ended.err
    assert "interrupted: what is under way is finished, then the state is saved and the lock released" in ended.err
    assert (
        ended.err.splitlines()[-1] == "interrupted; what was done is on record, and the same command goes on from there"
    )
    assert "Traceback" not in ended.err
    assert not any((backend / "locks").rglob("*.json"))
    assert not any((backend / "journals").rglob("*.jsonl"))
    state = json.loads((backend / "stacks" / "slipway" / "dev.json").read_text())
    assert state["version"] == 3
    resources = state["checkpoint"]["latest"]["resources"]
    made = sorted((item["urn"], item["id"]) for item in resources if item["type"].startswith("gcp:"))
    with world.read() as tx:
        exist = [(each.urn, each.resource_id) for each in tx.list("gcp") if each.urn.startswith("urn:pulumi:dev::")]
    world.close()
    assert sorted(exist) == made != []
    assert site("up", "dev", "--json").json["changes"]["create"] > 0
    assert site("plan", "dev", "--json").json["changes"]["create"] == 0


def test_a_locked_stack_names_its_holder(up: Site) -> None:
    locks = up.folder / ".sandbox" / ".pulumi" / "locks" / "organization" / "slipway" / "dev"
    locks.mkdir(parents=True, exist_ok=True)
    lock = locks / "6f0c1c4e-0000-4000-8000-000000000000.json"
    here, ended = socket.gethostname(), subprocess.Popen(["true"])
    ended.wait()
    holder = {"pid": os.getpid(), "username": "carol", "hostname": here, "timestamp": "2026-01-31T12:00:00Z"}
    for command in ("up", "refresh", "destroy"):
        lock.write_text(json.dumps(holder))
        refused = up(command, "dev", code=5)
        said = f"error: the stack is locked by carol@{here} (pid {os.getpid()}) since 2026-01-31T12:00:00Z; "
        assert said in refused.err
    assert up("plan", "dev", "--json").json["ok"]
    lock.write_text(json.dumps({**holder, "pid": ended.pid}))
    up("up", "dev")
    assert not lock.exists()


def test_a_program_that_raises_shows_its_own_frames(up: Site) -> None:
    (up.folder / "Pulumi.yaml").write_text("name: slipway\nruntime: python\n")
    main = up.folder / "__main__.py"
    main.write_text("import pulumi\n\n\ndef wrong():\n    int(pulumi.get_stack())\n\n\nwrong()\n")
    failed = up("plan", "dev", code=1)
    assert [line.strip() for line in failed.out.splitlines() if "^^^" not in line][1:] == [
        "error: Program failed with an unhandled exception:",
        "Traceback (most recent call last):",
        f'File "{main}", line 8, in <module>',
        "wrong()",
        f'File "{main}", line 5, in wrong',
        "int(pulumi.get_stack())",
        "ValueError: invalid literal for int() with base 10: 'dev'",
    ]
    assert up("plan", "dev", "--json", code=1).json["ok"] is False


def test_a_refusal_of_the_cloud_names_resource_property_and_remedy(up: Site) -> None:
    (up.folder / "Pulumi.yaml").write_text("name: slipway\nruntime: python\n")
    (up.folder / "__main__.py").write_text(
        "import pulumi_gcp as gcp\ngcp.storage.Bucket('attic', name='UPPER', location='US')\n"
    )
    failed = up("plan", "dev", "--json", code=1).json
    (found,) = [each for each in failed["diagnostics"] if each["severity"] == "error"]
    assert found["urn"] == "urn:pulumi:dev::slipway::gcp:storage/bucket:Bucket::attic"
    assert found["message"].startswith(
        "gcp:storage/bucket:Bucket resource 'attic': property name value {UPPER} has a problem: "
        "'UPPER' is not allowed; it must match "
    )


def test_the_second_of_two_is_refused_with_the_first_ones_name(released: Site) -> None:
    second = released.release(dict.fromkeys(IMAGES, 2))
    before = released.yaml("dev")
    with held(released.config, "dev", "bob@example.com"):
        refused = released("deploy", "dev", second, code=5)
    assert "bob@example.com" in refused.err
    assert "is changing dev right now" in refused.err
    assert released.yaml("dev") == before
    assert [entry.event for entry in released.ledger("dev")] == ["begun", "done"]


@pytest.mark.journey
def test_a_locked_stack_leaves_the_pins_as_they_were(released: Site) -> None:
    second = released.release(dict.fromkeys(IMAGES, 2))
    before = released.yaml("dev")
    locks = released.folder / ".sandbox" / ".pulumi" / "locks" / "organization" / "slipway" / "dev"
    locks.mkdir(parents=True, exist_ok=True)
    lock = locks / "6f0c1c4e-0000-4000-8000-000000000000.json"
    lock.write_text('{"pid":1,"username":"carol","hostname":"elsewhere","timestamp":"2026-01-31T12:00:00Z"}')
    refused = released("deploy", "dev", second, code=5)
    assert "carol@elsewhere" in refused.err
    assert released.yaml("dev") == before
    assert released.ledger("dev")[-1].event == "withdrawn"
    lock.unlink()
    released("deploy", "dev", second)


def test_a_damaged_ledger_stops_every_move(released: Site) -> None:
    path = released.config / "releases" / "dev.jsonl"
    path.write_text(path.read_text().replace("ann@example.com", "eve@example.com", 1))
    refused = released("promote", "staging", code=2)
    assert "releases/dev.jsonl: line 1: entry 1 was edited. Restore the file from git" in refused.err
