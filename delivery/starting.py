"""`slipway init DIR`: a new team's platform repository, which is a clone of Slipway with files of its own."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from delivery import actor, answers, first_files
from delivery.answers import Answers
from delivery.engine_sandbox import PASSPHRASE
from delivery.errors import Failed
from delivery.first_files import Sealed
from delivery.git import Git
from delivery.place import OWN
from model.catalogue import load_catalogue
from model.names import MAIN
from model.stacks import load_environment, stacks
from model.together import check_together
from pipelines import triggers
from sandbox.engine.secrets import Crypter

UPSTREAM = "slipway"
"""The remote that new versions come from: docs/how-to/upgrade.md."""
OURS = ("Pulumi.*.yaml", "services.yaml", "releases")
"""What Slipway has as an example of its own, and a team has otherwise."""
WORKSHOP = ("tests", "bench", "examples", "docs/systems.md")
"""What changes of Slipway itself are tried with: nobody needs it to run it."""
KEPT = ("tests/__init__.py", "tests/stacks")
"""Of it what is a team's too: tests of whatever the files of a repository say. docs/how-to/upgrade.md has the same names."""


def make(folder: Path, said: Answers) -> Mapping[str, str]:
    """Clone, put the team's files in place of Slipway's, and commit them; the files. Nothing is made where they do not go together.

    Raises ConfigError for a folder that is not empty, Failed where this command was not installed from a clone.
    """
    answers.refuse_folder(folder)
    texts = first_files.files(said, _sealed())
    _go_together(texts)
    if Git(OWN).ask("rev-parse", "--show-toplevel").text != str(OWN):
        remedy = "Clone Slipway, 'make setup' there, and use the slipway of that clone."
        raise Failed("this slipway was not installed from a clone of Slipway, which a new repository begins as", remedy)
    folder.mkdir(parents=True, exist_ok=True)
    git = Git(folder.resolve())
    git("clone", "--quiet", "--origin", UPSTREAM, str(OWN), ".")
    git("checkout", "--quiet", "-B", MAIN, "--no-track")
    if origin := Git(OWN).ask("remote", "get-url", "origin").text:
        git("remote", "set-url", UPSTREAM, origin)
    git("rm", "--quiet", "-r", "--ignore-unmatch", "--", *_theirs(folder), *WORKSHOP)
    git("checkout", "--quiet", "HEAD", "--", *KEPT)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    git("add", "--", *texts)
    who = actor.current(folder)
    author = {f"GIT_{role}_{part}": who for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    git("-c", "commit.gpgsign=false", "commit", "--quiet", "--message", f"The files of {said.name}", environment=author)
    return texts


def _theirs(folder: Path) -> list[str]:
    return [path.name for pattern in OURS for path in sorted(folder.glob(pattern))]


def _sealed() -> Sealed:
    """With a salt of this repository's own, and the sandbox's passphrase."""
    crypter = Crypter.fresh(PASSPHRASE)
    stand_in = "stand-in for the GitHub App's private key"
    return Sealed(crypter.salt, crypter.encrypt(stand_in), crypter.encrypt(secrets.token_urlsafe(24)))


def _go_together(texts: Mapping[str, str]) -> None:
    """Raises ConfigError where names that are good alone are not good together."""
    with tempfile.TemporaryDirectory(prefix="slipway-init-") as name:
        folder = Path(name)
        for file, text in texts.items():
            (folder / file).write_text(text, encoding="utf-8")
        catalogue = load_catalogue(folder)
        for stack in stacks(folder):
            check_together(stack, load_environment(stack, folder), catalogue)
        triggers.all_of(folder)
