"""What goes wrong on the way, and how each of it ends: the rows of DEPLOY.md's table."""

from datetime import datetime, timedelta

import pytest

from delivery.ledger import Ledger
from sandbox.clouds.faults import Effect, Fault
from tests.lifecycle.commands import Site, digest
from tests.moves.small import IMAGES, SERVING
from tests.moves.test_promotion import guards, rules

ONE = dict.fromkeys(IMAGES, 1)
COORDINATED = "https://wiki.ampersand.example/rename"


def events(site: Site, environment: str = "dev") -> list[str]:
    return [entry.event for entry in site.ledger(environment)]


@pytest.mark.journey
def test_a_rollback_that_fails_too_is_told_and_up_mends_it(released: Site) -> None:
    first = released.status()["dev"]["release"]
    second = released.release({**ONE, "messenger": 2}, crash="messenger")
    # The second call is the one that takes messenger back.
    released.plan_fault(Fault("kubernetes:apps/v1:Deployment", "update", Effect.FAIL, 2))
    failed = released("deploy", "dev", second, code=1)
    assert f"release {second} does not run in dev, and neither does {first}." in failed.err
    assert "rollback to " + first + " failed too: " in failed.err
    assert events(released)[2:] == ["begun", "failed", "held", "begun", "failed"]
    dev = released.status()["dev"]
    assert (dev["pinned"]["release"], dev["healthy"]) == (first, False)
    assert guards(released, "promote", "staging")[0] == "source-healthy"

    released("up", "dev")
    dev = released.status()["dev"]
    assert (dev["release"], dev["healthy"]) == (first, True)
    assert released.ledger("dev")[-1].facts["verb"] == "rollback"
    assert events(released)[-2:] == ["failed", "done"]
    released("up", "dev")
    assert events(released)[-2:] == ["failed", "done"]
    released("promote", "staging", "--dry-run")
    assert guards(released, "deploy", "dev", second) == ["not-on-hold"]


@pytest.mark.journey
def test_what_the_registry_has_lost_is_nothing_to_go_back_to(released: Site) -> None:
    """The migration fails, so that no Deployment of the release is reached."""
    first = released.status()["dev"]["release"]
    second = released.release({**ONE, "api": 2, "scribe": 2}, crash="api", migration="expand")
    released("sandbox", "lose", f"scribe@{digest(1)}")
    failed = released("deploy", "dev", second, code=1)
    assert f"not rolled back: the registry has lost us-west1-docker.pkg.dev/ampersand-prod/gke-repo/scribe@{digest(1)} of {first}" in failed.err  # fmt: skip
    assert events(released)[2:] == ["begun", "failed", "held"]
    dev = released.status()["dev"]
    assert (dev["pinned"]["release"], dev["images"]["api"]) == (second, digest(1))
    assert guards(released, "rollback", "dev") == ["digest-in-registry"]
    assert guards(released, "promote", "staging") == ["source-healthy", "running-equals-pinned"]


@pytest.mark.journey
def test_of_two_promotions_at_once_one_moves_and_the_other_is_told_who_did(released: Site) -> None:
    running = [released.start("promote", "staging") for _ in range(2)]
    ended = sorted((each.wait() for each in running), key=lambda result: result.code)
    assert [result.code for result in ended] == [0, 5]
    assert "ann@example.com" in ended[1].err
    assert events(released, "staging") == ["begun", "done"]
    assert released.status()["staging"]["images"] == dict.fromkeys(SERVING, digest(1))


@pytest.mark.journey
def test_a_clock_that_was_ahead_shortens_no_bake_time(released: Site) -> None:
    """Dev's release stands in the ledger two days from now: a machine whose clock was wrong has deployed it."""
    path = released.config / "releases" / "dev.jsonl"
    entries = released.ledger("dev")
    path.unlink()
    for entry in entries:
        later = datetime.fromisoformat(entry.at) + timedelta(days=2)
        Ledger(released.config, "dev").append(entry.who, later, entry.event, entry.facts)
    rules(released, "staging", "{from: dev, bakeMinutes: 60}")
    released("sandbox", "clock", "advance", "1d")
    assert guards(released, "promote", "staging") == ["baked"]
    released("sandbox", "clock", "advance", "25h")
    released("promote", "staging", "--dry-run")


@pytest.mark.journey
def test_a_rename_waits_for_a_page_that_says_who_pauses_what(released: Site) -> None:
    second = released.release(dict.fromkeys(IMAGES, 2), migration="coordinated")
    assert guards(released, "deploy", "dev", second) == ["migrations-coordinated"]
    assert released.status()["dev"]["images"] == dict.fromkeys(SERVING, digest(1))
    released("deploy", "dev", second, "--coordination", COORDINATED)
    assert released.ledger("dev")[-1].facts["coordination"] == COORDINATED
    assert guards(released, "rollback", "dev") == ["migrations-allow-rollback"]


@pytest.mark.journey
def test_there_is_no_way_back_over_a_contract_migration(released: Site) -> None:
    first = released.status()["dev"]["release"]
    second = released.release(dict.fromkeys(IMAGES, 2), migration="contract")
    released("deploy", "dev", second)
    third = released.release({**dict.fromkeys(IMAGES, 2), "scribe": 3})
    released("deploy", "dev", third)
    refused = released("rollback", "dev", "--to", first, "--json", code=3).json["refusals"]
    assert [(each["guard"], each["problem"]) for each in refused] == [
        ("migrations-allow-rollback", f"the migrations of {second} have taken away what the code before them needs")
    ]
    released("rollback", "dev")
    assert released.status()["dev"]["release"] == second
