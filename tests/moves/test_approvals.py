"""People agree to a plan on record: typed by two of them in a clone, over one real sandbox."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from delivery.ledger import Ledger
from tests.delivery.clones import PLAIN, git, publish
from tests.lifecycle.commands import PROGRAM, Site, digest
from tests.moves.small import IMAGES
from tests.moves.test_promotion import guards, rules


@pytest.fixture
def cloned(released: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The config is a clone with an upstream; ann and bob may sign; staging asks for one approval on record."""
    rules(released, "staging", "{from: dev, approvals: {count: 1, by: record}}")
    shutil.copy(PROGRAM / ".gitignore", released.config)
    signers = []
    for who in ("ann", "bob"):
        key = tmp_path / who
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", who, "-f", str(key)], check=True)
        signers.append(f"{who}@example.com {key.with_suffix('.pub').read_text()}")
    (released.config / "allowed_signers").write_text("".join(signers))
    publish(released.config, tmp_path / "origin.git", monkeypatch)
    return replace(released, environment=PLAIN)


def approves(site: Site, who: str, key: str, *more: str, code: int = 0) -> str:
    """What this person is told who agrees to a promotion to staging with this key, or to something else there."""
    person = replace(site, environment={**site.environment, "SLIPWAY_ACTOR": f"{who}@example.com"})
    result = person("approve", "staging", "--key", str(site.folder.parent / key), *more, code=code)
    return result.out + result.err


def why_not(site: Site) -> str:
    """What the guard over approvals says of a promotion to staging."""
    refused = site("promote", "staging", "--json", code=3).json["refusals"]
    (problem,) = [each["problem"] for each in refused if each["guard"] == "approved"]
    return str(problem).partition(") ")[2]


@pytest.mark.journey
def test_a_promotion_waits_for_somebody_else_to_agree_to_just_this_plan(cloned: Site) -> None:
    assert why_not(cloned) == "and has 0"
    assert "approves promote" in approves(cloned, "ann", "ann")
    assert why_not(cloned) == "and has 0; ann@example.com does not count: asks for it"
    assert "Use a key that allowed_signers lists for bob@example.com" in approves(cloned, "bob", "ann", code=3)
    told = approves(cloned, "bob", "bob")
    assert "create Deployment api" in told
    (plan,) = re.findall(r"^plan (sha256:[0-9a-f]{64})$", told, re.MULTILINE)

    # Another release is another plan: what people agreed to was not that.
    cloned("deploy", "dev", cloned.release({**dict.fromkeys(IMAGES, 1), "scribe": 2}))
    assert why_not(cloned) == "and has 0"
    first = cloned.ledger("dev")[0].facts["release"]
    cloned("promote", "staging", "--release", first, "--push")

    done = cloned.ledger("staging")[-1]
    assert (done.event, done.facts["plan"]) == ("done", plan)
    # Ann has asked for it, so that her own word is in the ledger as an entry, and not among those that counted.
    assert [each["who"] for each in done.facts["approvals"]] == ["bob@example.com"]
    body = git(cloned.config, "log", "-1", "--skip=1", "--format=%b").splitlines()
    new = ["nothing", "->", digest(1)[7:19]]
    assert [line.split() for line in body[:2]] == [["api", *new], ["read", "(api)", *new]]
    assert git(cloned.config, "log", "-2", "--format=%(trailers:key=Slipway-Plan,valueonly)%s").split() == [
        "staging", "runs", first, plan, "promote", first, "to", "staging",
    ]  # fmt: skip
    assert git(cloned.config, "status", "--porcelain") == ""
    assert git(cloned.config, "rev-parse", "HEAD") == git(cloned.config, "rev-parse", "origin/main")
    assert cloned("audit", "verify", "--json").json["findings"] == []


@pytest.mark.journey
def test_an_approval_that_somebody_writes_into_the_ledger_by_hand_is_named_and_does_not_count(cloned: Site) -> None:
    approves(cloned, "bob", "bob")
    entry = cloned.ledger("staging")[-1]
    git(cloned.config, "reset", "--quiet", "--hard", "origin/main")
    git(cloned.config, "config", "user.name", "Eve")
    Ledger(cloned.config, "staging").append(entry.who, datetime.fromisoformat(entry.at), entry.event, entry.facts)
    git(cloned.config, "add", ".")
    git(cloned.config, "commit", "--quiet", "--message", "Approve")
    assert "bob@example.com does not count" in why_not(cloned)
    assert digest(1) not in cloned.yaml("staging")


@pytest.mark.journey
def test_nothing_to_agree_to_is_said_to_be_so(cloned: Site) -> None:
    approves(cloned, "bob", "bob")
    cloned("promote", "staging")
    assert "there is nothing to approve in staging" in approves(cloned, "bob", "bob", code=1)
    assert guards(cloned, "promote", "staging") == ["digest-differs"]


@pytest.mark.journey
def test_whose_word_would_not_count_is_told_so_and_signs_nothing(cloned: Site) -> None:
    file = cloned.config / "Pulumi.staging.yaml"
    by_record = file.read_text()
    file.write_text(by_record.replace("by: record", "by: review"))
    told = approves(cloned, "bob", "bob", code=2)
    assert "Pulumi.staging.yaml: slipway:promotion.approvals: reviews of the pull request count, and no signed" in told
    file.write_text(by_record)
    assert (
        "Pulumi.dev.yaml: slipway:promotion.approvals: nobody has to approve." in cloned("approve", "dev", code=2).err
    )

    for said in ("bob@example.com approves promote", "bob@example.com has approved this plan already"):
        assert said in approves(cloned, "bob", "bob")
    assert [entry.event for entry in cloned.ledger("staging")] == ["approved"]

    file.write_text(by_record.replace("count: 1, by: record", "count: 2, by: record, people: [bob@example.com]"))
    assert why_not(cloned) == "and has 1 (bob@example.com)"
    refused = "ann@example.com is not among the people who may: bob@example.com"
    assert refused in approves(cloned, "ann", "ann", code=3)

    second = cloned.release({**dict.fromkeys(IMAGES, 1), "scribe": 2}, author="Bob@example.com")
    cloned("deploy", "dev", second)
    assert "bob@example.com is the author of the release" in approves(cloned, "bob", "bob", code=3)
    assert [entry.event for entry in cloned.ledger("staging")] == ["approved"]


@pytest.mark.journey
def test_what_moves_no_release_waits_for_somebody_else_to_agree_to_it_too(cloned: Site) -> None:
    def refused() -> str:
        (refusal,) = cloned("apply", "staging", "--json", code=3).json["refusals"]
        assert refusal["remedy"].startswith("Look at the plan, and have somebody run 'slipway approve staging --infra'")
        return str(refusal["problem"]).partition(") ")[2]

    def edited(old: str, new: str) -> None:
        path = cloned.config / "Pulumi.staging.yaml"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
        git(cloned.config, "commit", "--quiet", "--all", "--message", f"staging: {new}")
        git(cloned.config, "push", "--quiet")

    assert "there is nothing to approve in staging" in approves(cloned, "bob", "bob", "--infra", code=1)
    edited("flowLogs: 0.1", "flowLogs: 0.2")
    assert refused() == "and has 0"
    assert "approves a change of staging" in approves(cloned, "ann", "ann", "--infra")
    assert refused() == "and has 0; ann@example.com does not count: applies it"
    assert "approves a change of staging" in approves(cloned, "bob", "bob", "--infra")

    # What somebody agreed to was not this, and not a promotion either.
    edited("flowLogs: 0.2", "flowLogs: 0.3")
    assert refused() == "and has 0"
    told = approves(cloned, "bob", "bob", "--infra")
    (plan,) = re.findall(r"^plan (sha256:[0-9a-f]{64})$", told, re.MULTILINE)
    assert "(logConfig.flowSampling)" in told
    assert "approved" in guards(cloned, "promote", "staging", "--with-infra")
    assert "bob@example.com has approved this plan already" in approves(cloned, "bob", "bob", "--infra")

    applied = cloned("apply", "staging", "--push", "--json").json["stacks"]
    assert [(each["stack"], each["outcome"]) for each in applied] == [("staging", "applied")]
    done = cloned.ledger("staging")[-1]
    assert (done.event, done.facts["verb"], done.facts["plan"]) == ("done", "apply", plan)
    assert [each["who"] for each in done.facts["approvals"]] == ["bob@example.com"]
    assert "there is nothing to approve in staging" in approves(cloned, "bob", "bob", "--infra", code=1)
