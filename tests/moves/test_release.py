"""A release on its way: deployed, promoted, refused, failed, gone back from."""

import json

import pytest

from tests.lifecycle.commands import COMMIT, Site, commit, digest
from tests.moves.small import CATALOGUE, IMAGES, SERVING

ONE = {image: digest(1) for image in IMAGES}
RUNNING = {image: digest(1) for image in SERVING}
TESTED = [name for name, service in CATALOGUE.services.items() if service.smoke]


def jobs(steps: list[dict[str, str]]) -> set[str]:
    """The names of those that an update ran."""
    return {step["urn"].rpartition("::")[2] for step in steps if step["type"].endswith(":Job") and step["op"] != "same"}


def test_never_released(up: Site) -> None:
    for name, found in up.status().items():
        assert (found["release"], found["images"], found["healthy"]) == (None, {}, None), name
    assert list(up.status()) == ["dev", "staging", "prod"]
    table = up("status").out
    assert table.count("never released") == 3 * (len(CATALOGUE.services) + 1)
    assert up("promote", "staging", code=3).err.count("source-released: nothing was ever released to dev") == 1


@pytest.mark.journey
def test_the_ledger_tells_who_and_what(released: Site) -> None:
    (release,) = released.ledger("releases")
    assert release.facts == {
        "id": release.facts["id"],
        "commit": COMMIT,
        "images": ONE,
        "migration": "expand",
        "build": "",
        "author": "",
    }
    released("promote", "staging")
    begun, done = released.ledger("staging")
    assert (begun.event, done.event, done.who) == ("begun", "done", "ann@example.com")
    assert done.facts["from"] == "dev"
    assert done.facts["before"] == {"release": None, "migrated": None, "images": {}}
    assert done.facts["after"] == {"release": release.facts["id"], "migrated": release.facts["id"], "images": ONE}


@pytest.mark.journey
def test_an_update_changes_only_its_own_deployment(released: Site) -> None:
    second = released.release({**dict.fromkeys(IMAGES, 1), "scribe": 2})
    changed = [
        (step["op"], step["urn"].rpartition("::")[2], step["type"])
        for step in released("deploy", "dev", second, "--json").json["steps"]
        if step["op"] != "same"
    ]
    assert changed == [("update", "scribe", "kubernetes:apps/v1:Deployment")]
    assert released.status()["dev"]["images"] == {**RUNNING, "scribe": digest(2)}
    assert released.status()["dev"]["release"] == second


@pytest.mark.journey
def test_an_image_that_crashes_is_taken_back_and_the_environment_held(released: Site) -> None:
    (first,) = {entry.facts["id"] for entry in released.ledger("releases")}
    second = released.release({**dict.fromkeys(IMAGES, 1), "api": 2}, crash="api")
    failed = released("deploy", "dev", second, code=1)
    assert f"release {second} does not run in dev. {first} is back there, and dev is on hold." in failed.err
    assert "CrashLoopBackOff" in failed.err or "failed to start" in failed.err
    assert "lift the hold with 'slipway unhold dev --why ...'" in failed.err

    dev = released.status()["dev"]
    assert (dev["release"], dev["images"], dev["healthy"]) == (first, RUNNING, True)
    assert (dev["pinned"]["release"], dev["pinned"]["migrated"]) == (first, first)
    assert [entry.event for entry in released.ledger("dev")][-5:] == ["begun", "failed", "held", "begun", "done"]
    back = released.ledger("dev")[-1].facts
    assert (back["verb"], back["automatic"], back["release"]) == ("rollback", True, first)
    assert json.loads(released("plan", "dev", "--json").out)["changes"]["update"] == 0
    refused = released("deploy", "dev", second, "--json", code=3).json["refusals"]
    assert [each["guard"] for each in refused] == ["not-on-hold"]
    assert released("promote", "staging", "--json").json["release"] == first


@pytest.mark.journey
def test_an_environment_that_does_not_go_back_by_itself_keeps_what_runs(released: Site) -> None:
    (first,) = {entry.facts["id"] for entry in released.ledger("releases")}
    released.stay()
    second = released.release({**dict.fromkeys(IMAGES, 1), "api": 2}, crash="api")
    failed = released("deploy", "dev", second, code=1)
    assert f"release {second} does not run in dev. {first} keeps running there. dev is on hold." in failed.err
    assert "not rolled back: slipway:promotion.rollback is false in dev" in failed.err

    dev = released.status()["dev"]
    assert (dev["release"], dev["images"], dev["healthy"]) == (first, RUNNING, False)
    assert dev["pinned"]["release"] == second
    assert dev["workloads"]["api"]["ready"] == dev["workloads"]["api"]["desired"] == 1
    refused = released("promote", "staging", "--json", code=3).json
    assert [each["guard"] for each in refused["refusals"]] == ["source-healthy", "running-equals-pinned"]
    released("rollback", "dev")
    assert released.status()["dev"]["healthy"] is True


@pytest.mark.journey
def test_a_revision_that_fails_before_anything_else_is_tried_makes_its_environment_unwell(released: Site) -> None:
    """Which workload of an image is rolled out first is chance: here it is the one on Cloud Run, and no other."""
    (first,) = {entry.facts["id"] for entry in released.ledger("releases")}
    released("sandbox", "push", f"api@{digest(2)}", "--crash")
    file = released.config / "Pulumi.dev.yaml"
    file.write_text(file.read_text().replace(f"api: {digest(1)}", f"api: {digest(2)}"))
    target = "**$gcp:cloudrunv2/service:Service::provider-webhooks"
    released("up", "dev", "--target", target, code=1)

    dev = released.status()["dev"]
    assert (dev["release"], dev["images"], dev["healthy"]) == (first, RUNNING, False)
    assert [name for name, load in dev["workloads"].items() if not load["healthy"]] == ["provider-webhooks"]
    assert "failed to start" in dev["workloads"]["provider-webhooks"]["reason"]
    refused = released("promote", "staging", "--json", code=3).json["refusals"]
    assert [each["guard"] for each in refused] == ["source-healthy", "running-equals-pinned", "digests-released"]


def test_an_image_that_the_registry_lacks_is_refused_from_the_first_to_the_last(released: Site) -> None:
    pairs = [f"{image}={digest(3 if image == 'messenger' else 1)}" for image in IMAGES]
    unknown = released("release", "record", "--commit", commit(1), *pairs, code=2)
    assert f"IMAGES: messenger: the registry does not hold {messenger(3)}. Push it first." in unknown.err
    second = released.release({**dict.fromkeys(IMAGES, 1), "messenger": 3})
    released("sandbox", "lose", f"messenger@{digest(3)}")
    refused = released("deploy", "dev", second, "--json", code=3).json["refusals"]
    assert [each["guard"] for each in refused] == ["digest-in-registry"]
    assert released.status()["dev"]["images"] == RUNNING


def messenger(number: int) -> str:
    return f"us-west1-docker.pkg.dev/ampersand-prod/gke-repo/messenger@{digest(number)}"


@pytest.mark.journey
def test_a_contract_release_deploys_first_and_migrates_then(released: Site) -> None:
    release = released.release(dict.fromkeys(IMAGES, 2), migration="contract")
    steps = released("deploy", "dev", release, "--json").json["steps"]
    ran = [step for step in steps if step["op"] != "same" and step["type"].endswith((":Deployment", ":Job"))]
    assert [step["urn"].rpartition("::")[2] for step in ran].index("migrate") == len(ran) - 1
    assert jobs(steps) == {"migrate", *(f"{service}-smoke-test" for service in TESTED)}
    assert f"slipway:migrated: {release}" in released.yaml("dev")


@pytest.mark.journey
def test_a_release_without_migrations_leaves_the_database_where_it_is(released: Site) -> None:
    (first,) = {entry.facts["id"] for entry in released.ledger("releases")}
    second = released.release(dict.fromkeys(IMAGES, 2))
    steps = released("deploy", "dev", second, "--json").json["steps"]
    assert jobs(steps) == {f"{service}-smoke-test" for service in TESTED}
    assert f"slipway:release: {second}\n  slipway:migrated: {first}\n" in released.yaml("dev")


@pytest.mark.journey
def test_only_the_first_environment_takes_a_recorded_release(released: Site) -> None:
    (first,) = {entry.facts["id"] for entry in released.ledger("releases")}
    refused = released("deploy", "prod", first, code=3)
    assert "next-in-line: prod is not the first environment, dev is" in refused.err
    assert "Deploy to dev, then 'slipway promote staging' and onwards to prod." in refused.err


@pytest.mark.journey
def test_an_older_release_comes_back_without_migrating_again(released: Site) -> None:
    first = released.status()["dev"]["release"]
    second = released.release(dict.fromkeys(IMAGES, 2), migration="expand")
    released("deploy", "dev", second)
    back = released("deploy", "dev", first, "--json").json
    assert jobs(back["steps"]) == {f"{service}-smoke-test" for service in TESTED}
    assert f"  slipway:release: {first}\n  slipway:migrated: {second}\n" in released.yaml("dev")
    assert released.status()["dev"]["release"] == first


@pytest.mark.journey
def test_a_migration_that_failed_is_not_called_done_and_can_be_tried_again(released: Site) -> None:
    first = released.status()["dev"]["release"]
    broken = released.release({**dict.fromkeys(IMAGES, 1), "api": 2}, crash="api", migration="expand")
    released("deploy", "dev", broken, code=1)
    pinned = released.status()["dev"]["pinned"]
    assert (pinned["release"], pinned["migrated"]) == (first, first)
    released("unhold", "dev", "--why", "mended")
    mended = released.release({**dict.fromkeys(IMAGES, 1), "api": 3}, migration="expand")
    released("deploy", "dev", mended)
    assert released.ledger("dev")[-1].facts["after"]["migrated"] == mended
    assert released.status()["dev"]["release"] == mended


@pytest.mark.journey
def test_directions_that_do_not_go_together_are_promoted_one_by_one(released: Site) -> None:
    first = released.status()["dev"]["release"]
    second = released.release(dict.fromkeys(IMAGES, 2), migration="contract")
    released("deploy", "dev", second)
    refused = released("promote", "staging", "--json", code=3).json["refusals"]
    assert [refusal["guard"] for refusal in refused] == ["migrations-in-step"]
    released("promote", "staging", "--release", first)
    released("promote", "staging")
    assert released.status()["staging"]["release"] == second


@pytest.mark.journey
def test_what_is_pinned_by_hand_is_shown_as_such_and_goes_no_further(released: Site) -> None:
    released("sandbox", "push", f"scribe@{digest(9)}")
    file = released.config / "Pulumi.dev.yaml"
    file.write_text(file.read_text().replace(f"scribe: {digest(1)}", f"scribe: {digest(9)}"))
    released("up", "dev")
    dev = released.status()["dev"]
    assert (dev["release"], dev["healthy"], dev["images"]["scribe"]) == (None, True, digest(9))
    assert [remark for remark in dev["remarks"] if remark.startswith("scribe is pinned by hand")] == dev["remarks"]
    refused = released("promote", "staging", "--json", code=3).json["refusals"]
    assert [refusal["guard"] for refusal in refused] == ["digests-released"]


@pytest.mark.journey
def test_a_release_that_is_named_by_hand_stands_for_no_other(released: Site) -> None:
    """Its digests would pass as those of one that nobody has marked bad, tested or written."""
    (first,) = {entry.facts["id"] for entry in released.ledger("releases")}
    released("release", "mark-bad", first, "--why", "leaks")
    file = released.config / "Pulumi.dev.yaml"
    text, pin = file.read_text(), f"  slipway:release: {first}\n"
    assert pin in text
    other = text.replace(pin, "  slipway:release: 2026.01.05.0777\n")
    for written, told in ((other, "2026.01.05.0777"), (text.replace(pin, ""), "none")):
        file.write_text(written)
        refused = released("promote", "staging", "--json", code=3).json["refusals"]
        assert [(each["guard"], each["problem"]) for each in refused] == [
            ("digests-released", "dev was pinned by hand (slipway:release)"),
            ("not-marked-bad", f"release {first} is marked bad (leaks)"),
        ]
        remark = f"slipway:release is pinned by hand: no entry of the ledger tells of {told}"
        assert remark in released.status()["dev"]["remarks"]


@pytest.mark.journey
def test_each_environment_takes_releases_from_the_one_that_it_names(released: Site) -> None:
    file = released.config / "Pulumi.prod.yaml"
    file.write_text(file.read_text().replace("{from: staging}", "{from: dev}"))
    assert released("promote", "prod", "--json").json["from"] == "dev"
    assert released("promote", "staging", "--json").json["from"] == "dev"
