"""The guide to migrations, typed in its order, over migrations of which it says what is found."""

from __future__ import annotations

import json
import re
import shlex
import subprocess

from migrations.checker import RULES
from tests.lifecycle.commands import PROGRAM, Site

GUIDE = (PROGRAM / "docs" / "how-to" / "check-migrations.md").read_text()
BLOCK = re.compile(r"```(sh|yaml|sql)\n(.*?)```", re.DOTALL)
LIMITS = "SET lock_timeout = '5s';\nSET statement_timeout = '15min';\n"
OLD = {
    "0003_remove_legacy.sql": f"{LIMITS}ALTER TABLE users DROP COLUMN legacy_field;\n",
    "0004_rename.sql": f"{LIMITS}ALTER TABLE users RENAME COLUMN a TO b;\nALTER TABLE users ALTER b SET NOT NULL;\n",
}
HEAD = "1" * 40


def test_the_commands_of_the_guide(empty: Site) -> None:
    folder = empty.folder / "db" / "migrations"
    folder.mkdir(parents=True)
    for name, text in OLD.items():
        (folder / name).write_text(text)
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@ampersand.example"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "db"], ["commit", "-q", "-m", "Before"]):
        subprocess.run(["git", *who, *arguments], cwd=empty.folder, check=True)
    opened = ("--author", "ann", "--branch", "b", "--commit", HEAD, "--label", "migration-destructive-approved")
    for arguments in (["pull-request", "7", *opened], ["review", "7", "--by", "dora"]):
        empty("sandbox", *arguments, "--repository", "ampersand/server")
    ran = 0
    for kind, text in BLOCK.findall(GUIDE):
        if kind == "yaml":
            services = empty.config / "services.yaml"
            changed = services.read_text().replace("migrations: {", f"migrations: {{{text.strip()}, ")
            services.write_text(changed)
        elif kind == "sql":
            (folder / "0005_nickname.sql").write_text(text)
            empty("migrations", "sum", "db/migrations")
            document = empty("migrations", "check", "db/migrations", "--base", "main", "--json").json
            assert [each["owner"] for each in document["ignored"]] == 2 * ["ann@ampersand.example"]
        for line in text.splitlines() if kind == "sh" else ():
            command, _, remark = line.partition("#")
            said = remark.strip()
            result = empty(*shlex.split(command)[1:], code=3 * said.startswith("refused"))
            ran += 1
            if "--json" in command or "sarif" in command:
                json.loads(result.out)
            elif "github" in command:
                assert result.out.startswith("::error file=db/migrations/")
            else:
                assert result.out.splitlines()[-1].startswith(said)
    assert ran == 7


def test_the_table_of_the_guide_has_every_rule() -> None:
    rows = re.findall(r"^\| (`[a-z].*) \| (critical|high|medium) \|$", GUIDE, re.MULTILINE)
    assert {rule: severity for rules, severity in rows for rule in re.findall(r"`([a-z-]+)`", rules)} == {
        rule.id: rule.severity for rule in RULES.values()
    }
