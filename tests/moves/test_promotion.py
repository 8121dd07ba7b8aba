"""What a promotion asks for, what passes it, and the ways back; each over one real sandbox."""

import json

import pytest

from tests.lifecycle.commands import Site, digest
from tests.moves.small import IMAGES, SERVING

RUNNING = dict.fromkeys(SERVING, digest(1))


def guards(site: Site, *arguments: str) -> list[str]:
    """The guards that refuse a command."""
    return [each["guard"] for each in site(*arguments, "--json", code=3).json["refusals"]]


def rules(site: Site, environment: str, written: str) -> None:
    """Give an environment these rules of promotion."""
    file = site.config / f"Pulumi.{environment}.yaml"
    file.write_text(file.read_text().replace("slipway:promotion: {from: dev}", f"slipway:promotion: {written}"))


@pytest.mark.journey
def test_time_and_people_are_asked_and_the_glass_passes_them_loudly(released: Site) -> None:
    rules(released, "staging", "{from: dev, bakeMinutes: 60, approvals: {count: 1, by: review}}")
    before = released.yaml("staging"), released.ledger("staging")
    assert guards(released, "promote", "staging") == ["baked", "approved"]
    told = released("promote", "staging", "--dry-run", code=3)
    assert "update" not in told.out
    assert "  api " in told.out
    assert "create Deployment api" in told.out
    released("sandbox", "clock", "advance", "1h")
    assert guards(released, "promote", "staging") == ["approved"]
    refused = released("promote", "staging", "--pr", code=1)
    assert "is in no git repository" in refused.err
    assert (released.yaml("staging"), released.ledger("staging")) == before

    nothing = released("promote", "staging", "--break-glass", code=2)
    assert "--why: there is no reason. Say why, in a few words." in nothing.err
    passed = released("promote", "staging", "--break-glass", "--why", "the shop is down")
    assert "BREAKING GLASS: approved passed; the shop is down" in passed.err
    done = released.ledger("staging")[-1]
    assert (done.event, done.facts["break_glass"], done.facts["why"]) == ("done", ["approved"], "the shop is down")
    assert done.facts["plan"].startswith("sha256:")
    kinds = [each["notice"]["kind"] for each in released("sandbox", "notices", "--json").json["notices"]]
    assert kinds.count("break-glass") == 1


@pytest.mark.journey
def test_a_hold_stops_what_comes_and_lets_back_what_was(released: Site) -> None:
    first = released.status()["dev"]["release"]
    second = released.release({**dict.fromkeys(IMAGES, 1), "scribe": 2})
    released("deploy", "dev", second)
    released("hold", "dev", "--why", "looking at messages")
    third = released.release({**dict.fromkeys(IMAGES, 1), "scribe": 3})
    assert guards(released, "deploy", "dev", third) == ["not-on-hold"]
    assert "on hold since ann@example.com said: looking at messages" in released("status").out

    back = json.loads(released("rollback", "dev", "--why", "messages are lost", "--json").out)
    changed = [step["urn"].rpartition("::")[2] for step in back["steps"] if step["op"] != "same"]
    assert changed == ["scribe"]
    assert (back["release"], back["images"]) == (first, {"scribe": {"before": digest(2), "after": digest(1)}})
    assert released.status()["dev"]["images"] == RUNNING
    assert guards(released, "rollback", "dev", "--to", third) == ["ran-here"]
    # Who goes back once more does not come to what somebody has just left, unless they name it.
    assert guards(released, "rollback", "dev") == ["ran-here"]
    assert released("rollback", "dev", "--to", second, "--dry-run", "--json").json["release"] == second
    released("release", "mark-bad", second, "--why", "loses messages")
    assert "not-marked-bad" in guards(released, "rollback", "dev", "--to", second)
    assert guards(released, "rollback", "dev") == ["ran-here"]

    lifted = released("unhold", "dev", "--why", "repaired").out
    assert lifted == "dev is open again; it was on hold since ann@example.com said: looking at messages\n"
    assert "there is nothing to lift" in released("unhold", "dev", "--why", "again", code=1).err.lower()
    released("deploy", "dev", third)
    assert released.status()["dev"]["release"] == third


@pytest.mark.journey
def test_one_service_moves_alone(released: Site) -> None:
    released("promote", "staging")
    second = released.release({**dict.fromkeys(IMAGES, 1), "scribe": 2, "messenger": 2})
    released("deploy", "dev", second)
    moved = released("promote", "staging", "--service", "scribe", "--json").json
    assert moved["images"] == {"scribe": {"before": digest(1), "after": digest(2)}}
    assert moved["services"] == [{"service": "scribe", "image": "scribe", "before": digest(1), "after": digest(2)}]
    staging = released.status()["staging"]
    assert staging["images"] == {**RUNNING, "scribe": digest(2)}
    assert (staging["release"], staging["pinned"]["release"], staging["remarks"]) == (None, None, [])
    # What staging runs is of no single release, and none of those that it is of may be bad.
    released("release", "mark-bad", second, "--why", "loses messages")
    assert "not-marked-bad" in guards(released, "promote", "prod")
    assert "there is no service 'scrib'" in released("promote", "staging", "--service", "scrib", code=2).err


@pytest.mark.journey
def test_of_a_service_that_is_newer_than_the_release_nothing_moves(released: Site) -> None:
    (first,) = {entry.facts["id"] for entry in released.ledger("releases")}
    file = released.config / "services.yaml"
    text = file.read_text().replace("images:\n", "images:\n  postbox:\n", 1)
    file.write_text(text.replace("services:\n", "services:\n  postbox: {image: postbox, port: 8080}\n", 1))
    assert guards(released, "rollback", "dev", "--service", "postbox") == ["ran-here"]
    assert guards(released, "rollback", "dev", "--service", "postbox", "--to", first) == ["ran-here"]
    assert "source-healthy" in guards(released, "promote", "staging", "--service", "postbox", "--release", first)


def test_the_ledger_tells_all_of_it_and_shows_who_touched_it(released: Site) -> None:
    (release,) = {entry.facts["id"] for entry in released.ledger("releases")}
    entries = released("history", "dev", "--json").json["entries"]
    assert [(each["event"], each["facts"]["release"]) for each in entries] == [("begun", release), ("done", release)]
    assert release in released("history", "dev").out
    table = released("history", "dev", "--csv").out.splitlines()
    assert table[0] == "environment,number,at,who,event,verb,release,from,images,services,reason,hash"
    assert len(table) == 3
    assert released("audit", "verify", "--json").json == {"findings": [], "ledgers": ["dev", "releases"]}
    exported = [json.loads(line) for line in released("audit", "export").out.splitlines()]
    assert [(each["ledger"], each["number"]) for each in exported] == [("dev", 1), ("dev", 2), ("releases", 1)]

    path = released.config / "releases" / "dev.jsonl"
    path.write_text(path.read_text().replace("ann@example.com", "bob@example.com", 1))
    found = released("audit", "verify", "--json", code=4).json["findings"]
    assert found == [{"ledger": "dev", "line": 1, "problem": "entry 1 was edited"}]
    assert "releases/dev.jsonl" in released("deploy", "dev", release, code=2).err


@pytest.mark.journey
def test_what_else_has_changed_is_not_slipped_in(released: Site) -> None:
    file = released.config / "Pulumi.dev.yaml"
    file.write_text(file.read_text().replace("backups: 3", "backups: 5"))
    second = released.release({**dict.fromkeys(IMAGES, 1), "scribe": 2})
    refused = released("deploy", "dev", second, "--json", code=3).json["refusals"]
    assert [each["guard"] for each in refused] == ["only-the-release"]
    assert "update DatabaseInstance database" in refused[0]["problem"]
    released("deploy", "dev", second, "--with-infra")
    (named,) = released.ledger("dev")[-1].facts["with_infra"]
    assert named.startswith("update DatabaseInstance database (settings.backupConfiguration")
