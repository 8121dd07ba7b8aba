"""Commits signed with SSH keys: is one, and by whom, as a list of allowed signers says.

The list has OpenSSH's own format (ssh-keygen(1), ALLOWED SIGNERS): `ann@example.com ssh-ed25519 AAAA...` a line, with
`valid-before="20270101"` in front of a key that must not be believed any more.
"""

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from delivery.git import LOCAL_SECONDS, Git
from delivery.git_objects import Commit

OLDEST_GIT = (2, 34)
"""The first git that signs and verifies with SSH keys."""

_SSH = "-----BEGIN SSH SIGNATURE-----"
_KEY = re.compile(r'^Good "git" signature .*with (\S+) key (SHA256:\S+)', re.MULTILINE)
_VERSION = re.compile(r"git version (\d+)\.(\d+)")


class NotSigned(Exception):
    """A commit carries no signature that counts; the text says why."""


@dataclass(frozen=True)
class Signature:
    """A good one: the key's fingerprint, and every name by which the list knows the key."""

    key: str
    principals: frozenset[str]


def missing(git: Git) -> str:
    """What this machine lacks for signatures, empty where it lacks nothing."""
    if shutil.which("ssh-keygen") is None:
        return "ssh-keygen is not on the PATH"
    found = _VERSION.search(git("version"))
    if found and (int(found[1]), int(found[2])) < OLDEST_GIT:
        return f"{found[0]} knows no SSH signatures, git {OLDEST_GIT[0]}.{OLDEST_GIT[1]} does"
    return ""


def verify(git: Git, commit: Commit, allowed: bytes) -> Signature:
    """The signature of a commit. Raises NotSigned where there is none, or none that the list of signers covers.

    The key must have been valid when the commit says that it was made, and must be valid now: a commit's date is its
    maker's word, so whoever has stolen a key could otherwise sign with a date before the theft was noticed.
    """
    if not commit.signature:
        raise NotSigned("it is not signed; a rebase takes a signature away")
    if not commit.signature.startswith(_SSH):
        raise NotSigned("it is not signed with an SSH key")
    with tempfile.TemporaryDirectory(prefix="slipway-signers-") as folder:
        signers, signature = Path(folder) / "allowed_signers", Path(folder) / "signature"
        signers.write_bytes(allowed)
        signature.write_text(commit.signature)
        settings = {"gpg.ssh.allowedSignersFile": str(signers), "gpg.ssh.program": "ssh-keygen"}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        answer = git.ask(*options, "verify-commit", "--raw", commit.sha)
        key = _KEY.search(answer.err)
        if answer.code or key is None:
            raise NotSigned(_problem(answer.err, key[2] if key else ""))
        now = _keygen("-Y", "find-principals", "-f", str(signers), "-s", str(signature))
        if now.returncode:
            raise NotSigned(_problem(now.stderr, key[2]))
        return Signature(f"{key[1]} {key[2]}", frozenset(now.stdout.split("\n")) - {""})


def _problem(said: str, key: str) -> str:
    """In words, from what ssh-keygen says."""
    of = f"its key {key}".rstrip()
    if "key has expired" in said:
        return f"{of} is not valid any more"
    if "key is not yet valid" in said:
        return f"{of} is not valid yet"
    if "No principal matched" in said or not said.strip():
        return f"{of} is not among the allowed signers"
    return "its signature is not good: " + "; ".join(said.split("\n")).strip("; ")


def _keygen(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["ssh-keygen", *arguments],
        capture_output=True,
        text=True,
        timeout=LOCAL_SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
    )
