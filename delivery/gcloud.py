"""Asking and telling Google Cloud through its own command, `gcloud`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from delivery.errors import Failed

COMMAND = "gcloud"
LIMIT_SECONDS = 900
"""Enabling a dozen APIs takes minutes; nothing here takes a quarter of an hour."""

_ABSENT = re.compile(r"not.?found|\b404\b|does not exist", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """What gcloud said. `found` is the JSON document, None where the thing is not there; `problem` is its error."""

    found: Any = None
    problem: str = ""


def ask(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Answer:
    """Something that only reads. That a thing is not there is an answer; not being allowed to see it is a problem.

    `environment` comes to what is there: it may say as whom to act.
    """
    done = _run([*arguments, "--format=json"], environment)
    if done.returncode:
        problem = error_of(done.stderr)
        return Answer() if absent(problem) else Answer(problem=problem)
    try:
        return Answer(json.loads(done.stdout or "null"))
    except ValueError:
        return Answer(problem=f"no JSON: {done.stdout[:200]!r}")


def tell(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Something that changes; the error, empty where it was done."""
    done = _run(arguments, environment)
    return error_of(done.stderr) or f"exit code {done.returncode}" if done.returncode else ""


def absent(problem: str) -> bool:
    """Whether an error says that the thing is not there."""
    return bool(_ABSENT.search(problem))


def error_of(text: str) -> str:
    """From its first error on, without the progress and warnings before; all where no line is marked as one."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    first = next((at for at, line in enumerate(lines) if line.startswith("ERROR:")), 0)
    return "\n".join(lines[first:]).removeprefix("ERROR: ")


def _run(arguments: Sequence[str], environment: Mapping[str, str] | None) -> subprocess.CompletedProcess[str]:
    program = shutil.which(COMMAND)
    if program is None:
        raise Failed("gcloud is not on the PATH", "Install it: https://cloud.google.com/sdk/docs/install")
    if arguments[0] != COMMAND:
        raise ValueError(f"not a command of gcloud: {arguments}")
    # Quietly: a question that nobody sees would wait for ever. It is answered with its default.
    command = [program, *arguments[1:], "--quiet"]
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
        )
    except subprocess.TimeoutExpired:
        minutes = LIMIT_SECONDS // 60
        raise Failed(f"gcloud has not answered in {minutes} minutes: {' '.join(arguments)}", "Try it again.") from None
