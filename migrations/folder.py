"""A folder of migrations, read: its own files only, in the order in which they run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from migrations import layout
from model.errors import ConfigError, Problem


def files(folder: Path) -> dict[str, str]:
    """Name -> SQL; what undoes another file is left out. Raises ConfigError for a folder that is none."""
    if not folder.is_dir():
        raise ConfigError(Problem(str(folder), "", "there is no such folder", "Name the one with the migrations."))
    names = sorted((path.name for path in folder.iterdir() if layout.migrates(path.name)), key=layout.order)
    if twins := layout.twins(names):
        raise ConfigError(
            *(Problem(second, "", f"it has the number of {first}", "Give it the next one.") for first, second in twins)
        )
    return {name: text(folder / name) for name in names}


def each(paths: Iterable[Path]) -> dict[str, str]:
    """Single files, by their paths."""
    return {str(path): text(path) for path in paths}


def text(path: Path) -> str:
    """What is in a file. Raises ConfigError where it is no text."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            Problem(str(path), "", f"it cannot be read: {error}", "Name a file of SQL in UTF-8.")
        ) from None
