"""git, asked by a program: nobody is at the keyboard, every wait ends, and no setting of a person changes an answer."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from delivery.errors import Failed, Locked

LOCAL_SECONDS = 60.0
"""For what touches this machine only; a large clone on a slow disk takes seconds."""
NETWORK_SECONDS = 120.0
"""For a fetch or a push of a few small commits."""
SIGNING_SECONDS = 120.0
"""For a signature: a person may have to type a passphrase or to touch a security key."""

SETTINGS = {
    "color.ui": "false",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.quotePath": "false",
    "fetch.prune": "false",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "i18n.commitEncoding": "utf-8",
    "i18n.logOutputEncoding": "utf-8",
    "log.showSignature": "false",
    "maintenance.auto": "false",
    "push.followTags": "false",
    "push.gpgSign": "false",
    "push.recurseSubmodules": "no",
    "user.useConfigOnly": "true",
}
"""What a person may have set otherwise. The hooks of a clone are for people: they ask, rewrite and take their time."""

_NOT_OURS = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
    "SSH_ASKPASS",
)
"""Set where a command runs inside a hook, these would lead git to another repository than the config folder's."""

_FIXED = {
    "GIT_EDITOR": "true",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_LOCK = re.compile(r"Unable to create '([^']*)\.lock': File exists")


@dataclass(frozen=True)
class Answer:
    """What git said, and its exit code."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """stdout without the line end."""
        return self.out.decode(errors="replace").rstrip("\n")


@dataclass(frozen=True)
class Git:
    """git in one folder."""

    folder: Path

    def __call__(
        self,
        *arguments: str,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
        seconds: float = LOCAL_SECONDS,
    ) -> str:
        """stdout of something that must succeed. Raises Failed in git's words, Locked where another git is at work."""
        answer = self.ask(*arguments, stdin=stdin, environment=environment, seconds=seconds)
        return _checked(arguments, answer).text

    def raw(self, *arguments: str) -> bytes:
        """stdout as it is, of something that must succeed."""
        return _checked(arguments, self.ask(*arguments)).out

    def ask(
        self,
        *arguments: str,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
        seconds: float = LOCAL_SECONDS,
    ) -> Answer:
        """Something that may say no. Raises Failed where git is missing or does not answer in time."""
        program = shutil.which("git")
        if program is None:
            raise Failed("git is not on the PATH", "Install it: https://git-scm.com/downloads")
        settings = [part for key, value in SETTINGS.items() for part in ("-c", f"{key}={value}")]
        ours = {key: value for key, value in os.environ.items() if key not in _NOT_OURS}
        try:
            done = subprocess.run(
                [program, *settings, *arguments],
                cwd=self.folder,
                env={**ours, **_FIXED, **(environment or {})},
                input=stdin,
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Failed(f"git {verb(arguments)} has not answered in {seconds:.0f} seconds", "Try it again.") from None
        return Answer(done.returncode, done.stdout, done.stderr.decode(errors="replace"))


def _checked(arguments: tuple[str, ...], answer: Answer) -> Answer:
    if answer.code == 0:
        return answer
    if lock := _LOCK.search(answer.err):
        remedy = f"Wait until it is done; if none is running, remove {lock[1]}.lock."
        raise Locked("another git command is at work here", remedy)
    raise Failed(f"git {verb(arguments)} failed: {reason(answer)}", "Repair that and run the same command again.")


def reason(answer: Answer) -> str:
    """git's own words, without its hints and advice."""
    lines = [line.strip() for line in answer.err.splitlines() if line.strip() and not line.startswith("hint:")]
    return "; ".join(lines) or f"exit code {answer.code}"


def verb(arguments: tuple[str, ...]) -> str:
    """The git command among arguments that may begin with settings."""
    rest = list(arguments)
    while rest and rest[0] == "-c":
        del rest[:2]
    return rest[0] if rest else ""
