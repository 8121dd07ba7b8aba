"""What was merged comes to every environment: one story over one platform repository, its upstream and its pull requests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from delivery import plan_comment
from delivery.github_records import CommentRecord, load
from sandbox.clouds.faults import Effect, Fault
from tests.delivery.clones import git
from tests.lifecycle.commands import SERVING, Site, digest

pytestmark = pytest.mark.prove
"""One story of seven chapters, which takes a minute and a half of a processor."""

REPOSITORY = "ampersand/platform"
SUBNETWORK = "gcp:compute/subnetwork:Subnetwork"


@dataclass(frozen=True)
class Platform:
    """A clone of the platform repository with its sandbox, and a colleague's clone of it."""

    site: Site
    colleague: Path

    def git(self, *arguments: str) -> str:
        return git(self.site.config, *arguments)

    def edit(self, stack: str, old: str, new: str, folder: Path | None = None) -> None:
        """Change a stack's file and commit it."""
        folder = folder or self.site.config
        path = folder / f"Pulumi.{stack}.yaml"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))
        git(folder, "commit", "--quiet", "--all", "--message", f"{stack}: {new}")

    def merge(self, number: int, branch: str) -> None:
        """As GitHub does it where it fast-forwards."""
        self.git("merge", "--quiet", "--ff-only", branch)
        self.git("push", "--quiet")
        self.site("sandbox", "pull-request", str(number), "--merge")

    def comments(self, number: int) -> list[CommentRecord]:
        return load(self.site.folder / ".sandbox").repository(REPOSITORY).pull_requests[number].comments

    def log(self) -> list[str]:
        """What is published since the platform's first commit."""
        return git(self.site.folder / "origin.git", "log", "--reverse", "--format=%s", "main").splitlines()[1:]

    def applied(self, *arguments: str) -> dict[str, str]:
        """Stack -> outcome of an `apply` that ends well."""
        found = self.site("apply", "--json", *arguments).json["stacks"]
        return {each["stack"]: each["outcome"] for each in found}

    def entries(self, stack: str) -> list[tuple[str, str, str]]:
        return [(each.who, str(each.facts.get("verb")), each.event) for each in self.site.ledger(stack)]


@pytest.fixture(scope="module")
def platform(released_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    folder = tmp_path_factory.mktemp("apply") / "site"
    settings = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "SLIPWAY_ACTOR": "build@example.com"}
    site = replace(released_site.copy(folder), environment=settings)
    prod = site.config / "Pulumi.prod.yaml"
    prod.write_text(prod.read_text().replace("{from: staging}", "{from: staging, approvals: {count: 1, by: review}}"))
    site("up", "shared")  # Where people have to agree, the triggers that move prod's releases wait for them.
    (site.config / ".gitignore").write_text("releases/.*.lock\n")
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    git(site.config, "init", "--quiet", "--initial-branch=main")
    git(site.config, "remote", "add", "origin", "../origin.git")
    for key, value in (("user.name", "Build"), ("user.email", "build@example.com")):
        git(site.config, "config", key, value)
    git(site.config, "add", ".")
    git(site.config, "commit", "--quiet", "--message", "The platform")
    git(site.config, "push", "--quiet", "--set-upstream", "origin", "main")
    git(folder, "clone", "--quiet", "origin.git", "colleague")
    colleague = folder / "colleague"
    for key, value in (("user.name", "Carol"), ("user.email", "carol@example.com")):
        git(colleague, "config", key, value)
    return Platform(site, colleague)


def test_a_pull_request_shows_its_plans_in_one_comment(platform: Platform) -> None:
    platform.git("switch", "--quiet", "--create", "tune")
    platform.edit("prod", "flowLogs: 0.5", "flowLogs: 0.4")
    opened = ("--author", "ann", "--branch", "tune", "--commit", platform.git("rev-parse", "HEAD"))
    platform.site("sandbox", "pull-request", "7", *opened)
    first = platform.site("plan", "--comment", "7", "--json").json
    assert list(first["stacks"]) == ["shared", "dev", "staging", "prod"]
    assert [name for name, plan in first["stacks"].items() if plan["hash"]] == ["prod"]
    (comment,) = platform.comments(7)
    assert "- nothing changes in shared, dev, staging\n" in comment.body
    assert "update Subnetwork " in comment.body
    assert "(logConfig.flowSampling)\n```\n" in comment.body
    assert plan_comment.hashes(comment.body.partition("\n")[2]) == {"prod": first["stacks"]["prod"]["hash"]}

    platform.edit("prod", "flowLogs: 0.4", "flowLogs: 0.3")
    platform.site("sandbox", "pull-request", "7", "--commit", platform.git("rev-parse", "HEAD"))
    second = platform.site("plan", "prod", "--comment", "7", "--json").json
    _, edited = platform.comments(7)
    assert second["comment"] != first["comment"]
    assert plan_comment.hashes(edited.body.partition("\n")[2]) == {"prod": second["stacks"]["prod"]["hash"]}
    assert second["stacks"]["prod"]["hash"] != first["stacks"]["prod"]["hash"]
    platform.git("switch", "--quiet", "main")


def test_a_stack_that_cannot_be_planned_is_told_of_and_keeps_no_other_from_it(platform: Platform) -> None:
    path = platform.site.config / "Pulumi.dev.yaml"
    whole = path.read_text()
    path.write_text(whole.replace("slipway:promotion:", "slipway:promotions:", 1))
    try:
        failed = platform.site("plan", "--comment", "7", "--json", code=1).json["stacks"]
    finally:
        path.write_text(whole)
    assert {stack: plan["ok"] for stack, plan in failed.items()} == {
        "dev": False,
        "prod": True,
        "shared": False,
        "staging": True,
    }
    comment, _ = platform.comments(7)
    # The triggers of the shared stack are made of dev's rules too.
    for stack in ("dev", "shared"):
        assert f"- **{stack}**: no plan, see below\n" in comment.body
    assert "- nothing changes in prod, staging\n" in comment.body
    assert "slipway:promotions: this key is unknown" in comment.body
    platform.git("switch", "--quiet", "tune")
    platform.site("plan", "prod", "--comment", "7")
    platform.git("switch", "--quiet", "main")


def test_what_was_approved_is_applied_in_order_and_on_record(platform: Platform) -> None:
    platform.site("sandbox", "review", "7", "--by", "bob")
    platform.merge(7, "tune")
    found = platform.applied("--push")
    assert list(found.items()) == [
        ("shared", "unchanged"),
        ("dev", "unchanged"),
        ("staging", "unchanged"),
        ("prod", "applied"),
    ]
    assert platform.entries("prod") == [("build@example.com", "apply", "begun"), ("build@example.com", "apply", "done")]
    done = platform.site.ledger("prod")[-1].facts
    assert done["approvals"] == [{"who": "bob", "how": "review of pull request 7"}]
    assert (done["changes"], "after" in done) == ({"update": 1}, False)
    assert platform.log()[-2:] == ["apply to prod", "prod is as its files say"]
    assert platform.applied("prod") == {"prod": "unchanged"}


def test_what_failed_stays_as_it_is_and_goes_no_further(platform: Platform) -> None:
    platform.edit("staging", "flowLogs: 0.1", "flowLogs: 0.2")
    platform.edit("prod", "flowLogs: 0.3", "flowLogs: 0.2")
    platform.git("push", "--quiet")
    platform.site.plan_fault(Fault(SUBNETWORK, "update", Effect.FAIL, 1))
    failed = platform.site("apply", "staging", "prod", "--json", code=1).json
    assert failed["error"].startswith("apply to staging failed\n")
    assert "staging is not on hold" in failed["remedy"]
    assert failed["untouched"] == ["prod"]
    assert [event for _, _, event in platform.entries("staging")] == ["begun", "failed"]
    assert platform.entries("prod")[2:] == []


def test_what_nobody_approved_is_not_applied(platform: Platform) -> None:
    before = platform.entries("prod")
    refused = platform.site("apply", "--json", "--push", code=3).json
    assert [(each["stack"], each["outcome"]) for each in refused["stacks"]] == [
        ("shared", "unchanged"),
        ("dev", "unchanged"),
        ("staging", "applied"),
    ]
    (refusal,) = refused["refusals"]
    assert refusal["guard"] == "approved"
    assert refusal["problem"] == f"prod needs 1 approval of this plan ({refused['plan'][7:19]}) and has 0"
    assert "'slipway up prod' by hand" in refusal["remedy"]
    assert len(refused["changes"]) == 1
    assert "(logConfig.flowSampling)" in refused["changes"][0]
    assert platform.entries("prod") == before
    looked = platform.site("apply", "prod", "--dry-run", "--json", code=3).json
    assert [each["outcome"] for each in looked["stacks"]] == ["refused"]
    assert platform.entries("prod") == before


def test_a_promotion_that_was_merged_moves_as_a_promotion(platform: Platform) -> None:
    site = platform.site
    opened = site("promote", "staging", "--pr", "--json").json
    assert site.status()["staging"]["release"] is None
    platform.merge(opened["pull_request"], opened["branch"])
    before = platform.entries("staging")
    looked = site("apply", "staging", "--dry-run", "--json").json["stacks"]
    assert [(each["outcome"], each["plan"]) for each in looked] == [("moves", opened["plan"])]
    assert platform.entries("staging") == before
    assert platform.applied("dev", "staging", "--push") == {"dev": "unchanged", "staging": "moved"}
    found = site.status()["staging"]
    assert (found["release"], found["healthy"], found["remarks"]) == (opened["release"], True, [])
    assert found["images"] == {image: digest(1) for image in SERVING}
    begun, done = (each.facts for each in site.ledger("staging")[-2:])
    kept = ("verb", "from", "release", "migration", "before", "after", "plan")
    assert [done[key] for key in kept] == [opened[key] for key in kept]
    assert begun.items() <= done.items()
    assert platform.log()[-1] == f"staging runs {opened['release']}"
    assert platform.applied("staging") == {"staging": "unchanged"}


def test_a_newer_commit_applies_the_rest(platform: Platform) -> None:
    git(platform.colleague, "pull", "--quiet")
    platform.edit("dev", "config:", "# A remark.\nconfig:", platform.colleague)
    git(platform.colleague, "push", "--quiet")
    newer = git(platform.colleague, "rev-parse", "HEAD")
    before = platform.entries("prod")
    found = platform.site("apply", "--push", "--json").json
    assert found == {"stacks": [], "overtaken_by": newer}
    assert f"{newer[:12]} is published by now" in platform.site("apply", "prod").out
    assert platform.entries("prod") == before
    platform.git("pull", "--quiet")
    assert platform.applied("dev") == {"dev": "unchanged"}
