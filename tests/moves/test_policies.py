"""What a policy forbids is refused by `plan` and `up`, until somebody answers for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from policies.rules import BY_ID
from tests.lifecycle.commands import Site

DATABASE = "gcp:sql/databaseInstance:DatabaseInstance"
RULE = BY_ID["deletion-protection"]
EXCEPTION = (
    "exceptions: [{rule: deletion-protection, resource: DatabaseInstance *, owner: ann, reason: a try, expires: %s}]\n"
)


def edit(site: Site, *changes: tuple[str, str]) -> None:
    """Change dev's file."""
    path = site.config / "Pulumi.dev.yaml"
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
