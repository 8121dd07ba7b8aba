"""Whatever ends a command in the middle, the record says so and the next command finishes."""

import time

import pytest

from delivery.holding import held
from sandbox.clouds.faults import Effect, Fault
from tests.lifecycle.commands import IMAGES, Site, digest


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


def test_an_update_that_fails_halfway_is_on_record_and_up_finishes(released: Site) -> None:
    second = released.release(dict.fromkeys(IMAGES, 2))
    released.plan_fault(Fault("kubernetes:apps/v1:Deployment", "update", Effect.CRASH, 2))
    failed = released("deploy", "dev", second, code=1)
    assert f"release {second} does not run in dev." in failed.err
    assert released.ledger("dev")[-1].event == "failed"
    released("up", "dev")
    found = released.status()["dev"]
    assert (found["release"], found["healthy"], found["images"]) == (second, True, dict.fromkeys(IMAGES, digest(2)))


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


def test_the_second_of_two_is_refused_with_the_first_ones_name(released: Site) -> None:
    second = released.release(dict.fromkeys(IMAGES, 2))
    before = released.yaml("dev")
    with held(released.config, "dev", "bob@example.com"):
        refused = released("deploy", "dev", second, code=5)
    assert "bob@example.com" in refused.err
    assert "is changing dev right now" in refused.err
    assert released.yaml("dev") == before
    assert [entry.event for entry in released.ledger("dev")] == ["begun", "done"]


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
