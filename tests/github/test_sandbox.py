"""The sandbox's GitHub: what its commands refuse, and its file."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from delivery import sandbox_github
from delivery.github import Checks
from delivery.github_records import FILE, changing, load
from delivery.github_sandbox import SandboxGitHub
from delivery.sandbox_github import Change
from model.errors import ConfigError

ONE, TWO = "1" * 40, "2" * 40
ANN = Change("ann", "fix-login", ONE)
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
REPOSITORY = "acme/platform"


def change(folder: Path, number: int, change: Change) -> None:
    sandbox_github.pull_request(folder, REPOSITORY, number, change)


def github(folder: Path) -> SandboxGitHub:
    return SandboxGitHub(folder, REPOSITORY, lambda: NOW, {}.get)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Change(), "--author: there is no pull request 8 yet. Say --author LOGIN --branch BRANCH --commit SHA"),
        (replace(ANN, commit=None), "--commit: there is no pull request 8 yet"),
        (replace(ANN, commit="main"), "--commit: 'main' is no full commit. Write its 40 hexadecimal digits."),
        (replace(ANN, author="ann smith"), "--author: 'ann smith' is no login"),
        (replace(ANN, branch="fix login"), "--branch: 'fix login' is no branch"),
        (replace(ANN, close=True, merge=True), "--merge: it does not go with --close"),
        (ANN, "--branch: pull request 7 is open from fix-login to main already. Close it first"),
    ],
)
def test_what_cannot_be_opened(tmp_path: Path, wanted: Change, said: str) -> None:
    change(tmp_path, 7, ANN)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(ConfigError, match=f"command line: {said}"):
        change(tmp_path, 8, wanted)
    assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Change(commit=TWO), "--commit: pull request 7 is merged. Open another one."),
        (Change(close=True), "--close: pull request 7 is merged"),
        (Change(merge=True), "--merge: pull request 7 is merged"),
        (Change(author="bob"), "--author: pull request 7 has ann, which never changes"),
        (Change(branch="b"), "--branch: pull request 7 has fix-login, which never changes"),
    ],
)
def test_what_cannot_be_changed(tmp_path: Path, wanted: Change, said: str) -> None:
    change(tmp_path, 7, replace(ANN, merge=True))
    with pytest.raises(ConfigError, match=f"command line: {said}"):
        change(tmp_path, 7, wanted)


def test_what_can_be_changed(tmp_path: Path) -> None:
    change(tmp_path, 7, ANN)
    change(tmp_path, 7, Change(title="Login", labels=("db",), base="next", fork=True, commit=TWO))
    change(tmp_path, 8, replace(ANN, commit=TWO))
    found = github(tmp_path).pull_request(7)
    assert (found.title, found.labels, found.base, found.from_fork, found.commit) == (
        "Login",
        ("db",),
        "next",
        True,
        TWO,
    )
    assert github(tmp_path).author(TWO) == "ann"


@pytest.mark.parametrize(
    ("number", "who", "state", "said"),
    [
        (8, "bob", "APPROVED", "N: there is no pull request 8. Open it with 'slipway sandbox pull-request 8"),
        (7, "Ann", "APPROVED", "--by: Ann is the author"),
        (7, "b b", "APPROVED", "--by: 'b b' is no login"),
        (7, "carol", "DISMISSED", "--by: carol has no review of 7 to dismiss. Those who reviewed it: bob."),
    ],
)
def test_what_is_no_review(tmp_path: Path, number: int, who: str, state: str, said: str) -> None:
    change(tmp_path, 7, ANN)
    sandbox_github.review(tmp_path, REPOSITORY, 7, "bob", "APPROVED", NOW)
    with pytest.raises(ConfigError, match=f"command line: {said}"):
        sandbox_github.review(tmp_path, REPOSITORY, number, who, state, NOW)
    assert [each.who for each in github(tmp_path).approvals(7)] == ["bob"]


def test_what_is_no_check_or_team(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        sandbox_github.check(tmp_path, REPOSITORY, "HEAD", " ", "pased")
    assert [(each.key, each.remedy) for each in caught.value.problems] == [
        ("COMMIT", "Write its 40 hexadecimal digits."),
        ("OUTCOME", "Did you mean 'passed'?"),
        ("NAME", "Write one such as lint."),
    ]
    with pytest.raises(ConfigError, match="NAME: 'A Team' is no slug of a team") as caught:
        sandbox_github.team(tmp_path, REPOSITORY, "A Team", ["ann", "-"])
    assert [each.key for each in caught.value.problems] == ["NAME", "LOGIN"]
    assert load(tmp_path).repositories == {}


def test_each_repository_is_its_own_and_teams_are_the_owners(tmp_path: Path) -> None:
    change(tmp_path, 7, ANN)
    sandbox_github.check(tmp_path, "acme/server", ONE, "lint", "failed")
    sandbox_github.team(tmp_path, "acme/server", "leads", ["ann"])
    assert github(tmp_path).checks(ONE) == Checks()
    assert github(tmp_path).members("leads") == {"ann"}
    assert load(tmp_path).repository("Acme/Platform").pull_requests[7].author == "ann"


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    barrier = threading.Barrier(6)

    def check(builder: int) -> None:
        barrier.wait()
        for number in range(5):
            sandbox_github.check(tmp_path, REPOSITORY, ONE, f"{builder}-{number}", "passed")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(check, range(6)))
    assert len(github(tmp_path).checks(ONE).passed) == 30


def test_nothing_is_written_where_a_change_fails(tmp_path: Path) -> None:
    change(tmp_path, 7, ANN)

    def fail() -> None:
        with changing(tmp_path) as records:
            records.repositories.clear()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert github(tmp_path).pull_request(7).author == "ann"


def test_looking_writes_nothing(tmp_path: Path) -> None:
    change(tmp_path, 7, ANN)
    before = (tmp_path / FILE).stat().st_ino
    change(tmp_path, 7, Change())
    github(tmp_path).approvals(7)
    assert (tmp_path / FILE).stat().st_ino == before


@pytest.mark.parametrize("text", ["{", '{"repositories": {"acme/platform": {"pulls": {}}}}'])
def test_a_damaged_file_is_named_with_a_remedy(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(ConfigError, match=r"github.json.*slipway sandbox reset"):
        github(tmp_path).open_pull_requests()


def test_the_repository_is_the_platforms_unless_another_is_named(tmp_path: Path) -> None:
    platform = Path(__file__).resolve().parents[2]
    assert sandbox_github.repository(platform, None) == "ampersand/platform"
    assert sandbox_github.repository(platform, "acme/server") == "acme/server"
    with pytest.raises(ConfigError, match="--repository: no stack's file has slipway:platformRepository"):
        sandbox_github.repository(tmp_path, None)
