"""`pr open --built`: which images a pull request changed is what was built of its commit."""

from __future__ import annotations

import pytest

from tests.lifecycle.commands import CODE, Site, commit, digest
from tests.moves.test_preview_life import ONE, TWO, pull_request

PREVIEWS = "us-west1-docker.pkg.dev/ampersand-prod/gke-previews"


def pushed(site: Site, image: str, number: int, of: str) -> None:
    site("sandbox", "push", f"{image}@{digest(number)}", "--commit", of)


def built(site: Site) -> dict[str, str]:
    found: dict[str, str] = site("pr", "show", "42", "--json").json["built"]
    return found


@pytest.mark.journey
def test_the_head_and_all_that_is_built_of_it(released: Site) -> None:
    pull_request(released, "--author", "ann", "--branch", "search", "--commit", ONE)
    pushed(released, "api", 7, ONE)
    pushed(released, "scribe", 8, ONE)
    pushed(released, "messenger", 9, TWO)
    opened = released("pr", "open", "42", "--built", "--json").json
    assert (opened["commit"], opened["built"]) == (ONE, {"api": digest(7), "scribe": digest(8)})
    again = released("pr", "open", "42", "--built", "--json").json
    assert {op for op, count in again["changes"].items() if count} == {"same"}

    # A push may take changes back, too.
    pull_request(released, "--commit", TWO)
    opened = released("pr", "open", "42", "--built", "--json").json
    assert (opened["commit"], opened["built"]) == (TWO, {"messenger": digest(9)})
    images = {name: each["image"] for name, each in released("outputs", "pr-42", "--json").json["services"].items()}
    assert images["messenger"] == f"{PREVIEWS}/messenger@{digest(9)}"
    assert images["api"].endswith(f"/gke-repo/api@{digest(1)}")


@pytest.mark.journey
def test_where_nothing_is_built_it_runs_what_the_base_runs_and_says_so(released: Site) -> None:
    pull_request(released, "--author", "ann", "--branch", "search", "--commit", ONE)
    pushed(released, "api", 7, ONE)
    released("pr", "open", "42", "--built")
    pull_request(released, "--commit", commit(99))
    opened = released("pr", "open", "42", "--built")
    said = f"{PREVIEWS} has no image of {commit(99)[:12]}: the preview runs the images of dev only\n"
    assert said in opened.err
    assert built(released) == {}


@pytest.mark.journey
def test_the_commit_of_the_build_is_taken_before_the_head(released: Site) -> None:
    pull_request(released, "--author", "ann", "--branch", "search", "--commit", ONE)
    pushed(released, "api", 7, ONE)
    pull_request(released, "--commit", TWO)
    opened = released("pr", "open", "42", "--commit", ONE, "--built", "--json").json
    assert (opened["commit"], opened["built"]) == (ONE, {"api": digest(7)})
    released("pr", "open", "42", "--built")
    refused = released("pr", "open", "42", "--commit", ONE, "--built", "--json", code=3).json["refusals"]
    assert [each["guard"] for each in refused] == ["newest-commit"]
    assert built(released) == {}


def test_a_build_that_ends_when_the_pull_request_is_closed_opens_nothing(released: Site) -> None:
    pull_request(released, "--author", "ann", "--branch", "search", "--commit", ONE)
    pushed(released, "api", 7, ONE)
    pull_request(released, "--close")
    before = released.inventory()
    refused = released("pr", "open", "42", "--commit", ONE, "--built", "--json", code=3).json["refusals"]
    assert [each["guard"] for each in refused] == ["still-open"]
    assert released.inventory() == before


def test_which_commit_must_be_known(released: Site) -> None:
    before = released.inventory()
    unknown = released("pr", "open", "42", "--branch", "search", "--built", code=1)
    assert f"the sandbox's GitHub has no pull request 42 of {CODE}" in unknown.err
    shared = released.config / "Pulumi.shared.yaml"
    shared.write_text(shared.read_text().replace(f"  slipway:applicationRepository: {CODE}\n", ""))
    nowhere = released("pr", "open", "42", "--branch", "search", "--built", code=1)
    assert "the head of pull request 42 is not known: no repository is named to ask for it" in nowhere.err
    assert released.inventory() == before
    opened = released("pr", "open", "42", "--branch", "search", "--commit", ONE, "--built", "--json").json
    assert (opened["commit"], opened["built"]) == (ONE, {})


@pytest.mark.parametrize(
    ("others", "named"),
    [
        (("--changed", "api"), ["--changed"]),
        (("--changed", ""), ["--changed"]),
        (("--image", f"api={digest(1)}"), ["--image"]),
        (("--image", f"api={digest(1)}", "--changed", "api"), ["--changed", "--image"]),
    ],
)
def test_it_is_said_in_one_way(empty: Site, others: tuple[str, ...], named: list[str]) -> None:
    refused = empty("pr", "open", "42", "--built", *others, "--json", code=2).json["problems"]
    assert [(each["key"], each["problem"]) for each in refused] == [
        (key, "it does not go with --built") for key in named
    ]
    assert not list(empty.config.glob("Pulumi.pr-*"))
