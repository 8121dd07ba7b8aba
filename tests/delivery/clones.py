"""Real repositories: a bare one that is pushed to, and clones of it, each with a config folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from delivery.ledger import Ledger, check
from delivery.repository import Repository, find

PROGRAM = Path(__file__).resolve().parents[2]
AT = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
STACK = "config:\n  slipway:release: null\n"


def git(folder: Path, *arguments: str, code: int = 0) -> str:
    """git as a person types it."""
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == code, f"git {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout.rstrip("\n")


PLAIN = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
"""Git without anything of the person or the machine that runs the tests."""


def publish(folder: Path, upstream: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a folder Ann's clone of a new repository, with all that is in it as the first commit."""
    for name, value in PLAIN.items():
        monkeypatch.setenv(name, value)
    git(upstream.parent, "init", "--quiet", "--bare", "--template=", "--initial-branch=main", upstream.name)
    git(folder, "init", "--quiet", "--template=", "--initial-branch=main")
    git(folder, "config", "user.name", "Ann")
    git(folder, "config", "user.email", "ann@example.com")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "The platform")
    git(folder, "remote", "add", "origin", str(upstream))
    git(folder, "push", "--quiet", "--set-upstream", "origin", "main")


@dataclass(frozen=True)
class Clone:
    """One person's clone."""

    folder: Path

    @property
    def repository(self) -> Repository:
        """As the command sees it."""
        found = find(self.folder)
        assert found
        return found

    def git(self, *arguments: str, code: int = 0) -> str:
        """A git command in the clone."""
        return git(self.folder, *arguments, code=code)

    def ledger(self, name: str) -> Ledger:
        """A ledger in the work tree."""
        return Ledger(self.folder, name)

    def write(self, name: str, text: str) -> Path:
        """A file in the work tree."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def entry(self, name: str, who: str, event: str = "held", **facts: str) -> str:
        """An entry of a ledger, committed; the commit."""
        ledger = self.ledger(name)
        ledger.append(who, AT, event, facts)
        made = self.repository.commit([ledger.path], f"{event} by {who}")
        assert made
        return made

    def state(self) -> tuple[str, str, str, dict[str, bytes]]:
        """What a refused command must leave alone: commit, branches, status and files."""
        files = {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and ".git" not in path.parts
        }
        branches = self.git("for-each-ref", "refs/heads")
        return self.git("rev-parse", "HEAD"), branches, self.git("status", "--porcelain"), files


@dataclass(frozen=True)
class Hosted:
    """A bare repository and its clones, all in one folder."""

    folder: Path

    @property
    def bare(self) -> Path:
        """What is published."""
        return self.folder / "origin.git"

    def clone(self, name: str) -> Clone:
        """A clone for a person of this name."""
        git(self.folder, "clone", "--quiet", "--template=", "origin.git", name)
        clone = Clone(self.folder / name)
        clone.git("config", "remote.origin.url", "../origin.git")
        clone.git("config", "user.name", name.capitalize())
        clone.git("config", "user.email", f"{name}@example.com")
        return clone

    def published(self, path: str) -> bytes:
        """A file as it is published."""
        shown = subprocess.run(["git", "show", f"main:{path}"], cwd=self.bare, capture_output=True, check=True)
        return shown.stdout

    def chain(self, name: str) -> list[tuple[int, str, str]]:
        """Number, who and event of a published ledger, whose chain must be whole."""
        *lines, rest = self.published(f"releases/{name}.jsonl").split(b"\n")
        entries, breaks = check(name, lines)
        assert (breaks, rest) == ([], b"")
        return [(entry.number, entry.who, entry.event) for entry in entries]

    def log(self) -> list[str]:
        """Subjects of the published commits, oldest first; the history must be linear."""
        assert git(self.bare, "rev-list", "--merges", "main") == ""
        return git(self.bare, "log", "--reverse", "--format=%s", "main").splitlines()


def make(folder: Path) -> Hosted:
    """A platform repository with a first commit, and clones of ann and bob."""
    hosted = Hosted(folder)
    git(folder, "init", "--quiet", "--bare", "--template=", "--initial-branch=main", "origin.git")
    ann = hosted.clone("ann")
    for name in ("Pulumi.dev.yaml", "Pulumi.prod.yaml", "services.yaml"):
        ann.write(name, STACK)
    ann.write(".gitignore", ".sandbox/\nreleases/.*.lock\n")
    ann.git("add", ".")
    ann.git("commit", "--quiet", "--message", "The platform")
    ann.git("push", "--quiet", "--set-upstream", "origin", "main")
    hosted.clone("bob")
    return hosted


def copy(hosted: Hosted, folder: Path) -> Hosted:
    """The same repositories elsewhere."""
    shutil.copytree(hosted.folder, folder)
    return Hosted(folder)


def without_settings(patch: pytest.MonkeyPatch) -> None:
    """git and the command as they are where nobody has set anything."""
    for name, value in PLAIN.items():
        patch.setenv(name, value)
    patch.delenv("SLIPWAY_ACTOR", raising=False)
