"""What a policy forbids is refused by `plan` and `up`, until somebody answers for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policies.rules import BY_ID
from tests.lifecycle.commands import Site

DATABASE = "gcp:sql/databaseInstance:DatabaseInstance"
RULE = BY_ID["deletion-protection"]
EXCEPTION = (
    "exceptions: [{rule: deletion-protection, resource: DatabaseInstance *, owner: ann, reason: a try, expires: %s}]\n"
)


def edit(site: Site, *changes: tuple[str, str], stack: str = "dev") -> None:
    """Change a stack's file."""
    path = site.config / f"Pulumi.{stack}.yaml"
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def database(site: Site) -> dict[str, Any]:
    """The settings of the instance in the emulated cloud."""
    (found,) = (inputs for (type, id), inputs in site.inventory().items() if type == DATABASE and "ampersand-dev" in id)
    settings: dict[str, Any] = found["settings"]
    return settings


@pytest.mark.journey
def test_what_a_policy_forbids_is_refused_until_somebody_answers_for_it(small_up_site: Site, tmp_path: Path) -> None:
    site = small_up_site.copy(tmp_path / "site")
    edit(site, ("deletionProtection: false", "deletionProtection: true"), ("backups: 3", "backups: 0"))
    edit(site, ("owner: platform", "team: platform"))
    before = database(site)

    planned = site("plan", "dev", code=3)
    assert f"deletion-protection: it has no backups. {RULE.remedy}" in planned.out
    assert "warning: labels:" in planned.out

    told = site("up", "dev", "--json", code=3).json
    assert told["ok"] is False
    assert {
        "rule": "deletion-protection",
        "level": "mandatory",
        "resource": "DatabaseInstance database",
        "problem": "it has no backups",
        "remedy": RULE.remedy,
    }.items() <= next(each for each in told["policies"] if each["level"] == "mandatory").items()
    assert database(site) == before

    (site.config / "policies.yaml").write_text(EXCEPTION % "2020-01-31")
    assert "what ann answered for has expired on 2020-01-31" in site("plan", "dev", code=3).out
    (site.config / "policies.yaml").write_text(EXCEPTION % "9999-12-31")
    allowed = site("plan", "dev", "--json").json
    assert {each["level"] for each in allowed["policies"]} == {"advisory"}
    assert allowed["unneeded_exceptions"] == []
    edit(site, ("deletionProtection: true", "deletionProtection: false"))
    assert "warning: policies.yaml: exceptions.0: nothing here needs it" in site("plan", "dev").out


def test_nothing_moves_past_a_policy(released: Site) -> None:
    """Neither a release nor a change of infrastructure, and no glass is broken for it."""
    site, before = released, released.inventory()
    edit(site, ("deletionProtection: false", "deletionProtection: true"), ("backups: 3", "backups: 0"))
    edit(site, ("    backups: 14\n    recoveryDays: 3\n", "    backups: 0\n"), stack="staging")
    release = site.status()["dev"]["release"]
    for stack, command in (
        ("staging", ("promote", "staging", "--with-infra", "--break-glass", "--why", "a try")),
        ("dev", ("deploy", "dev", release)),
        ("dev", ("apply", "dev")),
    ):
        found = {each["guard"]: each["problem"] for each in site(*command, "--json", code=3).json["refusals"]}
        assert found["plan-works"] == (
            f"the plan of {stack} fails: deletion-protection: it has no backups. {RULE.remedy}"
        ), command
    assert site.inventory() == before
    assert [entry.event for entry in site.ledger("staging")] == []


@pytest.mark.journey
def test_a_preview_does_not_stand_on_production(released: Site) -> None:
    """Neither in its cluster nor in its instance. A plan says the same, and tells whoever asked that it is refused."""
    for project in ("ampersand-dev", "100000000001"):
        edit(released, (project, project.replace("dev", "prod").replace("01", "03")), stack="pr")
    edit(released, ("slipway:base: dev", "slipway:base: prod"), stack="pr")
    before = released.inventory()
    refused = released("pr", "open", "7", "--branch", "search", "--json", code=3).json
    assert refused["error"].splitlines()[0] == "the preview pr-7 did not come up"
    assert {each["guard"] for each in refused["refusals"]} == {"preview-borrowing"}
    assert refused["refusals"][0]["remedy"] == f"{BY_ID['preview-borrowing'].remedy}."
    kinds = {type for type, _ in released.inventory().keys() - before.keys()}
    assert kinds.isdisjoint({"gcp:sql/user:User", "gcp:sql/database:Database", "kubernetes:core/v1:Namespace"})
    assert released("pr", "plan", "8", "--branch", "other", "--json", code=3).json["ok"] is False
