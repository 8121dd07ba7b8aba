"""Puts a page where it was asked for: into a file, whole at every moment, or onto stdout."""

import sys
from pathlib import Path

from delivery.atomic import replace_text
from model.errors import ConfigError, Problem

STDOUT = Path("-")
KEY = "--output"


def checked(path: Path) -> Path:
    """The path, if a file can be there. Raises ConfigError, before anything is gathered, where none can."""
    if path == STDOUT:
        return path
    if path.is_dir():
        what, remedy = f"{path} is a folder", f"Name a file in it, such as {path / 'report.html'}."
        raise ConfigError(Problem("command line", KEY, what, remedy))
    if not path.parent.is_dir():
        raise ConfigError(Problem("command line", KEY, f"there is no folder {path.parent}", "Make it first."))
    return path


def write(path: Path, text: str) -> None:
    """What was there is replaced. What is no file, such as a pipe, is written to as it is."""
    if path == STDOUT:
        sys.stdout.write(text)
        sys.stdout.flush()
    elif path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")
    else:
        replace_text(path, text)
