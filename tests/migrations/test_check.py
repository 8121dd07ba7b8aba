"""`slipway migrations check` as people and pipelines type it: what it says, and what lets a finding pass."""

from __future__ import annotations

import pytest

from delivery import sarif
from tests.lifecycle.commands import Site
from tests.migrations.checking import DROP, LIMITS, approvers, check, write

HEAD = "1" * 40


def test_a_finding_says_all_that_is_needed_to_write_the_safe_way(empty: Site) -> None:
    write(empty, {"0003_remove_legacy.sql": DROP})
    said = check(empty, code=3).out
    assert said.splitlines()[:4] == [
        "DESTRUCTIVE MIGRATION OPERATIONS DETECTED:",
        "",
        "db/0003_remove_legacy.sql:",
        "  critical line 3: DROP COLUMN [drop-column]",
    ]
    assert "ALTER TABLE users DROP COLUMN legacy_field" in said
    assert "Add the 'migration-destructive-approved' label" in said
    assert said.splitlines()[-1] == "refused: 1 critical blocking in 1 new migration; direction contract"


def test_json_is_complete(empty: Site) -> None:
    write(empty, {"0003_remove_legacy.sql": DROP})
    document = check(empty, "--format", "json", code=3).json
    (found,) = document["findings"]
    assert {key: found[key] for key in ("rule", "severity", "file", "line", "column", "action")} == {
        "rule": "drop-column",
        "severity": "critical",
        "file": "db/0003_remove_legacy.sql",
        "line": 3,
        "column": 1,
        "action": "block",
    }
    assert found["statement"] == "ALTER TABLE users DROP COLUMN legacy_field"
    assert found["why"]
    assert "ALTER TABLE users ALTER COLUMN legacy_field DROP NOT NULL;" in found["safe"]
    assert (document["passed"], document["direction"]) == (False, "contract")
    assert document["approval"] == {
        "needed": True,
        "given": False,
        "label": None,
        "by": [],
        "approvers": [],
        "how": "the command line",
    }


def test_sarif_is_read_by_the_gate_with_the_same_severity(empty: Site) -> None:
    ignored = "-- slipway:ignore drop-view owner=ann reason=nobody has used it\nDROP VIEW old;\n"
    write(empty, {"0001_a.sql": DROP + ignored + "ALTER TABLE a ALTER b SET NOT NULL;\n"})
    text = check(empty, "--format", "sarif", code=3).out
    scan = sarif.read("check", text.encode())
    assert [(each.rule, each.severity, each.where) for each in scan.findings] == [
        ("drop-column", "critical", "db/0001_a.sql:3"),
        ("set-not-null", "medium", "db/0001_a.sql:6"),
    ]
    assert scan.remarks == ("check: 1 suppressed in slipway migrations or in the source, and not counted",)


def test_annotations_stand_beside_the_lines(empty: Site) -> None:
    write(empty, {"0001_a.sql": DROP, "0002_b.sql": "selct 1;"})
    first, second = check(empty, "--format", "github", code=2).out.splitlines()
    assert first.startswith("::error file=db/0001_a.sql,line=3,col=1,title=DROP COLUMN (drop-column%2C critical)::")
    assert "%0A" in first
    assert second.startswith("::error file=db/0002_b.sql,line=1,col=1,title=syntax-error::")


@pytest.mark.parametrize(
    ("label", "who", "code"), [("", "dora", 3), ("yes", "", 3), ("yes", "bob", 3), ("yes", "Dora", 0)]
)
def test_the_label_and_a_dba_pass_it_and_nothing_less(empty: Site, label: str, who: str, code: int) -> None:
    approvers(empty, "dora", "emil")
    write(empty, {"0001_a.sql": DROP})
    options = ["--label", "migration-destructive-approved"] if label else ["--label", "other"]
    said = check(empty, *options, *(["--approved-by", who] if who else []), "--json", code=code).json
    assert said["approval"]["given"] is (code == 0)
    assert said["approval"]["by"] == (["dora"] if who.lower() == "dora" else [])
    assert [each["action"] for each in said["findings"]] == ["block"]


def test_an_approval_does_not_pass_broken_sql(empty: Site) -> None:
    approvers(empty, "dora")
    write(empty, {"0001_a.sql": DROP, "0002_b.sql": "DROP TABLE;"})
    options = ["--label", "migration-destructive-approved", "--approved-by", "dora"]
    said = check(empty, *options, "--json", code=2).json
    assert [each["file"] for each in said["mistakes"]] == ["db/0002_b.sql"]


def test_github_says_who_has_approved_the_head_of_the_pull_request(empty: Site) -> None:
    approvers(empty, "dora")
    write(empty, {"0001_a.sql": DROP})
    here = ("--repository", "ampersand/server")
    opened = ("--author", "ann", "--branch", "drop", "--commit", HEAD)
    empty("sandbox", "pull-request", "7", *opened, "--label", "migration-destructive-approved", *here)
    check(empty, "--pull-request", "7", code=3)
    empty("sandbox", "review", "7", "--by", "dora", *here)
    said = check(empty, "--pull-request", "7").out
    assert "approved by dora (pull request 7 of ampersand/server), with the label" in said
    empty("sandbox", "review", "7", "--by", "dora", "--dismiss", *here)
    check(empty, "--pull-request", "7", code=3)
    check(empty, "--pull-request", "7", "--label", "x", code=2)


def test_an_ignore_comment_needs_rule_owner_and_reason(empty: Site) -> None:
    above = "-- slipway:ignore drop-view owner=ann@example.com reason=no code has read it since March\n"
    text = f"{LIMITS}DROP VIEW legacy;\n"
    write(empty, {"0001_a.sql": text.replace("DROP", f"{above}DROP")})
    document = check(empty, "--json").json
    assert document["findings"] == []
    (ignored,) = document["ignored"]
    assert (ignored["owner"], ignored["reason"]) == ("ann@example.com", "no code has read it since March")
    wrong = {
        "-- slipway:ignore drop-view owner=ann": "has no reason",
        "-- slipway:ignore drop-view reason=old": "has no owner",
        "-- slipway:ignore owner=ann reason=old": "names no rule",
        "-- slipway:ignore drop-vie owner=ann reason=old": "Did you mean 'drop-view'?",
    }
    for comment, said in wrong.items():
        write(empty, {"0001_a.sql": text.replace("DROP", f"{comment}\nDROP")})
        assert said in check(empty, code=2).out
    write(empty, {"0001_a.sql": f"{above}SELECT 1;\n{text}"})
    assert "nothing is found that this ignores" in check(empty, code=3).out


def test_an_ignore_comment_is_for_its_statement_and_what_runs_in_it(empty: Site) -> None:
    ignore = "/* slipway:ignore drop-view owner=ann reason=unused */\n"
    write(empty, {"0001_a.sql": f"{LIMITS}{ignore}DO $$ BEGIN DROP VIEW a; END $$;\nDROP VIEW b;"})
    document = check(empty, "--json", code=3).json
    assert [each["line"] for each in document["findings"]] == [5]
    assert [each["line"] for each in document["ignored"]] == [4]


def test_no_comment_passes_what_destroys(empty: Site) -> None:
    """Whoever writes the migration writes the comment: the word of another one is asked for."""
    approvers(empty, "dora")
    ignore = "-- slipway:ignore drop-table,drop-column owner=dora reason=I may\n"
    write(empty, {"0001_a.sql": f"{LIMITS}{ignore}DO $$ BEGIN DROP TABLE a; END $$;\n"})
    document = check(empty, "--json", code=3).json
    assert ([each["rule"] for each in document["findings"]], document["ignored"]) == (["drop-table"], [])
    said = "no comment passes drop-table, which destroys: the label and an approval do"
    assert document["remarks"] == [f"db/0001_a.sql:3: {said}"]
    check(empty, "--label", "migration-destructive-approved", "--approved-by", "dora")


def test_what_cannot_be_read_is_no_pass_and_may_be_answered_for(empty: Site) -> None:
    block = "DO $$ BEGIN EXECUTE (SELECT told FROM plans LIMIT 1); END $$;\n"
    write(empty, {"0001_a.sql": f"{LIMITS}{block}\\i more.sql\n"})
    document = check(empty, "--json", code=3).json
    assert [(each["rule"], each["line"]) for each in document["findings"]] == [
        ("unreadable-sql", 3),
        ("unreadable-sql", 4),
    ]
    assert document["direction"] == "coordinated"
    ignore = "-- slipway:ignore unreadable-sql owner=ann reason=plans are reviewed\n"
    write(empty, {"0001_a.sql": f"{LIMITS}{ignore}{block}{ignore}\\i more.sql\n"})
    assert [each["line"] for each in check(empty, "--json").json["ignored"]] == [4, 6]


def test_the_policy_says_what_blocks(empty: Site) -> None:
    write(empty, {"0001_a.sql": f"{LIMITS}ALTER TABLE a RENAME TO b;"})
    check(empty, code=3)
    (empty.config / "security.yaml").write_text("severities: {high: {action: warn}}\n")
    assert [each["action"] for each in check(empty, "--json").json["findings"]] == ["warn"]
