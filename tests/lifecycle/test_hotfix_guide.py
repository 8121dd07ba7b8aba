"""The guide to hotfixes, typed in its order while main has moved on: with guards, broken glass, and the way back to main."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.delivery.clones import PLAIN, git, publish
from tests.lifecycle import guides
from tests.lifecycle.commands import CODE, PROGRAM, Site, digest
from tests.moves.small import IMAGES

GUIDE = guides.read("hotfix.md")
PROMOTION = "  slipway:promotion:\n    from: staging\n    bakeMinutes: 60\n    approvals: {count: 1, by: review}\n"
RECORD = ("release", "record", "--migrations", "application/migrations")


def pairs(number: int) -> list[str]:
    return [f"{image}={digest(number)}" for image in IMAGES]


def committed(application: Path, message: str, **files: str) -> str:
    for name, text in files.items():
        path = application / name.replace("__", "/").replace("_sql", ".up.sql")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    git(application, "add", ".")
    git(application, "commit", "--quiet", "--message", message)
    git(application, "push", "--quiet")
    return git(application, "rev-parse", "HEAD")


@pytest.fixture
def site(small_everywhere_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A release runs everywhere, and main has a newer one that brings a migration; both repositories are clones."""
    site = replace(small_everywhere_site.copy(tmp_path / "site"), environment=PLAIN)
    prod = site.config / "Pulumi.prod.yaml"
    prod.write_text(prod.read_text().replace("  slipway:promotion: {from: staging}\n", PROMOTION))
    publish(site.config, tmp_path / "platform.git", monkeypatch)
    (application := site.folder / "application").mkdir()
    (application / "server.go").write_text("package server\n")
    publish(application, tmp_path / "application.git", monkeypatch)
    site.push(dict.fromkeys(IMAGES, 2))
    site.push(dict.fromkeys(IMAGES, 3))
    site.push(dict.fromkeys(IMAGES, 4))
    newer = committed(application, "Search", search="", migrations__0001_names_sql="ALTER TABLE users ADD name text;\n")
    site("sandbox", "check", newer, "test-unit", "passed", "--repository", CODE)
    site(*RECORD, "--commit", newer, *pairs(2))
    return site


@pytest.mark.journey
def test_the_commands_of_the_guide(site: Site) -> None:
    assert PROMOTION in (PROGRAM / "Pulumi.prod.yaml").read_text()
    application = site.folder / "application"
    release = site.status()["prod"]["release"]
    known = {
        "RELEASE": release,
        "COMMIT": git(application, "rev-parse", "main~1"),
        "IMAGES": " ".join(pairs(3)),
        "NEXT_IMAGES": " ".join(pairs(4)),
        "PROMOTION": "1",
    }
    reader = guides.Reader(site, known, application=application)
    for part in re.split(r"(?=^## )", GUIDE, flags=re.MULTILINE):
        if part.startswith("## Repair"):
            assert sorted(path.name for path in application.iterdir()) == [".git", "migrations", "server.go"]
            (application / "server.go").write_text("package server // refuses an empty token\n")
            (site.folder / "without").mkdir()
            (site.folder / "without" / "0002_other.up.sql").write_text("SELECT 1;\n")
            refused = site("release", "record", "--migrations", "without", "--commit", "f" * 40, *pairs(3), code=2)
            assert "0001_names.up.sql: it is gone, though it was run or released" in refused.err
        reader.follow(part)
    said = dict(reader.said)
    assert "ran-here: nothing else ran well in prod that could run again" in said["slipway rollback prod --dry-run"].err
    assert "expand: 0001_names.up.sql" in said["slipway migrations pending prod"].out
    refused = said["slipway promote prod --dry-run"].err
    assert re.findall(r"^  ([a-z-]+): ", refused, re.MULTILINE) == ["baked", "approved"]
    hotfix, following = reader.known["HOTFIX"], reader.known["NEXT"]
    done = said["slipway history prod --json"].json["entries"][-1]["facts"]
    assert (done["release"], done["break_glass"]) == (hotfix, ["baked"])
    assert done["why"] == "INC-57: whoever sends an empty token is let in"
    assert [each["who"] for each in done["approvals"]] == ["bob"]
    assert git(application, "show", "main:server.go") == "package server // refuses an empty token"
    now = site.status()
    assert [now[each]["release"] for each in ("dev", "staging", "prod")] == [following, hotfix, hotfix]
    assert said['slipway release diff "$HOTFIX" "$NEXT"'].out.splitlines()[0] == f"{hotfix} -> {following}"
    assert site("release", "show", release, "--json").json["bad"]
