"""What events make the emulated Cloud Build do: from a commit to a healthy first environment, and a preview's whole life."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from delivery import sandbox_build_told
from delivery.github_records import load as records
from pipelines import setting, triggers
from sandbox.clouds.gcp import builds as emulated
from tests.lifecycle.commands import CODE, IMAGES, Result, Site, commit

FIRST, SECOND = commit(1), commit(2)
PROJECT, REGION = "ampersand-prod", "us-west1"
STEPS = (
    *("workspace", "platform", "prepare", "sources", "release", "api", "messenger", "scribe", "postgres", "cloud-sql-proxy"),
    *("vulnerabilities", "upload", "security", "sign", "tag", "record", "deploy-dev"),
)  # fmt: skip


def git(folder: Path, *arguments: str) -> str:
    names = {f"GIT_{who}_{what}": "ann@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True, env={**os.environ, **names}
    )
    return done.stdout.strip()


def published(site: Site) -> None:
    """Make the config a clone of a platform repository."""
    upstream = site.folder / "platform.git"
    git(site.folder, "init", "--quiet", "--bare", "--initial-branch=main", str(upstream))
    git(site.config, "init", "--quiet", "--initial-branch=main")
    git(site.config, "add", "--all")
    git(site.config, "commit", "--quiet", "--message", "Config")
    git(site.config, "remote", "add", "origin", str(upstream))
    git(site.config, "push", "--quiet", "--set-upstream", "origin", "main")


@pytest.fixture
def site(up: Site) -> Site:
    """Everything is up, and the checks of the commits have passed."""
    published(up)
    for each in (FIRST, SECOND):
        up("sandbox", "check", each, "build", "passed", "--repository", CODE)
    return up


@pytest.fixture
def based(released: Site) -> Site:
    """With a release in dev, for previews to stand on."""
    published(released)
    return released


def build(site: Site, trigger: str, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    """What became of the builds."""
    result = site("sandbox", "build", trigger, "--json", *arguments, code=code)
    found: list[dict[str, Any]] = result.json
    return found


def states(built: dict[str, Any]) -> dict[str, str]:
    return {step["step"]: step["state"] for step in built["steps"]}


def pull(site: Site) -> None:
    """Take over what the builds have published."""
    git(site.config, "pull", "--quiet", "--ff-only")


def releases(site: Site) -> list[dict[str, Any]]:
    """Those that are recorded."""
    found: list[dict[str, Any]] = site("release", "list", "--json").json["releases"]
    return found


def attested(site: Site) -> int:
    with site.world.read() as tx:
        return int(tx.rows("SELECT count(*) FROM attestation")[0][0])


def tags(site: Site) -> set[tuple[str, str]]:
    """Image and tag, of the repository of releases."""
    with site.world.read() as tx:
        rows = tx.rows("SELECT reference, name FROM tag")
    return {(reference.rpartition("/")[2], name) for reference, name in rows if "/gke-repo/" in reference}


@pytest.mark.journey
def test_a_merge_becomes_a_release_that_runs_in_the_first_environment(site: Site) -> None:
    """However often it fails on its way; every other place is proved by `test_every_failing_step_stops_the_release_where_it_is`."""
    signed = attested(site)
    check_stopped(site, "sign")
    assert attested(site) == signed
    check_stopped(site, "deploy-dev")
    (release,) = releases(site)
    check_released(site)
    assert releases(site) == [release]
    assert release["commit"] == FIRST
    assert set(release["images"]) == set(site.images)
    named = {(image, name) for image in site.images for name in (FIRST, release["id"])}
    copied = {
        (image, f"copy-{release['images'][image].partition(':')[2]}") for image in ("postgres", "cloud-sql-proxy")
    }
    assert tags(site) == named | copied
    assert attested(site) - signed == len(site.images)
    dev = site.status()["dev"]
    assert dev["release"] == release["id"]
    history = site("pipeline", "history", "--json").json["builds"]
    assert [(each["trigger"], each["status"], each["commit"]) for each in reversed(history)] == [
        *(2 * [("main", "FAILURE", FIRST), ("failed", "SUCCESS", FIRST)]),
        ("main", "SUCCESS", FIRST),
    ]
    said = [(each["notice"]["kind"], each["notice"]["title"]) for each in notices(site)]
    assert said == [
        ("build", "the build of main has failed"),
        ("build", f"release {release['id']} is built"),
        ("build", "the build of main has failed"),
        ("deployment", f"dev runs {release['id']}"),
    ]
    built = notices(site)[1]["notice"]
    assert built["link"]["url"].startswith("https://console.cloud.google.com/cloud-build/builds;region=us-west1/")
    assert built["next_step"] == {"text": "dev takes it by itself", "command": "slipway status", "url": ""}

    # Built again, it is the same release: no tag has moved, and nothing is deployed anew.
    check_released(site)
    assert releases(site) == [release]
    assert tags(site) == named | copied
    assert [entry.event for entry in site.ledger("dev")] == ["begun", "done"]


def check_stopped(site: Site, failing: str) -> None:
    """Whatever waits for the step does not happen, and people are told."""
    main, failed = build(site, "main", "--commit", FIRST, "--fail", failing, code=1)
    assert (failed["trigger"], set(states(failed).values())) == ("failed", {"passed"})
    check_told_of(site)
    found = states(main)
    assert found[failing] == "failed"
    waiting = {failing}
    for step in triggers.triggers(setting.load(site.config))["main"].build.steps:
        waiting |= {step.id} if waiting & set(step.after) else set()
    assert {found[step] for step in waiting - {failing}} <= {"never begun"}
    assert failing == "deploy-dev" or found["deploy-dev"] == "never begun"
    pull(site)
    assert site.status()["dev"]["release"] is None
    assert len(releases(site)) == (failing == "deploy-dev")


def check_released(site: Site) -> None:
    (main,) = build(site, "main", "--commit", FIRST)
    assert states(main) == dict.fromkeys(STEPS, "passed")
    pull(site)
    assert site.status()["dev"]["healthy"] is True


def notices(site: Site) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = site("sandbox", "notices", "--json").json["notices"]
    return found


def check_told_of(site: Site) -> None:
    """Whoever is told of deployments hears that the build has failed, with the way to it."""
    sent = notices(site)[-1]
    said = sent["notice"]
    assert (sent["channel"], said["environment"], said["severity"]) == ("#deployments", "dev", "critical")
    assert (said["title"], said["reason"]) == ("the build of main has failed", "a step has failed")
    assert said["commit"] == FIRST
    newest = next(each for each in site("pipeline", "history", "--json").json["builds"] if each["trigger"] == "main")
    assert said["link"] == {"text": "The build", "url": newest["url"]}
    assert said["next_step"]["command"] == f"slipway pipeline start main --commit {FIRST}"


@pytest.mark.prove
@pytest.mark.parametrize("failing", STEPS)
def test_every_failing_step_stops_the_release_where_it_is(site: Site, failing: str) -> None:
    """The same commit built once more comes through."""
    check_stopped(site, failing)
    check_released(site)


def test_what_a_scanner_finds_is_neither_signed_nor_released(site: Site) -> None:
    signed = attested(site)
    result = site("sandbox", "build", "main", "--commit", FIRST, "--finding", "9.8", code=1)
    assert "security" in result.out
    assert attested(site) == signed
    pull(site)
    assert releases(site) == []
    assert {name.partition("-")[0] for _, name in tags(site)} == {"copy"}, "a copy needs a name, which is its digest's"


GRANTS = {
    "artifactregistry.writer": "api",
    "cloudkms.signerVerifier": "sign",
    "containeranalysis.notes.attacher": "sign",
    "containeranalysis.occurrences.editor": "sign",
    "binaryauthorization.attestorsViewer": "sign",
}
"""What main's identity may do -> the step that fails without."""


def without(site: Site, role: str) -> None:
    """Take a grant of the build's identity out of the world."""
    with site.world.transaction() as tx:
        found = [
            each
            for each in tx.list("gcp")
            if each.inputs.get("role") == f"roles/{role}"
            and "build-main@" in str(each.inputs.get("member"))
            and "gke-cache" not in each.id
        ]
        assert len(found) == 1
        tx.delete("gcp", found[0].type, found[0].id)


def check_grant(site: Site, role: str) -> None:
    """Without the grant the step fails that needs it, and Google's words say whose it is."""
    without(site, role)
    result = site("sandbox", "build", "main", "--commit", FIRST, "--json", code=1)
    failed = {step["step"] for step in result.json[0]["steps"] if step["state"] == "failed"}
    assert [each["trigger"] for each in result.json] == ["main", "failed"]
    assert failed <= ({*site.images} if role == "artifactregistry.writer" else {GRANTS[role]})
    assert failed
    assert "denied: Permission" in result.err
    assert f"build-main@{PROJECT}.iam.gserviceaccount.com" in result.err


def test_a_build_needs_what_its_identity_was_granted(site: Site) -> None:
    check_grant(site, "artifactregistry.writer")


@pytest.mark.prove
@pytest.mark.parametrize("role", [role for role in GRANTS if role != "artifactregistry.writer"])
def test_a_build_needs_all_of_it(site: Site, role: str) -> None:
    check_grant(site, role)


def test_a_secret_that_its_identity_may_not_read_stops_a_build_before_it_begins(site: Site) -> None:
    with site.world.transaction() as tx:
        for each in tx.list("gcp", "gcp:secretmanager/secretIamMember:SecretIamMember"):
            if "build-main@" in str(each.inputs.get("member")) and "github-app" in each.id:
                tx.delete("gcp", each.type, each.id)
    result = site("sandbox", "build", "main", "--commit", FIRST, code=1)
    assert "may not read" in result.err
    assert "pipeline-github-app" in result.err


def previews(site: Site) -> list[tuple[str, str]]:
    return [(each["stack"], each["commit"]) for each in site("pr", "list", "--json").json["previews"]]


def pull_request(site: Site, *arguments: str) -> Result:
    return site("sandbox", "pull-request", "7", "--repository", CODE, *arguments)


def names(built: Iterable[dict[str, Any]]) -> list[str]:
    return [each["trigger"] for each in built]


@pytest.mark.journey
def test_a_comment_makes_a_preview_a_push_updates_it_and_closing_removes_it(based: Site) -> None:
    site = based
    check_preview_failure(site, "tag")
    (shown,) = site("pr", "list", "--json").json["previews"]
    assert set(shown["built"]) == {"api", "messenger", "scribe"}

    pushed_to = commit(3)
    pull_request(site, "--commit", pushed_to)
    followed = build(site, "preview-follow", "--commit", pushed_to, "--pull-request", "7")
    assert names(followed) == ["preview-follow", "preview-push", "preview-open"]
    assert previews(site) == [("pr-7", pushed_to)]

    pull_request(site, "--close")
    edited = site(
        "sandbox", "build", "preview-follow", "--commit", pushed_to, "--pull-request", "7", "--action", "edited", code=1
    )
    assert "preview-follow does not listen to 'edited'" in edited.err
    closed = build(site, "preview-follow", "--commit", pushed_to, "--pull-request", "7", "--action", "closed")
    assert names(closed) == ["preview-follow"]
    assert previews(site) == []


def code(site: Site) -> Path:
    """A clone of the application repository, with a folder for each image."""
    folder = site.folder / "code"
    for image in ("api", "messenger", "scribe"):
        (folder / image / "k8s").mkdir(parents=True)
        (folder / image / "k8s" / "Dockerfile").write_text("FROM scratch\n")
        (folder / image / "main.go").write_text("package main\n")
    git(folder, "init", "--quiet", "--initial-branch=main")
    return folder


def committed(folder: Path) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Change")
    return git(folder, "rev-parse", "HEAD")


@pytest.mark.journey
def test_a_preview_builds_only_what_its_pull_request_changes(based: Site) -> None:
    """An image whose files are those of a build of main is that one."""
    file = based.config / "services.yaml"
    named = {f"  {image}:\n": f"  {image}: {{paths: [{image}]}}\n" for image in ("api", "messenger", "scribe")}
    text = file.read_text()
    for plain, with_paths in named.items():
        assert text.count(plain) == 1 + (plain == "  api:\n"), "the first one is the image's"
        text = text.replace(plain, with_paths, 1)
    file.write_text(text)
    based("up", "shared")
    git(based.config, "commit", "--quiet", "--all", "--message", "What images are made of")
    git(based.config, "push", "--quiet")
    folder = code(based)
    merged = committed(folder)
    based("sandbox", "check", merged, "build", "passed", "--repository", CODE)
    build(based, "main", "--commit", merged, "--source", str(folder))
    pull(based)

    (folder / "messenger" / "main.go").write_text("package main // changed\n")
    head = committed(folder)
    pull_request(based, "--author", "zoe", "--branch", "search", "--commit", head)
    arguments = ("--commit", head, "--pull-request", "7", "--branch", "search", "--source", str(folder))
    assert names(build(based, "preview", *arguments)) == ["preview", "preview-open"]
    (shown,) = based("pr", "list", "--json").json["previews"]
    assert set(shown["built"]) == {"messenger"}
    with based.world.read() as tx:
        rows = tx.rows("SELECT reference, digest FROM tag WHERE name = ?", (head,))
    there = {reference.rpartition("/")[2]: digest for reference, digest in rows}
    running = releases(based)[0]["images"]
    assert {image: there[image] == running[image] for image in there} == {
        "api": True,
        "messenger": False,
        "scribe": True,
    }


@pytest.mark.prove
@pytest.mark.parametrize("failing", ["prepare", "api", "messenger", "scribe"])
def test_images_that_are_not_built_open_no_preview(based: Site, failing: str) -> None:
    check_preview_failure(based, failing)


def check_preview_failure(site: Site, failing: str) -> None:
    """The next comment opens it."""
    pull_request(site, "--author", "zoe", "--branch", "search", "--commit", SECOND)
    arguments = ("--commit", SECOND, "--pull-request", "7", "--branch", "search")
    failed = build(site, "preview", *arguments, "--fail", failing, code=1)
    assert names(failed) == ["preview"]
    assert previews(site) == []
    assert names(build(site, "preview", *arguments)) == ["preview", "preview-open"]
    assert previews(site) == [("pr-7", SECOND)]


def test_a_pull_request_is_checked_and_pushes_nothing(site: Site) -> None:
    with site.world.read() as tx:
        before = tx.rows("SELECT count(*) FROM image")
    (checked,) = build(site, "pull-request", "--commit", SECOND, "--pull-request", "7", "--branch", "search")
    assert states(checked) == {
        **dict.fromkeys(("workspace", "prepare", "api", "messenger", "scribe", "build", "gate"), "passed"),
        "test-unit": "simulated",
    }
    with site.world.read() as tx:
        assert tx.rows("SELECT count(*) FROM image") == before


def test_what_asks_for_a_person_waits_for_one(site: Site) -> None:
    rules = site.config / "Pulumi.prod.yaml"
    rules.write_text(rules.read_text().replace("{from: staging}", "{from: staging, approvals: {count: 1, by: record}}"))
    site("up", "shared")
    refused = site("sandbox", "build", "promote-prod", "--commit", FIRST, code=3)
    assert "building promote-prod is refused" in refused.err
    assert "a person has to agree before it starts" in refused.err
    # Nor does it begin by having been started.
    site("pipeline", "start", "promote-prod", "--commit", FIRST)
    assert "a person has to agree" in site("sandbox", "build", code=3).err
    assert [each["status"] for each in site("pipeline", "history", "--json").json["builds"]] == ["QUEUED"]


def test_the_stack_makes_what_the_command_shows(site: Site) -> None:
    """The triggers of the world are those of the definitions, but for what only the cloud knows."""
    known = triggers.triggers(setting.load(site.config))
    with site.world.read() as tx:
        there = {each.name: each for each in emulated.triggers(tx, PROJECT, REGION)}
    assert set(there) == set(known)
    for name, trigger in known.items():
        found = sandbox_build_told.build_of(there[name])
        plain = [(s.id, s.image, s.run, s.after, dict(s.env), s.secrets, s.folder, s.timeout) for s in found.steps]
        assert plain == [
            (s.id, s.image, s.run, s.after, dict(s.env), s.secrets, s.folder, s.timeout) for s in trigger.build.steps
        ]
        assert [s.script for s in found.steps] == [
            f"#!/bin/sh\nset -eu\n{s.script}" if s.script else "" for s in trigger.build.steps
        ]
        assert found.timeout == trigger.build.timeout
        assert there[name].approval == trigger.approval
        assert there[name].account == f"{trigger.account}@{PROJECT}.iam.gserviceaccount.com"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("mian", "--commit", FIRST), "there is no trigger 'mian'. Did you mean 'main'?"),
        (("main", "--commit", "c0ffee"), "--commit: 'c0ffee' is no commit. Write all 40 digits."),
        (("main", "--commit", FIRST, "--fail", "sing"), "the build has no step 'sing'. Did you mean 'sign'?"),
        (("main", "--commit", FIRST, "--finding", "11"), "--finding: '11' is no CVSS score. Write 0.0 to 10.0."),
        (("main", "--commit", FIRST, "--set", "TO=x"), "--set: 'TO=x' is no parameter. Write _NAME=VALUE."),
    ],
)
def test_wrong_input_is_told(site: Site, arguments: tuple[str, ...], told: str) -> None:
    assert told in site("sandbox", "build", *arguments, code=2).err


def test_the_images_of_the_whole_catalogue_are_built_or_copied() -> None:
    """The small one stands for it here."""
    known = triggers.triggers(setting.load(Path(__file__).parent.parent.parent))
    assert {step.makes for step in known["main"].build.steps if step.makes} == set(IMAGES)


def test_a_plan_of_a_pull_request_is_commented_by_a_build_that_runs_none_of_it(site: Site) -> None:
    platform = ("--repository", "ampersand/platform")
    git(site.config, "switch", "--quiet", "--create", "tune")
    file = site.config / "Pulumi.prod.yaml"
    file.write_text(file.read_text().replace("flowLogs: 0.5", "flowLogs: 0.4"))
    git(site.config, "commit", "--quiet", "--all", "--message", "Fewer logs")
    head = git(site.config, "rev-parse", "HEAD")
    git(site.config, "switch", "--quiet", "main")
    site("sandbox", "pull-request", "9", *platform, "--author", "zoe", "--branch", "tune", "--commit", head)
    arguments = ("--commit", head, "--pull-request", "9", "--branch", "tune", "--source", str(site.config))
    assert "a person has to agree" in site("sandbox", "build", "plan-prod", *arguments, code=3).err
    planned, commented = build(site, "plan-prod", *arguments, "--approved")
    assert states(planned) == dict.fromkeys(("workspace", "snapshot", "plan-prod", "say"), "passed")
    assert (commented["trigger"], states(commented)) == (
        "plans",
        dict.fromkeys(("workspace", "platform", "comment"), "passed"),
    )
    (comment,) = records(site.folder / ".sandbox").repository("ampersand/platform").pull_requests[9].comments
    assert comment.body.startswith(
        "<!-- slipway: plan-prod -->\n### What merging this would change\n\n- **prod**: 1 to update;"
    )
    assert "(logConfig.flowSampling)" in comment.body
