"""`deploy --unless-newer`, as builds bring releases: whatever comes late or twice changes nothing and ends well."""

from __future__ import annotations

import time

import pytest

from tests.lifecycle.commands import Site, digest
from tests.moves.small import IMAGES
from tests.moves.test_promotion import guards


def everything(site: Site) -> tuple[str, list[object], object]:
    return site.yaml("dev"), list(site.ledger("dev")), site.inventory()


@pytest.mark.journey
def test_what_comes_late_or_twice_changes_nothing(released: Site) -> None:
    second = released.release({**dict.fromkeys(IMAGES, 1), "scribe": 2})
    third = released.release({**dict.fromkeys(IMAGES, 1), "scribe": 3})
    told = released("deploy", "dev", third, "--unless-newer", "--json").json
    assert (told["verb"], told["release"], told["images"]) == ("deploy", third, {"scribe": {"before": digest(1), "after": digest(3)}})  # fmt: skip
    before = everything(released)

    assert released("deploy", "dev", second, "--unless-newer").out == (
        f"dev has {third} already, which is newer than {second}: nothing to do\n"
    )
    assert released("deploy", "dev", third, "--unless-newer").out == f"dev has {third} already: nothing to do\n"
    assert released("deploy", "dev", second, "--unless-newer", "--dry-run", "--json").json == {
        "verb": "deploy",
        "environment": "dev",
        "release": second,
        "pinned": third,
        "changes": {},
    }
    assert everything(released) == before

    # A hold or a lost image is no reason to fail for what would not be brought anyway.
    released("hold", "dev", "--why", "looking at messages")
    released("sandbox", "lose", f"scribe@{digest(2)}")
    released("deploy", "dev", second, "--unless-newer")
    unknown = released("deploy", "dev", "2026.01.01.9999", "--unless-newer", code=2)
    assert "RELEASE: there is no release '2026.01.01.9999'" in unknown.err
    assert "there is no environment 'devv'" in released("deploy", "devv", second, "--unless-newer", code=2).err

    # What is newer than what is there comes as ever, past every guard; without the option people may go back.
    fourth = released.release({**dict.fromkeys(IMAGES, 1), "scribe": 4})
    assert guards(released, "deploy", "dev", fourth, "--unless-newer") == ["not-on-hold"]
    assert guards(released, "deploy", "dev", second) == ["digest-in-registry", "not-on-hold"]


@pytest.mark.journey
def test_what_failed_is_not_taken_for_done(released: Site) -> None:
    released.stay()
    second = released.release({**dict.fromkeys(IMAGES, 1), "scribe": 2}, crash="scribe")
    released("deploy", "dev", second, "--unless-newer", code=1)
    assert released.status()["dev"]["pinned"]["release"] == second
    assert guards(released, "deploy", "dev", second, "--unless-newer") == ["not-on-hold"]


@pytest.mark.journey
def test_what_was_cut_short_goes_on(released: Site) -> None:
    second = released.release({**dict.fromkeys(IMAGES, 1), "scribe": 2})
    running = released.start("deploy", "dev", second, "--unless-newer")
    while f"scribe: {digest(2)}" not in released.yaml("dev") and not running.ended:
        time.sleep(0.001)
    running.kill()
    if running.wait().code == 0:
        pytest.skip("the deployment was faster than the kill")
    assert (released.status()["dev"]["pinned"]["release"], released.ledger("dev")[-1].event) == (second, "begun")

    again = released("deploy", "dev", second, "--unless-newer", "--json").json
    assert again["images"] == {"scribe": {"before": digest(1), "after": digest(2)}}
    assert released.ledger("dev")[-1].event == "done"
    assert released.status()["dev"]["healthy"] is True
    assert released("deploy", "dev", second, "--unless-newer").out == f"dev has {second} already: nothing to do\n"
