"""Where the policy over findings is, for a folder of code that has no program of ours."""

from __future__ import annotations

import os
from pathlib import Path

from delivery import place
from delivery.place import CONFIG_DIR
from model.errors import ConfigError, Problem
from model.findings import FILE


def has_program() -> bool:
    """Whether there is a program to work on, with its config and its clock."""
    try:
        place.find()
    except ConfigError:
        return False
    return True


def folder(given: Path | None) -> Path:
    """The folder that was named, else the nearest one above with a policy. Raises ConfigError for one that there is not."""
    named = given or (Path(os.environ[CONFIG_DIR]) if os.environ.get(CONFIG_DIR) else None)
    if named is not None and not named.is_dir():
        raise ConfigError(Problem("command line", "--config-dir", f"there is no folder {named}", "Name a folder."))
    current = Path.cwd()
    return named or next((each for each in (current, *current.parents) if (each / FILE).is_file()), current)


def missing(where: Path) -> list[str]:
    """What is to be said where there is no policy of the team's own."""
    return [] if (where / FILE).is_file() else [f"there is no {FILE} in {where}: the defaults count"]
