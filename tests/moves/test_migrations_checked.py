"""The check of a pull request's migrations, as the emulated Cloud Build runs it on a clone of the application repository."""

from __future__ import annotations

from typing import Any

import pytest

from delivery.github_records import load as records
from tests.lifecycle.commands import CODE, Site
from tests.migrations.checking import DROP, LIMITS, approvers
from tests.moves.test_builds import build, git, published, states

STEPS = ("workspace", "platform", "code", "read", "judge")
TABLE = f"{LIMITS}CREATE TABLE users (id bigint PRIMARY KEY, legacy_field text);\n"


@pytest.fixture
def site(up: Site) -> Site:
    """Dora may agree to what destroys."""
    approvers(up, "dora")
    published(up)
    return up


class Code:
    """A clone of the application repository, with one migration on main, and a branch that a pull request is of."""

    def __init__(self, site: Site) -> None:
        self.site, self.folder = site, site.folder / "code"
        self.folder.mkdir()
        git(self.folder, "init", "--quiet", "--initial-branch=main")
        self.commit({"api/migrations/0001_users.sql": TABLE, "README.md": "Code\n"})
        git(self.folder, "switch", "--quiet", "--create", "change")

    def commit(self, files: dict[str, str | None]) -> str:
        """These files, None for one that goes."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text)
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "--quiet", "--message", "Change")
        return git(self.folder, "rev-parse", "HEAD")

    def opened(self, head: str, *more: str) -> None:
        self.site("sandbox", "pull-request", "7", "--repository", CODE, "--author", "ann", "--branch", "change", "--commit", head, *more)  # fmt: skip

    def checked(self, head: str, code: int = 0) -> dict[str, str]:
        """What became of the steps, in a build of their own."""
        (built,) = build(self.site, "migrations", "--commit", head, "--pull-request", "7", "--branch", "change", "--source", str(self.folder), code=code)  # fmt: skip
        return states(built)

    @property
    def comments(self) -> list[str]:
        """What the pull request was told."""
        pulls: dict[int, Any] = dict(records(self.site.folder / ".sandbox").repository(CODE).pull_requests)
        return [each.body for each in pulls[7].comments]

    def log(self, step: str) -> str:
        return (self.site.folder / ".sandbox" / "builds" / "migrations" / f"{step}.log").read_text()


@pytest.fixture
def code(site: Site) -> Code:
    return Code(site)


def test_what_destroys_is_refused_until_a_dba_agrees_and_somebody_asks_again(site: Site, code: Code) -> None:
    head = code.commit({"api/migrations/0002_drop.sql": DROP})
    code.opened(head)
    assert code.checked(head, code=1) == {**dict.fromkeys(STEPS, "passed"), "judge": "failed"}
    (said,) = code.comments
    assert said.startswith("<!-- slipway: migrations -->\n### Migrations\n\n**Refused**: `1 critical blocking in 1 new")
    place = f"(sandbox://github/{CODE}/blob/{head}/api/migrations/0002_drop.sql#L3)"
    assert f"**critical** [`api/migrations/0002_drop.sql:3`]{place} `DROP COLUMN` (`drop-column`)" in said
    assert (
        "- [ ] the label `migration-destructive-approved`\n- [ ] an approval of the last commit by one of dora" in said
    )
    assert "0001_users" not in said

    code.opened(head, "--label", "migration-destructive-approved")
    assert code.checked(head, code=1)["judge"] == "failed"
    assert "- [x] the label" in code.comments[0]
    site("sandbox", "review", "7", "--by", "dora", "--repository", CODE)
    assert code.checked(head) == dict.fromkeys(STEPS, "passed")
    (said,) = code.comments
    assert said.startswith("<!-- slipway: migrations -->\n### Migrations\n\n**Approved by dora**: `1 critical approved")

    # The approval was of that commit.
    newer = code.commit({"api/migrations/0003_drop.sql": DROP.replace("legacy_field", "id")})
    code.opened(newer)
    assert code.checked(newer, code=1)["judge"] == "failed"
    # And nobody's of what was pushed over since.
    site("sandbox", "review", "7", "--by", "dora", "--repository", CODE)
    assert code.checked(head, code=1)["judge"] == "failed"
    assert "no approval counts" in code.log("judge")
    assert "0003_drop.sql" in code.comments[0]


def test_what_brings_no_migration_passes_and_is_told_nothing(code: Code) -> None:
    head = code.commit({"README.md": "Better code\n"})
    code.opened(head, "--fork")
    assert code.checked(head) == dict.fromkeys(STEPS, "passed")
    assert "passed: nothing was found in 0 new migrations; direction none" in code.log("judge")
    assert code.comments == []


def test_only_what_the_pull_request_adds_to_where_it_began_is_looked_at(code: Code) -> None:
    """Main has more by now; and where a push takes back what was found, the comment says so."""
    head = code.commit({"api/migrations/0002_drop.sql": DROP})
    git(code.folder, "switch", "--quiet", "main")
    code.commit({"api/migrations/0003_more.sql": TABLE.replace("users", "orders")})
    git(code.folder, "switch", "--quiet", "change")
    code.opened(head)
    assert code.checked(head, code=1)["judge"] == "failed"
    assert "in 1 new migration;" in code.comments[0]
    head = code.commit({"api/migrations/0002_drop.sql": None})
    code.opened(head)
    code.checked(head)
    assert [each.partition("\n")[2] for each in code.comments] == [
        "### Migrations\n\n**Passed**: `nothing was found in 0 new migrations; direction none`"
    ]


@pytest.mark.parametrize(
    "what", ["edited", *(pytest.param(each, marks=pytest.mark.prove) for each in ("gone", "folder", "link"))]
)
def test_what_databases_have_run_stays_as_it_is(code: Code, what: str) -> None:
    if what == "link":
        (code.folder / "api" / "migrations" / "0002_other.sql").symlink_to("../../README.md")
        head, failing, said = code.commit({}), "read", "is to be a folder of plain files, without links"
    else:
        text = TABLE.replace("text", "int") if what == "edited" else None
        others = {"api/migrations/0002_new.sql": TABLE.replace("users", "orders")} if what == "gone" else {}
        head, failing = code.commit({"api/migrations/0001_users.sql": text, **others}), "judge"
        said = (
            "this migration was edited: origin/main has it otherwise"
            if text
            else "this migration is gone, and origin/main has it"
        )
    code.opened(head, "--label", "migration-destructive-approved")
    code.site("sandbox", "review", "7", "--by", "dora", "--repository", CODE)
    assert code.checked(head, code=1)[failing] == "failed"
    assert said in code.log(failing)
    assert what == "link" or said in code.comments[0]


def test_where_there_is_no_code_nothing_is_read(site: Site) -> None:
    (built,) = build(site, "migrations", "--commit", "7" * 40, "--pull-request", "7")
    assert states(built) == {
        **dict.fromkeys(("workspace", "platform"), "passed"),
        **dict.fromkeys(("code", "read", "judge"), "simulated"),
    }


@pytest.mark.prove
def test_before_the_first_migration_there_is_no_folder(code: Code) -> None:
    git(code.folder, "switch", "--quiet", "main")
    code.commit({"api/migrations/0001_users.sql": None})
    git(code.folder, "switch", "--quiet", "--force-create", "change")
    head = code.commit({"README.md": "More\n"})
    code.opened(head)
    code.checked(head)
    head = code.commit({"api/migrations/0001_drop.sql": DROP})
    code.opened(head)
    code.checked(head, code=1)
