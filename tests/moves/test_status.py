"""What `status` and `diff` say of environments, and what may come to them next."""

import re
import signal
import time
from datetime import datetime
from typing import Any

import pytest

from tests.lifecycle.commands import Site, digest
from tests.moves.small import IMAGES
from tests.moves.test_promotion import rules


def ahead(site: Site, environment: str) -> dict[str, Any]:
    """What may come next, by `status --json`."""
    found: dict[str, Any] = site.status()[environment]["next"]
    return found


def row(site: Site, name: str) -> list[str]:
    """The cells of a row of the table: dev, staging, prod."""
    lines = [line for line in site("status").out.splitlines() if line.startswith(f"│ {name} ")]
    (line,) = lines
    return [cell.strip().replace("\N{NO-BREAK SPACE}", " ") for cell in line.strip("│").split("│")[1:]]


@pytest.mark.journey
def test_each_cell_names_release_digest_health_and_age(released: Site) -> None:
    (first,) = {entry.facts["id"] for entry in released.ledger("releases")}
    released("promote", "staging")
    second = released.release({**dict.fromkeys(IMAGES, 1), "messenger": 2, "scribe": 2})
    released("deploy", "dev", second)
    released("promote", "staging", "--service", "scribe")
    released("sandbox", "clock", "advance", "3h")
    assert row(released, "release") == [second, "no single release", "never released"]
    scribe = f"{second} {digest(2)[7:19]} 1/1 ok 3 h"
    assert row(released, "scribe") == [scribe, scribe, "never released"]
    assert row(released, "messenger")[1] == f"{first} {digest(1)[7:19]} 2/2 ok 3 h"
    assert row(released, "read")[0] == f"{second} {digest(1)[7:19]} 1/1 ok 3 h in api"
    workload = released.status()["dev"]["workloads"]["scribe"]
    brought = datetime.fromisoformat(released.ledger("dev")[-1].at).isoformat(timespec="seconds")
    assert (workload["release"], workload["since"]) == (second, brought)
    # What was there before keeps its age, though it belongs to the newer release by now.
    api = released.status()["dev"]["workloads"]["api"]
    assert api["since"] == datetime.fromisoformat(released.ledger("dev")[1].at).isoformat(timespec="seconds")


def test_what_may_come_next_and_which_guard_says_no(released: Site) -> None:
    (first,) = {entry.facts["id"] for entry in released.ledger("releases")}
    assert released.status()["dev"]["next"] is None
    assert released.status()["prod"]["next"] is None
    free = ahead(released, "staging")
    assert free == {
        "from": "dev",
        "release": first,
        "images": sorted(IMAGES),
        "may_come": True,
        "refusals": [],
        "bake": None,
        "approvals": 0,
        "unknown": None,
    }
    assert row(released, "next") == ["-", f"{first} may come", "-"]

    rules(released, "staging", "{from: dev, bakeMinutes: 600, approvals: {count: 2, by: review}}")
    before = ahead(released, "staging")["bake"]["seconds"]
    released("sandbox", "clock", "advance", "150m")
    released("hold", "staging", "--why", "looking at messages")
    said = ahead(released, "staging")
    assert [each["guard"] for each in said["refusals"]] == ["baked", "not-on-hold"]
    assert (said["may_come"], said["approvals"]) == (False, 2)
    assert (said["bake"]["needed"], 150 <= (said["bake"]["seconds"] - before) / 60 < 155) == (36000, True)
    assert row(released, "next")[1] == f"{first}: no, baked, not-on-hold"
    assert re.fullmatch(r"[23] h( \d+ min)? of 10 h in dev, (2[5-9]|3\d) %", row(released, "baked")[1])
    assert [bool(re.fullmatch(r"for \d+ s", cell)) for cell in row(released, "hold")] == [False, True, False]
    out = released("status").out
    assert "staging: on hold since ann@example.com said: looking at messages" in out
    assert "staging: not-on-hold: staging is on hold since ann@example.com said: looking at messages. Find out" in out

    released("unhold", "staging", "--why", "done")
    released("sandbox", "clock", "advance", "10h")
    assert row(released, "next")[1] == f"{first} may come, if 2 approve"
    assert row(released, "baked")[1] == "10 h of 10 h in dev, 100 %"


@pytest.mark.journey
def test_status_and_promotion_agree_on_refusals(released: Site) -> None:
    rules(released, "staging", "{from: dev, bakeMinutes: 60, freezes: [{why: a trade fair}]}")
    released("release", "mark-bad", released.status()["dev"]["release"], "--why", "loses messages")
    asked = released("promote", "staging", "--json", code=3).json["refusals"]
    assert [each["guard"] for each in ahead(released, "staging")["refusals"]] == [each["guard"] for each in asked]
    assert [each["guard"] for each in asked] == ["baked", "not-marked-bad", "not-frozen"]
    assert row(released, "freeze") == ["-", "no end", "-"]
    assert "staging: frozen, no end: a trade fair" in released("status").out


def test_the_newest_release_may_come_to_the_first_environment(released: Site) -> None:
    second = released.release({**dict.fromkeys(IMAGES, 1), "scribe": 2})
    found = ahead(released, "dev")
    assert (found["from"], found["release"], found["images"], found["may_come"]) == (None, second, ["scribe"], True)
    released("release", "mark-bad", second, "--why", "loses messages")
    assert released.status()["dev"]["next"] is None


def test_looking_again_and_again_shows_what_changed_and_ends_well(released: Site) -> None:
    watching = released.start("status", "--watch", "--every", "0.2")

    def told(what: str) -> bool:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if watching.out.exists() and what in watching.out.read_text():
                return True
            time.sleep(0.1)
        return False

    assert told("scribe")
    released("hold", "dev", "--why", "looking at messages")
    assert told("dev: on hold since ann@example.com said: looking at messages")
    watching.send(signal.SIGINT)
    ended = watching.wait()
    assert (ended.code, "Traceback" in ended.err) == (0, False)
    refused = released("status", "--watch", "--json", code=2)
    assert "--watch: it does not go with --json. Leave one of them out" in refused.err


@pytest.mark.journey
def test_two_environments_differ_in_what_their_files_say(released: Site) -> None:
    second = released.release({**dict.fromkeys(IMAGES, 1), "scribe": 2})
    released("promote", "staging")
    released("deploy", "dev", second)
    found = released("diff", "staging", "dev", "--json").json
    first = released.status()["staging"]["release"]
    commits = {entry.facts["id"]: entry.facts["commit"] for entry in released.ledger("releases")}
    assert found["release"] == {"staging": first, "dev": second}
    assert found["commit"] == {"staging": commits[first], "dev": commits[second]}
    assert found["images"] == {"scribe": {"staging": digest(1), "dev": digest(2)}}
    assert found["settings"]["database.tier"] == {"staging": "db-custom-8-32768", "dev": "db-custom-1-3840"}
    assert found["settings"]["promotion.from"] == {"staging": "dev"}
    assert "region" not in found["settings"]
    assert "secure" not in str(found)
    out = released("diff", "staging", "dev").out
    assert re.search(rf"│ image scribe +│ {digest(1)[7:19]} +│ {digest(2)[7:19]} +│", out)
    assert "nothing differs" in released("diff", "dev", "dev").out
    assert "there is no stack 'stagin'" in released("diff", "stagin", "dev", code=2).err
    assert "'shared' runs no services" in released("diff", "dev", "shared", code=2).err
