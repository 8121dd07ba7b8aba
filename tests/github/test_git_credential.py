"""Git asks for GitHub's password: its protocol, and the real git over it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from delivery.errors import Failed
from delivery.git_credential import answered
from tests.delivery.clones import PLAIN
from tests.github.git_server import GitServer
from tests.github.server import Server
from tests.github.state import App

TOKEN = {"GITHUB_TOKEN": "ghs_of_the_tests"}
GIVEN = "username=x-access-token\npassword=ghs_of_the_tests\n"
SLIPWAY = Path(sys.executable).with_name("slipway")
HELPER = f"!'{SLIPWAY}' git-credential"


def asked(host: str, protocol: str = "https", **more: str) -> list[str]:
    """What git writes, and something behind the empty line."""
    pairs = {"protocol": protocol, "host": host, **more}
    return [*(f"{key}={value}\n" for key, value in pairs.items()), "\n", "host=github.com\n"]


@pytest.mark.parametrize(
    ("api", "host", "protocol"),
    [
        (None, "github.com", "https"),
        (None, "GitHub.com:443", "https"),
        ("https://api.github.com/", "github.com", "https"),
        ("https://git.acme.com/api/v3", "git.acme.com", "https"),
        ("https://git.acme.com:8443/api/v3", "git.acme.com:8443", "https"),
        ("https://api.acme.ghe.com", "acme.ghe.com", "https"),
        ("https://api.acme.com/api/v3", "api.acme.com", "https"),
        ("http://127.0.0.1:8080/api/v3", "127.0.0.1:8080", "http"),
        ("http://[::1]:8080", "[::1]:8080", "http"),
    ],
)
def test_github_has_the_token(api: str | None, host: str, protocol: str) -> None:
    environment = {**TOKEN, **({"GITHUB_API_URL": api} if api else {})}
    assert answered("get", asked(host, protocol), environment) == GIVEN
    assert answered("get", asked(host, protocol, path="acme/platform.git"), environment) == GIVEN
    assert answered("get", asked(host, protocol, username="x-access-token"), environment) == GIVEN


@pytest.mark.parametrize(
    ("api", "host", "protocol"),
    [
        (None, "gitlab.com", "https"),
        (None, "github.com", "http"),
        (None, "github.com:8443", "https"),
        (None, "github.com", "ssh"),
        (None, "api.github.com", "https"),
        (None, "evil-github.com", "https"),
        (None, "github.com.evil.com", "https"),
        (None, "github.com/../evil.com", "https"),
        (None, "evil.com@github.com", "https"),
        (None, "github.com:x", "https"),
        (None, "", "https"),
        ("https://git.acme.com/api/v3", "github.com", "https"),
        ("https://git.acme.com:8443/api/v3", "git.acme.com", "https"),
        ("http://127.0.0.1:8080/api/v3", "127.0.0.1:8080", "https"),
        ("http://127.0.0.1:8080/api/v3", "127.0.0.1:8081", "http"),
    ],
)
def test_nobody_else_has_it(api: str | None, host: str, protocol: str) -> None:
    assert answered("get", asked(host, protocol), {**TOKEN, **({"GITHUB_API_URL": api} if api else {})}) == ""


def test_other_people_and_other_doings_are_passed_over() -> None:
    assert answered("get", asked("github.com", username="ann"), TOKEN) == ""
    assert answered("get", [], TOKEN) == ""
    assert answered("get", ["protocol=https\n", "\n", "host=github.com\n"], TOKEN) == ""
    assert answered("get", ["protocol=https\n", "host=github.com"], TOKEN) == GIVEN
    for operation in ("store", "erase", "capability", ""):
        assert answered(operation, asked("github.com"), {}) == ""


def test_an_app_asks_for_a_token_of_its_installation(server: Server) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    public = private.public_key().public_bytes(serialization.Encoding.PEM, form).decode()
    key = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    server.install(App("17", "slipway", 42, public))
    app = {"GITHUB_APP_ID": "17", "GITHUB_APP_PRIVATE_KEY": key.decode(), "GITHUB_APP_INSTALLATION_ID": "42"}
    where = server.url.removeprefix("http://")
    told = answered("get", asked(where, "http"), {**server.environment, **app})
    (user, password) = told.splitlines()
    assert user == "username=x-access-token"
    assert server.world.tokens[password.removeprefix("password=")] == "slipway[bot]"
    assert answered("get", asked("elsewhere.com"), {**server.environment, **app}) == ""
    assert [seen.path for seen in server.requests] == ["/app/installations/42/access_tokens"]


def test_who_has_none_is_told_so() -> None:
    with pytest.raises(Failed, match="GitHub asks who this is, and GITHUB_TOKEN is not set"):
        answered("get", asked("github.com"), {})
    assert answered("get", asked("gitlab.com"), {}) == ""


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[GitServer]:
    """acme/platform with one commit, for who has the token."""
    folder = tmp_path / "served"
    (folder / "acme").mkdir(parents=True)
    git(tmp_path, {}, "init", "--quiet", "--template=", "--initial-branch=main", "first")
    (tmp_path / "first" / "README.md").write_text("The platform\n")
    git(tmp_path / "first", {}, "add", ".")
    git(tmp_path / "first", {}, "commit", "--quiet", "--message", "One")
    git(tmp_path, {}, "clone", "--quiet", "--bare", "first", "served/acme/platform")
    git(folder / "acme" / "platform", {}, "config", "http.receivepack", "true")
    shutil.rmtree(tmp_path / "first")
    with GitServer(folder, tokens={TOKEN["GITHUB_TOKEN"]}).running() as running:
        yield running


def git(
    folder: Path, environment: Mapping[str, str], *arguments: str, code: int = 0
) -> subprocess.CompletedProcess[str]:
    """git without anything of the person or machine, who can be asked nothing."""
    who = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in (("NAME", "Ann"), ("EMAIL", "ann@example.com"))}  # fmt: skip
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "GH_", "GIT_"))}
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**kept, **PLAIN, **who, "NO_PROXY": "127.0.0.1", "GIT_TERMINAL_PROMPT": "0", **environment},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, f"git {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def test_git_clones_and_pushes_with_it_and_keeps_nothing(hosted: GitServer, tmp_path: Path) -> None:
    environment = {**TOKEN, "GITHUB_API_URL": f"{hosted.url}/api/v3"}
    clone = tmp_path / "clone"
    clone.mkdir()
    told = git(
        clone, environment, "clone", "--config", f"credential.helper={HELPER}", f"{hosted.url}/acme/platform", "."
    )
    assert (clone / "README.md").read_text() == "The platform\n"
    ours = "x-access-token:ghs_of_the_tests"
    assert hosted.seen[:2] == [("service=git-upload-pack", ""), ("service=git-upload-pack", ours)]
    assert {who for _, who in hosted.seen[1:]} == {ours}

    # Later pushes ask again, whoever the token is of by then.
    hosted.tokens = {"ghs_newer"}
    hosted.seen.clear()
    git(clone, {}, "commit", "--quiet", "--allow-empty", "--message", "Two")
    pushed = git(clone, {**environment, "GITHUB_TOKEN": "ghs_newer"}, "push", "origin", "main")
    assert hosted.seen[-1] == ("git-receive-pack", "x-access-token:ghs_newer")
    there = git(hosted.folder / "acme" / "platform", {}, "log", "--format=%s", "main")
    assert there.stdout == "Two\nOne\n"
    for said in (told.stdout, told.stderr, pushed.stdout, pushed.stderr, *(path.read_bytes().decode("latin-1") for path in clone.rglob("*") if path.is_file())):  # fmt: skip
        assert "ghs_" not in said


def test_git_ends_at_once_where_there_is_no_token(hosted: GitServer, tmp_path: Path) -> None:
    asks = {"GITHUB_API_URL": f"{hosted.url}/api/v3", "GIT_TERMINAL_PROMPT": "1", "GIT_ASKPASS": "/bin/false"}
    command = ("clone", "--config", f"credential.helper={HELPER}", f"{hosted.url}/acme/platform", "clone")
    failed = git(tmp_path, asks, *command, code=128)
    assert "error: GitHub asks who this is, and GITHUB_TOKEN is not set" in failed.stderr
    assert "told us to quit" in failed.stderr
    assert not (tmp_path / "clone").exists()


def test_git_ends_where_the_token_is_not_taken(hosted: GitServer, tmp_path: Path) -> None:
    environment = {"GITHUB_TOKEN": "ghs_revoked", "GITHUB_API_URL": f"{hosted.url}/api/v3"}
    command = ("clone", "--config", f"credential.helper={HELPER}", f"{hosted.url}/acme/platform", "clone")
    failed = git(tmp_path, environment, *command, code=128)
    assert "Authentication failed" in failed.stderr
    assert "ghs_revoked" not in failed.stderr
    assert {who for _, who in hosted.seen} == {"", "x-access-token:ghs_revoked"}


def test_nobody_is_shown_it_and_nothing_else_is_said() -> None:
    def run(*arguments: str, told: str = "", code: int = 0, **environment: str) -> tuple[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "GH_"))}
        done = subprocess.run(
            [SLIPWAY, *arguments], input=told, env={**kept, **environment}, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr
        return done.stdout, done.stderr

    assert "git-credential" not in run("--help")[0]
    github = "".join(asked("github.com"))
    assert run("git-credential", "get", told=github, **TOKEN) == (GIVEN, "")
    assert run("git-credential", "get", told="".join(asked("gitlab.com")), **TOKEN) == ("", "")
    assert run("git-credential", "store", told=f"{github}password=x\n") == ("", "")
    assert run("git-credential", "erase", told=github) == ("", "")
    out, err = run("git-credential", "get", told=github, code=2, GITHUB_API_URL="http://git.acme.com", **TOKEN)
    assert (out, "is no address to send a token to" in err, "ghs_" in err) == ("quit=1\n", True, False)
