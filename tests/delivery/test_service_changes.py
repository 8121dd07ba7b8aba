"""What a move changes for whom: services that share an image, services of several, jobs, and what nobody runs."""

from datetime import UTC, datetime
from pathlib import Path

from delivery.auditing import rows
from delivery.ledger import Ledger
from delivery.move import Move
from delivery.pins import Pins
from delivery.service_changes import changes, described, service_changes
from model.catalogue import load_catalogue
from model.environment import Environment
from model.stacks import load_environment
from tests.lifecycle.commands import PROGRAM

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
CATALOGUE = load_catalogue(PROGRAM)
ID = "2026.01.31.0001"
AT = datetime(2026, 1, 31, tzinfo=UTC)


def pins(moved: tuple[str, ...] = (), digest: str | None = TWO, migrated: str | None = None) -> Pins:
    images = {**dict.fromkeys(CATALOGUE.images, ONE), **dict.fromkeys(moved, digest)}
    return Pins({image: value for image, value in images.items() if value}, None, migrated)


def told(after: Pins, before: Pins | None = None) -> list[str]:
    return described(service_changes(PROGRAM, "prod", before or pins(), after))


def test_each_service_of_an_image_is_named_where_its_digest_changes() -> None:
    assert told(pins(("api", "scribe"))) == [
        "api                      111111111111 -> 222222222222",
        "read (api)               111111111111 -> 222222222222",
        "write (api)              111111111111 -> 222222222222",
        "proxy (api)              111111111111 -> 222222222222",
        "scribe                   111111111111 -> 222222222222",
        "provider-webhooks (api)  111111111111 -> 222222222222",
    ]


def test_what_stands_around_the_services_is_named_too() -> None:
    assert [line.partition("  ")[0] for line in told(pins(("cloud-sql-proxy", "kong-ingress-controller", "postgres")))] == [
        "outpost (cloud-sql-proxy)",
        "grants (postgres)",
        "grants (cloud-sql-proxy)",
        "database-proxy (cloud-sql-proxy)",
        "kong (kong-ingress-controller)",
        "kong-outpost (kong-ingress-controller)",
    ]  # fmt: skip


def test_what_migrates_is_named_where_it_will_run_and_only_there() -> None:
    assert told(pins(("api",), migrated=ID))[-1] == "migrate (api)            111111111111 -> 222222222222"
    assert told(pins((), migrated=ID)) == ["migrate (api)  111111111111 -> 111111111111"]
    assert told(pins(("api",), migrated=ID), pins(migrated=ID)) == told(pins(("api",)))
    assert told(pins(), pins(migrated=ID)) == []


def test_an_image_that_nothing_runs_is_not_left_out() -> None:
    before = Pins({**pins().images, "gone": ONE})
    assert told(pins(("scribe",), None), before) == [
        "scribe             111111111111 -> nothing",
        "no service (gone)  111111111111 -> nothing",
    ]


def test_what_is_not_in_an_environment_is_not_named_there() -> None:
    loaded = load_environment("prod", PROGRAM)
    assert isinstance(loaded, Environment)
    bare = loaded.model_copy(update={"gateway": None, "people": loaded.people.model_copy(update={"psql": False})})
    found = changes(CATALOGUE, bare, pins(), pins(("cloud-sql-proxy", "kong")))
    assert [each.what for each in found] == [
        "outpost (cloud-sql-proxy)",
        "grants (cloud-sql-proxy)",
        "no service (kong)",
    ]


def test_the_ledger_keeps_it_and_shows_images_for_entries_of_before(tmp_path: Path) -> None:
    before, after = pins(), pins(("messenger",))
    new = Move(
        "promote", "prod", "staging", ID, before, after, services=service_changes(PROGRAM, "prod", before, after)
    )
    old = Move("promote", "prod", "staging", ID, pins(), pins(("api",))).facts()
    assert "moved" not in old
    ledger = Ledger(tmp_path, "prod")
    for facts in (old, new.facts()):
        ledger.append("ann@example.com", AT, "done", facts)
    assert [(row["images"], row["services"]) for row in rows("prod", ledger.entries())] == [
        ("api:222222222222", "api 111111111111 -> 222222222222"),
        ("messenger:222222222222", "messenger 111111111111 -> 222222222222"),
    ]
