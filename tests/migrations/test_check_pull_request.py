"""The check in two steps, one that reads and one that may ask, and what the pull request is told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from delivery.migrations_check import LABEL, Approval, Found, Verdict, judged
from delivery.migrations_comment import body, says_something
from delivery.migrations_kept import read, write
from migrations.checker import Ignored
from migrations.finding import Finding, Mistake
from model.errors import ConfigError
from model.findings import FindingPolicy
from tests.lifecycle.commands import Site
from tests.migrations.checking import DROP, approvers, check, committed
from tests.migrations.checking import write as files_of

FILES = "https://github.com/acme/server/blob/c0ffee"
EVIL = "x`](https://evil.example)\n\n</details><script>\u202e```\n# Approved"
FINDING = Finding("drop-table", "critical", "db/1 a.sql", 3, 1, "DROP TABLE a", "DROP TABLE", "it is gone", "Later:\n  DROP TABLE a;")  # fmt: skip
FOUND = Found(("db/1 a.sql",), (FINDING,), (), (), (), "contract")


def test_what_was_saved_is_judged_by_who_reads_no_file(empty: Site) -> None:
    """The policy and the approvers are those of the second step."""
    approvers(empty, "dora")
    files_of(empty, {"0001_a.sql": DROP})
    whole = check(empty, "--save", "found.json", "--json", code=3).json
    (empty.folder / "db" / "0001_a.sql").unlink()
    judge = ("migrations", "check", "--saved", "found.json", "--json")
    assert empty(*judge, code=3).json == whole
    passed = empty(*judge, "--label", LABEL, "--approved-by", "dora").json
    assert passed["approval"]["by"] == ["dora"]
    (empty.config / "security.yaml").write_text("severities: {critical: {action: warn}}\n")
    assert [each["action"] for each in empty(*judge).json["findings"]] == ["warn"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "PATH: there is none. Name folders of migrations, or what was saved."),
        (("db", "--saved", "found.json"), "PATH: it does not go with --saved"),
        (("--saved", "found.json", "--base", "main"), "--saved: it does not go with --base, --encoding or --save"),
        (("--saved", "nowhere.json"), "--saved: nowhere.json cannot be read (No such file or directory)"),
        (("--saved", "db"), "--saved: db cannot be read (Is a directory)"),
        (("db", "--save", "db"), "--save: db cannot be written (Is a directory)"),
        (("db", "--comment"), "--comment: it is of a pull request. Name it with --pull-request."),
        (("db", "--commit", "c0ffee"), "--commit: it is of a pull request. Name it with --pull-request."),
    ],
)
def test_what_does_not_go_together(empty: Site, arguments: tuple[str, ...], told: str) -> None:
    (empty.folder / "db").mkdir()
    assert told in empty("migrations", "check", *arguments, code=2).err


def test_only_findings_are_taken_for_such(tmp_path: Path) -> None:
    file = tmp_path / "found"
    write(FOUND, file)
    assert read(file) == FOUND
    document = json.loads(file.read_text())
    for wrong in (
        "",
        "[" * 100_000,
        '{"passed": true}',
        json.dumps({**document, "findings": [{**document["findings"][0], "severity": "none"}]}),
        json.dumps({**document, "direction": "up"}),
        json.dumps({**document, "mistakes": ["none"]}),
    ):
        file.write_text(wrong)
        with pytest.raises(ConfigError, match="has no findings in it"):
            read(file)


def test_a_folder_that_is_gone_is_what_the_base_has(empty: Site) -> None:
    files_of(empty, {"0001_a.sql": DROP, "0002_b.sql": DROP})
    committed(empty)
    for each in (empty.folder / "db").iterdir():
        each.unlink()
    (empty.folder / "db").rmdir()
    found = check(empty, "--base", "main", "--json", code=2).json["mistakes"]
    assert [(each["rule"], each["file"]) for each in found] == [
        ("edited", "db/0001_a.sql"),
        ("edited", "db/0002_b.sql"),
    ]
    assert "there is no such file or folder" in empty("migrations", "check", "bd", "--base", "main", code=2).err


def verdict(found: Found = FOUND, *, labelled: bool = False, who: tuple[str, ...] = ()) -> Verdict:
    return judged(found, FindingPolicy(), ["dora"]).given(Approval((LABEL,) if labelled else (), who))


def test_the_comment_says_what_is_wanted_and_where() -> None:
    text = body(verdict(labelled=True), FILES)
    assert text.startswith(
        "### Migrations\n\n**Refused**: `1 critical blocking in 1 new migration; direction contract`\n\n"
    )
    assert f"- [x] the label `{LABEL}`\n- [ ] an approval of the last commit by one of dora\n" in text
    assert f"**critical** [`db/1 a.sql:3`]({FILES}/db/1%20a.sql#L3) `DROP TABLE` (`drop-table`)" in text
    assert "```text\nDROP TABLE a\n\nit is gone\n\nLater:\n  DROP TABLE a;\n```" in text
    assert "/gcbrun" not in text, "it would start builds"
    approved = body(verdict(labelled=True, who=("Dora",)), FILES)
    assert approved.startswith("### Migrations\n\n**Approved by dora**: `1 critical approved")
    assert LABEL not in approved


def test_nothing_in_the_comment_is_more_than_text() -> None:
    finding = replace(FINDING, file=f"db/{EVIL}.sql", statement=EVIL, what=EVIL, why=EVIL, safe=EVIL)
    mistake = Mistake(EVIL, EVIL, 1, 1, EVIL, EVIL)
    ignored = Ignored(finding, EVIL, EVIL)
    text = body(
        verdict(replace(FOUND, findings=(finding,), mistakes=(mistake,), ignored=(ignored,), remarks=(EVIL,))), FILES
    )
    fence, outside = "", list[str]()
    for line in text.splitlines():
        if fence:
            fence = "" if line == fence else fence
        elif line.startswith("````"):
            fence = line.removesuffix("text")
        else:
            outside.append(line)
    assert not fence
    assert [line for line in outside if line.startswith("#")] == ["### Migrations"]
    plain = "\n".join(outside)
    assert plain.count("</details>") == plain.count("<details>") + 4, "only as code, in heads"
    for line in outside:
        if "script" in line:
            assert line.startswith(("**error** [", "**critical** ["))
    assert "\u202e" not in text


def test_where_nothing_is_to_be_said_there_is_no_comment() -> None:
    nothing = Found(("db/1.sql",), (), (), (), (), "expand")
    assert not says_something(verdict(nothing))
    assert says_something(verdict())
    assert says_something(verdict(replace(nothing, remarks=("nothing is found that this ignores",))))
