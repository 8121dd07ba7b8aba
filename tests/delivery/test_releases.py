"""Releases are whole, exact, numbered once and never changed."""

import multiprocessing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.releases import Release, Releases, check_id, draft, next_id, parse_images
from model.catalogue import Catalogue
from model.errors import ConfigError

AT = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
COMMIT = "a" * 40
ONE = "sha256:" + "1" * 64
CATALOGUE = Catalogue.model_validate(
    {"images": {"api": None, "worker": None}, "services": {"api": {"image": "api", "port": 8080}}}
)
IMAGES = {"api": ONE, "worker": ONE}


def test_a_release_gets_the_next_number_of_the_day(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    made = [releases.record(draft(CATALOGUE, COMMIT, IMAGES, "expand", "https://build/1"), "ann", AT) for _ in range(2)]
    assert [release.id for release in made] == ["2026.01.31.0001", "2026.01.31.0002"]
    assert releases.all() == made
    assert made[0] == Release("2026.01.31.0001", COMMIT, IMAGES, "expand", "https://build/1")
    assert releases.find("2026.01.31.0002") == made[1]
    assert releases.holding(IMAGES) == made
    assert releases.holding({"api": ONE}) == []
    assert releases.holding({"api": ONE}, idle={"worker"}) == made


def test_a_release_never_changes(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    first = draft(CATALOGUE, COMMIT, IMAGES, release_id="2026.01.31.0005")
    assert releases.record(first, "ann", AT) == releases.record(first, "bob", AT)
    with pytest.raises(ConfigError, match="recorded already, with other contents"):
        releases.record(replace(first, commit="b" * 40), "ann", AT)
    assert releases.all() == [first]


def record_five(folder: Path) -> None:
    for _ in range(5):
        Releases(folder).record(draft(CATALOGUE, COMMIT, IMAGES), "ann", AT)


def test_a_number_is_given_out_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    builds = [context.Process(target=record_five, args=(tmp_path,)) for _ in range(4)]
    for build in builds:
        build.start()
    for build in builds:
        build.join()
    assert [release.id for release in Releases(tmp_path).all()] == [f"2026.01.31.{n:04}" for n in range(1, 21)]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        draft(CATALOGUE, "abc123", {"api": "latest", "wroker": ONE}, "expnad")
    assert [(problem.key, problem.problem, problem.remedy) for problem in refused.value.problems] == [
        ("--commit", "'abc123' is no full commit", "Write its 40 hexadecimal digits."),
        ("--migration", "'expnad' is no direction", "Did you mean 'expand'?"),
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
