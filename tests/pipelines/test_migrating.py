"""The build that checks a pull request's migrations: what it may touch, and one as it runs against GitHub."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from delivery import build_run
from delivery.build_run import Ground, Ran
from delivery.pipeline_local import Local
from model.catalogue import load_catalogue
from model.data import Migrations
from pipelines import triggers
from pipelines.grants import Opens, Reads
from pipelines.setting import Setting
from pipelines.trigger import PullRequest, Trigger
from tests.delivery.clones import PLAIN, git
from tests.github.git_server import GitServer
from tests.github.server import Server, serving
from tests.github.site import site
from tests.github.state import App
from tests.migrations.checking import DROP, LIMITS
from tests.pipelines.conftest import ROOT

KEY = "GITHUB_APP_PRIVATE_KEY"
CODE, PLATFORM = "ampersand/server", "ampersand/platform"


def test_it_comes_with_every_pull_request(found: dict[str, Trigger]) -> None:
    """A branch may require it: nothing is left out, and what a stranger opens waits for a comment as all checks do."""
    assert found["migrations"].event == PullRequest(source="application", branch="^main$")
    assert not found["migrations"].approval


def test_it_holds_the_key_and_runs_nothing_of_the_pull_request(found: dict[str, Trigger]) -> None:
    build = found["migrations"].build
    assert build.grants == {Reads("cache"), Opens("github-app")}
    assert {step.id: step.secrets for step in build.steps} == {
        "workspace": (),
        "platform": (KEY,),
        "code": (KEY,),
        "read": (),
        "judge": (KEY,),
    }
    # Cloud Build has the pull request's files in the workspace itself, and no step works there but the one that makes room.
    assert {step.id: step.folder for step in build.steps} == {
        "workspace": "",
        "platform": "platform",
        "code": ".build",
        "read": ".build/code",
        "judge": "platform",
    }
    assert {step.image for step in build.steps if step.id != "workspace"} == {build.step("read").image}
    said = {
        line.strip(" {").split(" ")[0]
        for step in build.steps
        for line in step.script.replace("\\\n", "").splitlines()
        if step.id != "workspace"
    }
    assert said == {"git", "ln", "echo", "cd", "if", "then", "set", "slipway"}


def test_without_a_folder_a_repository_or_an_app_there_is_none(ours: Setting) -> None:
    def named(setting: Setting) -> bool:
        return "migrations" in triggers.triggers(setting)

    nowhere = ours.catalogue.model_copy(update={"migrations": Migrations(database="main", image="api")})
    assert named(ours)
    assert not named(replace(ours, catalogue=nowhere))
    for missing in ("application_repository", "github_app"):
        assert not named(replace(ours, shared=ours.shared.model_copy(update={missing: None})))


@pytest.fixture
def github() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def hosted(tmp_path: Path, github: Server) -> Iterator[tuple[GitServer, str]]:
    """Both repositories; who has a token of the API may read them."""
    folder = tmp_path / "served"
    config = tmp_path / "config"
    config.mkdir()
    for path in (*ROOT.glob("Pulumi*.yaml"), ROOT / "services.yaml", ROOT / "security.yaml"):
        shutil.copy(path, config)
    services = config / "services.yaml"
    services.write_text(services.read_text().replace("folder: api/migrations}", "folder: api/migrations, approvers: [dora]}"))  # fmt: skip
    code = tmp_path / "code"
    write(code, "api/migrations/0001_users.sql", f"{LIMITS}CREATE TABLE users (id int);\n")
    write(code, "large.bin", "x" * 100_000)
    for made, name in ((config, PLATFORM), (code, CODE)):
        git(made, "init", "--quiet", "--template=", "--initial-branch=main")
        committed(made)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        git(tmp_path, "clone", "--quiet", "--bare", "--template=", str(made), f"{folder}/{name}")
        for setting in ("allowFilter", "allowAnySHA1InWant"):
            git(folder / name, "config", f"uploadpack.{setting}", "true")
    server = GitServer(folder)
    with site(server, github) as url:
        yield server, url


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def committed(folder: Path) -> str:
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=Ann", "-c", "user.email=ann@example.com", "commit", "--quiet", "--message", "Change")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def key(github: Server) -> str:
    """The App's, whose other half GitHub has."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form, plain = serialization.PublicFormat.SubjectPublicKeyInfo, serialization.NoEncryption()
    public = private.public_key().public_bytes(serialization.Encoding.PEM, form).decode()
    github.install(App("100001", "slipway", 10000001, public))
    kind = serialization.PrivateFormat.TraditionalOpenSSL
    return private.private_bytes(serialization.Encoding.PEM, kind, plain).decode()


Run = Callable[[str], list[Ran]]


@pytest.fixture
def run(tmp_path: Path, found: dict[str, Trigger], hosted: tuple[GitServer, str], key: str) -> Run:
    """The build of a commit of pull request 1, as Cloud Build runs it."""
    server, url = hosted
    asked_while: dict[str, int] = {}

    def run(commit: str) -> list[Ran]:
        place = tmp_path / commit
        for name in ("workspace", "logs"):
            (place / name).mkdir(parents=True)
        env = {
            **PLAIN,
            "GITHUB_API_URL": f"{url}/api/v3",
            "NO_PROXY": "127.0.0.1",
            "PATH": f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}",
            "HOME": str(place),
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{url}/.insteadOf",
            "GIT_CONFIG_VALUE_0": "https://github.com/",
        }
        ground = Ground(
            folders={"/workspace": place / "workspace"},
            volumes=place / "volumes",
            logs=place / "logs",
            values={"COMMIT_SHA": commit, "_PR_NUMBER": "1", "_BASE_BRANCH": "main"},
            simulated=lambda _: "",
            env=env,
            inherited={},
            secrets={KEY: key},
        )

        def tell(ran: Ran) -> None:
            asked_while[ran.step] = len(server.seen) - asked_while.get(ran.step, 0)

        ran = build_run.run(found["migrations"].build, ground, tell)
        assert asked_while["read"] == 0, "what reads the SQL asks nobody"
        return ran

    return run


@pytest.mark.journey
def test_github_is_asked_who_agrees_by_a_build_that_gets_only_what_it_reads(
    tmp_path: Path, github: Server, hosted: tuple[GitServer, str], run: Run
) -> None:
    """Of a fork's pull request: its commit is in no branch."""
    code, bare = tmp_path / "code", hosted[0].folder / CODE
    write(code, "api/migrations/0001_users.sql", f"{LIMITS}CREATE TABLE users (id int);\n")
    write(code, "api/migrations/0002_drop.sql", DROP)
    write(code, "secret.bin", "y" * 100_000)
    head = committed(code)
    git(code, "push", "--quiet", str(bare), "HEAD:refs/pull/1/head")
    repository = github.repository(CODE)
    repository.open("zoe", "drop", head, head_repository="zoe/server", labels=("migration-destructive-approved",))
    repository.review(1, "dora")

    assert [(each.step, each.state) for each in run(head)] == [
        (each, "passed") for each in ("workspace", "platform", "code", "read", "judge")
    ]
    (comment,) = repository.pull_requests[1].comments
    assert comment.user == "slipway[bot]"
    assert "**Approved by dora**: `1 critical approved in 1 new migration; direction contract`" in comment.body
    assert f"(https://github.com/{CODE}/blob/{head}/api/migrations/0002_drop.sql#L3)" in comment.body
    clone = tmp_path / head / "workspace" / ".build" / "code"
    assert sorted(str(each.relative_to(clone)) for each in clone.rglob("*.*") if ".git" not in each.parts) == [
        "api/migrations/0001_users.sql",
        "api/migrations/0002_drop.sql",
    ]
    assert git(clone, "rev-list", "--objects", "--missing=print", "--all").count("\n?") > 0, "no other content"


@pytest.mark.journey
def test_on_this_machine_it_reads_the_folder_and_asks_nobody(
    tmp_path: Path, found: dict[str, Trigger], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in PLAIN.items():
        monkeypatch.setenv(name, value)
    code = tmp_path / "code"
    write(code, "api/migrations/0001_users.sql", f"{LIMITS}CREATE TABLE users (id int);\n")
    git(tmp_path, "init", "--quiet", "--template=", "--initial-branch=main", "code")
    committed(code)
    git(code, "update-ref", "refs/remotes/origin/main", "HEAD")

    def ran() -> dict[str, Ran]:
        return {each.step: each for each in Local(found["migrations"], load_catalogue(ROOT), code).run(lambda _: None)}

    assert {name: each.state for name, each in ran().items()} == {
        "workspace": "passed",
        "platform": "simulated",
        "code": "simulated",
        "read": "passed",
        "judge": "simulated",
    }
    write(code, "api/migrations/0002_drop.sql", DROP)
    failed = ran()["read"]
    assert failed.state == "failed"
    assert failed.log
    assert "1 critical blocking in 1 new migration" in failed.log.read_text()
    assert sorted(each.name for each in code.iterdir()) == [".git", "api"]
