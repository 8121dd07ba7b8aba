"""The guide to a repository of one's own, typed: what `slipway init` makes comes up, takes a release and promotes it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from delivery import cli
from model.catalogue import load_catalogue
from model.order import order
from tests.lifecycle import guides
from tests.lifecycle.commands import PROGRAM, Commands, Site, commit, digest

NAME = "acme"
ANN = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false")


@dataclass(frozen=True)
class Clone(Site):
    """The new repository, in the folder that its commands are typed beside: the program is this checkout's as it stands, which
    the clone has as it was committed."""

    @property
    def config(self) -> Path:
        return self.folder / NAME


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def read(commands: Commands, folder: Path, text: str) -> tuple[guides.Reader, Clone]:
    """Type the commands of a part of the guide."""
    clone = Clone(commands, folder)
    reader = guides.Reader(Site(commands, folder), {"DIGEST": digest(1), "COMMIT": commit(1)}, acme=clone)
    reader.follow(text)
    return reader, clone


def test_a_repository_of_ones_own_is_a_clone_with_files_of_its_own(commands: Commands, tmp_path: Path) -> None:
    """The guide's first half; the rest of it is typed by the proof below, of which this plans the first step."""
    first_half, heading, _ = guides.read("start-a-repository.md").partition("## See it run")
    assert heading
    reader, clone = read(commands, tmp_path, first_half)

    told = reader.said[1][1].err
    for key, remedy in (("--environment", "--environment dev=acme-dev"), ("--service", "--service api")):
        assert f"command line: {key}: it is missing, and nobody is here to be asked. Say each" in told
        assert remedy in told
    assert "command line: DIR: acme is not empty. Name a new folder, or an empty one." in reader.said[2][1].err
    assert not (tmp_path / "other").exists()

    assert order(clone.config) == ["dev", "prod"]
    assert [line.split()[0] for line in git(clone.config, "remote", "-v").splitlines()] == ["slipway", "slipway"]
    subjects = git(clone.config, "log", "--format=%s", "--max-count=1").splitlines()
    assert subjects == ["The files of acme"]
    assert git(clone.config, "status", "--porcelain") == ""
    assert git(clone.config, "rev-parse", "HEAD^") == git(PROGRAM, "rev-parse", "HEAD")
    assert "ampersand" not in "".join(
        path.read_text() for path in clone.config.glob("*.yaml") if path.stem not in ("security", "policies")
    )
    planned = clone("plan", "dev", "--json").json
    assert planned["changes"]["create"] > 40
    assert planned["policies"] == []

    kept = git(clone.config, "ls-files", "--", "tests", "bench", "examples", "docs/systems.md").splitlines()
    assert kept == ["tests/__init__.py", "tests/stacks/__init__.py", "tests/stacks/test_stacks.py"]
    takes_no_tests_of_slipways_along(clone.config, tmp_path / "theirs")


def takes_no_tests_of_slipways_along(ours: Path, theirs: Path) -> None:
    """A new version with tests that were changed and new ones, merged as the guide to new versions says."""
    git(ours, "worktree", "add", "--quiet", "-b", "new-version", str(theirs), "HEAD^")
    for path in ("tests/conftest.py", "tests/stacks/test_stacks.py", "tests/test_new.py", "policies/__init__.py"):
        with (theirs / path).open("a") as file:
            file.write("# new\n")
    git(theirs, "add", "--all")
    git(theirs, *ANN, "commit", "--quiet", "--message", "The next version")
    merged = subprocess.run(["git", *ANN, "merge", "--quiet", "--no-edit", "new-version"], cwd=ours, check=False)
    assert merged.returncode == 1
    [block] = [it for it in guides.blocks(guides.read("upgrade.md")) if (it.kind, it.where) == ("text", "upgrade")]
    subprocess.run(
        ["bash", "-euc", block.text.replace("git commit", f"git {' '.join(ANN)} commit")], cwd=ours, check=True
    )
    assert git(ours, "status", "--porcelain") == ""
    changed = git(ours, "diff", "--name-only", "HEAD^", "HEAD").splitlines()
    assert changed == ["policies/__init__.py", "tests/stacks/test_stacks.py"]


@pytest.mark.prove
def test_the_guide_to_a_repository_of_ones_own(commands: Commands, tmp_path: Path) -> None:
    reader, clone = read(commands, tmp_path, guides.read("start-a-repository.md"))
    subprocess.run([sys.executable, "-m", "pytest", "-n0", "-q"], cwd=clone.config, check=True)
    assert "All of it happened as told" in clone("demo").out
    release = reader.known["RELEASE"]
    assert {name: (it["release"], it["healthy"]) for name, it in clone.status().items()} == {
        "dev": (release, True),
        "prod": (release, True),
    }


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("--name", "Acme"),
            "--name: 'Acme' cannot name a system. Write lower-case letters, digits and hyphens, starting",
        ),
        (
            ("--name", "a" * 21),
            "--name: 'aaaaaaaaaaaaaaaaaaaaa' has 21 characters, a system may have 20. Write a shorter",
        ),
        (
            ("--environment", "dev"),
            "--environment: 'dev' is no environment. Write NAME=PROJECT or NAME=PROJECT:NUMBER, such",
        ),
        (("--environment", "dev=Acme"), "--environment: 'Acme' is no project id. Write one such as acme-dev"),
        (
            ("--environment", "qa=acme-dev:x"),
            "--environment: 'x' is no number of a project. 'gcloud projects describe' prints",
        ),
        (
            ("--environment", "pr-1=acme-pr"),
            "--environment: 'pr-1' is what something else is called. Write another name",
        ),
        (
            ("--environment", "releases=acme-x1"),
            "--environment: 'releases' is what something else is called. Write another",
        ),
        (
            ("--environment", "integration-tests=acme-x1"),
            "'integration-tests' cannot name an environment. Write up to 15",
        ),
        (("--environment", "DEV=acme-other"), "--environment: 'dev' stands twice. Write it once."),
        (("--environment", "qa=acme-dev"), "--environment: 'acme-dev' stands twice. Write it once."),
        (("--service", "Api"), "--service: 'Api' cannot name a Deployment and its Service. Write lower-case letters"),
        (
            ("--service", "migrate"),
            "--service: 'migrate' is the identity of the Job that migrates. Write another name.",
        ),
        (
            ("--service", "postgres"),
            "'postgres' is the image that a database is administered with. Write another name.",
        ),
        (("--database", "worker"), "--database: there is no service 'worker'. Write one of: api."),
        (("--region", "Europe"), "--region: 'Europe' is no region. Write one such as us-west1."),
        (("--owner", "a b"), "--owner: 'a b' is no owner on GitHub. Write an organisation or a login."),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(
    commands: Commands, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    good = ("--name", NAME, "--environment", "dev=acme-dev", "--service", "api")
    refused = Site(commands, tmp_path)("init", "new", *good, *arguments, code=2)
    assert told in " ".join(refused.err.split())
    assert not (tmp_path / "new").exists()


def test_a_file_is_no_folder_to_begin_in(commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "new").write_text("")
    refused = Site(commands, tmp_path)("init", "new", code=2)
    assert "command line: DIR: new is no folder. Name a new folder." in refused.err


class Terminal(io.StringIO):
    """Somebody who answers."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_what_is_missing_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong answer is told and asked for again; an empty one ends a list."""
    said = ["Acme", "acme", "dev", "dev=acme-dev", "prod=acme-prod", "", "api", "", "wroker", "api", ""]
    monkeypatch.setattr(sys, "stdin", Terminal("".join(f"{line}\n" for line in said)))
    monkeypatch.setenv("SLIPWAY_ACTOR", "ann@example.com")
    with pytest.raises(SystemExit) as ended:
        cli.main(["init", str(tmp_path / "new"), "--json"])
    assert not ended.value.code
    told = capsys.readouterr()
    assert json.loads(told.out) == {
        "folder": str(tmp_path / "new"),
        "files": ["services.yaml", "Pulumi.shared.yaml", "Pulumi.pr.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"],
    }
    for wrong in ("'Acme' cannot name a system", "'dev' is no environment", "there is no service 'wroker'"):
        assert wrong in told.err
    assert told.err.count("or nothing") == 6
    assert order(tmp_path / "new") == ["dev", "prod"]
    assert load_catalogue(tmp_path / "new").databases["main"].owner == "api"
