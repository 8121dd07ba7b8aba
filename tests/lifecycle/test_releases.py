"""The guide to releases, typed in a clone of a platform repository, and what the verbs say beside their answers."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.delivery.clones import PLAIN, git, publish
from tests.lifecycle import guides
from tests.lifecycle.commands import IMAGES, Site, commit, digest

GUIDE = guides.read("releases.md")
PAIRS = {image: digest(1) for image in IMAGES}


def pairs(number: int, **other: int) -> list[str]:
    return [f"{image}={digest(other.get(image, number))}" for image in IMAGES]


@pytest.fixture
def cloned(pushed: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The config is a clone with an upstream, and two builds of api were pushed."""
    pushed.push({"api": 2})
    publish(pushed.config, tmp_path / "origin.git", monkeypatch)
    return replace(pushed, environment=PLAIN)


def published(site: Site) -> list[str]:
    return git(site.config, "log", "--reverse", "--format=%s", "@{upstream}").splitlines()


def test_the_commands_of_the_guide(cloned: Site) -> None:
    known = {
        "COMMIT": commit(0),
        "IMAGES": " ".join(pairs(1)),
        "NEXT_COMMIT": commit(1),
        "NEXT_IMAGES": " ".join(pairs(1, api=2)),
    }
    reader = guides.Reader(cloned, known)
    said = reader.follow(GUIDE)
    assert [command.split()[2] for command, _ in said] == [
        "allocate", "record", "record", "list", "show", "diff", "mark-bad", "show", "unmark",
    ]  # fmt: skip
    first, second = reader.known["ID"], reader.known["NEXT"]
    assert published(cloned)[1:] == [
        f"Allocate release {first}",
        f"Record release {first}",
        f"Record release {second}",
        f"Mark release {second} as bad",
        f"Take the bad mark from release {second}",
    ]
    out = [result.out for _, result in said]
    assert out[1] == f"{first}\n"
    assert int(second[-4:]) == int(first[-4:]) + 1
    assert re.search(rf"{second} .*\n.*{first} .* expand .* ann@example.com", out[3])
    assert "author     ann@example.com\nmigration  expand\n" in out[4]
    assert out[5].splitlines() == [
        f"{first} -> {second}",
        f"commit  {commit(0)} -> {commit(1)}",
        "image  api  100000000000 -> 200000000000",
    ]
    assert f"{second} is marked bad: loses messages when the queue is full" in out[6]
    assert "bad        loses messages when the queue is full (ann@example.com, " in out[7]
    assert cloned("release", "show", second, "--json").json["bad"] is None
    assert git(cloned.config, "status", "--porcelain") == ""


def test_what_is_not_published_is_said_to_be_so(cloned: Site) -> None:
    given = cloned("release", "allocate", "--json")
    release = given.json["id"]
    assert given.json == {"id": release, "commit": "", "published": False}
    assert f"{release} is not published yet: another clone can take the same number first" in given.err
    assert published(cloned) == ["The platform"]
    assert git(cloned.config, "log", "-1", "--format=%s") == f"Allocate release {release}"
    listed = cloned("release", "list", "--json").json
    assert ([each["id"] for each in listed["allocated"]], listed["releases"]) == ([release], [])


def test_a_commit_that_is_built_again_is_answered_with_its_release(cloned: Site) -> None:
    record = ("release", "record", "--commit", commit(0), "--push")
    first = cloned(*record, *pairs(1)).out
    reserved = cloned("release", "allocate", "--commit", commit(0), "--push")
    assert f"the commit was built before: whatever this build makes, release {first.strip()} keeps" in reserved.err
    again = cloned(*record, "--id", reserved.out.strip(), *pairs(1, api=2))
    assert again.out == first
    assert f"as release {first.strip()}, which keeps its first digests (api 100000000000)" in again.err
    assert cloned("release", "show", first.strip(), "--json").json["images"] == PAIRS


def test_without_a_repository_nothing_is_published(empty: Site) -> None:
    assert "lies in no git repository" in empty("release", "allocate", "--push", code=2).err
    assert not (empty.config / "releases").exists()
    given = empty("release", "allocate")
    assert given.out.strip() == empty.ledger("releases")[0].facts["id"]
    assert "not published" not in given.err


def test_bad_input_is_refused(cloned: Site) -> None:
    assert "--commit: 'main' is no full commit" in cloned("release", "allocate", "--commit", "main", code=2).err
    coordinated = ("release", "record", "--commit", commit(0), "--migration", "cordinated", *pairs(1))
    assert "Did you mean 'coordinated'?" in cloned(*coordinated, code=2).err
    assert "there is no release" in cloned("release", "diff", "2026.01.31.0001", "2026.01.31.0002", code=2).err
    assert (
        "--why: 'slipway release mark-bad' needs this option"
        in cloned("release", "mark-bad", "2026.01.31.0001", code=2).err
    )
