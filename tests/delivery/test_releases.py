"""Releases are whole, exact, numbered once and never changed."""

import multiprocessing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery import release_index, release_report
from delivery.ledger import Ledger
from delivery.release_diff import difference
from delivery.release_entries import Release, check_id, next_id
from delivery.releases import Releases, draft, parse_images
from model.catalogue import Catalogue
from model.errors import ConfigError

AT = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
COMMIT, OTHER = "a" * 40, "b" * 40
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
CATALOGUE = Catalogue.model_validate(
    {"images": {"api": None, "worker": None}, "services": {"api": {"image": "api", "port": 8080}}}
)
IMAGES = {"api": ONE, "worker": ONE}
REBUILT = {"api": ONE, "worker": TWO}


def test_a_release_gets_the_next_number_of_the_day(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    made = [
        releases.record(draft(CATALOGUE, each, IMAGES, "expand", "https://build/1", author="ann"), "ci", AT)
        for each in (COMMIT, OTHER)
    ]
    assert [release.id for release in made] == ["2026.01.31.0001", "2026.01.31.0002"]
    assert releases.all() == made
    assert made[0] == Release("2026.01.31.0001", COMMIT, IMAGES, "expand", "https://build/1", "ann")
    assert releases.find("2026.01.31.0002") == made[1]
    assert releases.holding(IMAGES) == made
    assert releases.holding({"api": ONE}) == []
    assert releases.holding({"api": ONE}, idle={"worker"}) == made


def test_a_release_never_changes(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    first = draft(CATALOGUE, COMMIT, IMAGES, release_id="2026.01.31.0005")
    assert releases.record(first, "ann", AT) == releases.record(first, "bob", AT)
    with pytest.raises(ConfigError, match="recorded already, with other contents"):
        releases.record(replace(first, commit=OTHER), "ann", AT)
    assert releases.all() == [first]


def test_a_commit_that_is_built_again_keeps_its_first_digests(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    first = releases.record(draft(CATALOGUE, COMMIT, IMAGES, "expand"), "ann", AT)
    reserved = releases.allocate(COMMIT, "ci", AT)
    assert releases.put(draft(CATALOGUE, COMMIT, REBUILT, "none", "https://build/2"), "ci", AT) == (first, False)
    assert releases.put(draft(CATALOGUE, COMMIT, REBUILT, release_id=reserved), "ci", AT) == (first, False)
    assert releases.all() == [first]
    assert releases.put(draft(CATALOGUE, OTHER, REBUILT), "ci", AT)[0].id == "2026.01.31.0003"


def test_an_allocated_id_is_filled_in_by_its_build_only(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    mine, unused, free = (releases.allocate(each, "ci", AT) for each in (COMMIT, "", ""))
    assert [mine, unused, free] == [f"2026.01.31.{number:04}" for number in (1, 2, 3)]
    assert releases.record(draft(CATALOGUE, "c" * 40, IMAGES), "ci", AT).id == "2026.01.31.0004"
    with pytest.raises(ConfigError, match=f"release {mine} was allocated for the commit {COMMIT}. Leave --id out"):
        releases.record(draft(CATALOGUE, OTHER, IMAGES, release_id=mine), "ci", AT)
    assert releases.record(draft(CATALOGUE, COMMIT, IMAGES, release_id=mine), "ci", AT).id == mine
    assert releases.record(draft(CATALOGUE, OTHER, IMAGES, release_id=free), "ci", AT).id == free
    assert [release.id for release in releases.all()] == ["2026.01.31.0004", mine, free]
    assert releases.allocate("", "ci", AT) == "2026.01.31.0005"
    with pytest.raises(ConfigError, match=f"release {unused} is allocated, but its build has not recorded it"):
        releases.find(unused)


def test_a_record_without_an_author_is_read(tmp_path: Path) -> None:
    facts = {"id": "2026.01.31.0001", "commit": COMMIT, "images": IMAGES, "migration": "none", "build": ""}
    Ledger(tmp_path, "releases").append("ann", AT, "recorded", facts)
    assert Releases(tmp_path).all() == [Release("2026.01.31.0001", COMMIT, IMAGES)]


def test_marks_come_and_go(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    name = releases.record(draft(CATALOGUE, COMMIT, IMAGES), "ann", AT).id
    assert releases.bad() == {}
    releases.mark_bad(name, "loses messages", "ann", AT)
    marked = releases.mark_bad(name, "and\nmore", "bob", AT)
    assert releases.bad() == {name: marked}
    assert (marked.who, marked.facts) == ("bob", {"id": name, "why": "and more"})
    releases.unmark(name, "it was the network", "ann", AT)
    assert releases.bad() == {}
    with pytest.raises(ConfigError, match=f"{name} is not marked bad"):
        releases.unmark(name, "again", "ann", AT)
    with pytest.raises(ConfigError, match="--why: there is no reason"):
        releases.mark_bad(name, " ", "ann", AT)
    with pytest.raises(ConfigError, match="there is no release '2026.01.31.0009'"):
        releases.mark_bad("2026.01.31.0009", "why", "ann", AT)
    assert [entry.event for entry in releases.entries()] == ["recorded", "marked-bad", "marked-bad", "unmarked"]


def test_a_digest_is_of_the_newest_release_that_has_it_and_is_not_bad(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    first, second, third = (
        releases.record(draft(CATALOGUE, f"{number:040}", {"api": ONE, "worker": worker}), "ann", AT).id
        for number, worker in enumerate((ONE, TWO, TWO))
    )
    pinned = {"api": ONE, "worker": TWO}

    def origins(images: dict[str, str]) -> list[str]:
        return [each.id for each in release_index.origins(releases.entries(), images)]

    assert origins(pinned) == [third]
    releases.mark_bad(third, "leaks", "ann", AT)
    assert origins(pinned) == [second]
    releases.mark_bad(second, "leaks", "ann", AT)
    assert origins(pinned) == [first, third]
    assert origins({"worker": "sha256:" + "f" * 64}) == []


def test_releases_are_listed_newest_first(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    first = releases.record(draft(CATALOGUE, COMMIT, IMAGES, "coordinated", author="ann"), "ci", AT).id
    waiting = releases.allocate("c" * 40, "ci", AT)
    second = releases.record(draft(CATALOGUE, OTHER, REBUILT), "ci", AT).id
    releases.mark_bad(first, "loses messages", "bob", AT)
    stamp = "2026-01-31T12:00:00.000+00:00"
    shown = {
        "commit": COMMIT,
        "images": IMAGES,
        "migration": "coordinated",
        "build": "",
        "author": "ann",
        "migrations": None,
    }
    bad = {"who": "bob", "at": stamp, "why": "loses messages"}
    found = release_report.listing(releases.entries(), 0)
    assert [each["id"] for each in found["releases"]] == [second, first]
    assert found["releases"][1] == {"id": first, **shown, "who": "ci", "at": stamp, "bad": bad}
    assert found["allocated"] == [{"id": waiting, "commit": "c" * 40, "who": "ci", "at": stamp}]
    assert release_report.listing(releases.entries(), 1)["releases"] == found["releases"][:1]
    assert release_report.as_json(releases.entries(), first) == found["releases"][1]


def test_two_releases_differ_by_commit_digests_and_migrations(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    drafts = [(COMMIT, IMAGES, "expand"), (OTHER, IMAGES, "contract"), ("c" * 40, REBUILT, "none")]
    first, second, third = (releases.record(draft(CATALOGUE, *each), "ci", AT).id for each in drafts)
    assert difference(releases, first, third).as_json() == {
        "before": first,
        "after": third,
        "commits": {"before": COMMIT, "after": "c" * 40},
        "images": {"worker": {"before": ONE, "after": TWO}},
        "migrations": {"gained": [{"release": second, "direction": "contract"}], "lost": [], "files": []},
    }
    back = difference(releases, third, first)
    assert (back.images, back.gained, back.lost) == ({"worker": (TWO, ONE)}, [], [(second, "contract")])
    assert list(difference(releases, first, first).lines())[1:] == [
        f"commit  {COMMIT} in both",
        "image  no digest differs",
    ]


def record_five(folder: Path, build: int) -> None:
    for number in range(5):
        Releases(folder).record(draft(CATALOGUE, f"{build}{number}".ljust(40, "0"), IMAGES), "ann", AT)


def test_a_number_is_given_out_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    builds = [context.Process(target=record_five, args=(tmp_path, build)) for build in range(4)]
    for build in builds:
        build.start()
    for build in builds:
        build.join()
    assert [release.id for release in Releases(tmp_path).all()] == [f"2026.01.31.{n:04}" for n in range(1, 21)]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        draft(
            CATALOGUE,
            "abc123",
            {"api": "latest", "wroker": ONE},
            "expnad",
            release_id="2026.13.01.0001",
            author="Ann Example",
        )
    assert [(problem.key, problem.problem, problem.remedy) for problem in refused.value.problems] == [
        ("--id", "'2026.13.01.0001' is no release id", "Write YYYY.MM.DD.NNNN, such as 2026.01.31.0001."),
        ("--commit", "'abc123' is no full commit", "Write its 40 hexadecimal digits."),
        ("--migration", "'expnad' is no direction", "Did you mean 'expand'?"),
        (
            "--author",
            "'Ann Example' is neither an e-mail address nor a login",
            "Write one of them, such as ann@example.com.",
        ),
        ("IMAGES", "api: 'latest' is no digest", "Write sha256: and 64 hexadecimal digits; a tag can move."),
        ("IMAGES", "there is no image 'wroker' in services.yaml", "Did you mean 'worker'?"),
        ("IMAGES", "the image 'worker' has no digest", "Add worker=sha256:..."),
    ]


@pytest.mark.parametrize(
    "name", ["2026.1.31.0001", "2026.02.30.0001", "2026.01.31.1", "latest", "", "2026.01.31.00001"]
)
def test_a_bad_id_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no release id. Write YYYY.MM.DD.NNNN"):
        Releases(tmp_path).find(name)


def test_an_unknown_release_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Record it with"):
        Releases(tmp_path).find("2026.01.31.0001")
    Releases(tmp_path).record(draft(CATALOGUE, COMMIT, IMAGES), "ann", AT)
    with pytest.raises(ConfigError, match="there is no release '2026.01.31.0011'. Did you mean '2026.01.31.0001'?"):
        Releases(tmp_path).find("2026.01.31.0011")


@pytest.mark.parametrize(("pairs", "problem"), [(["api"], "is no pair"), (["api=x", "api=y"], "stands twice")])
def test_pairs_are_pairs(pairs: list[str], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        parse_images(pairs)


@given(st.sets(st.integers(1, 9998), max_size=20), st.dates(date(2000, 1, 1)))
def test_the_next_number_is_new_and_highest(numbers: set[int], day: date) -> None:
    prefix = f"{day.year:04}.{day.month:02}.{day.day:02}."
    known = [f"{prefix}{number:04}" for number in numbers] + ["1999.01.01.9999"]
    found = next_id(known, day)
    assert found == check_id(f"{prefix}{max(numbers, default=0) + 1:04}")
