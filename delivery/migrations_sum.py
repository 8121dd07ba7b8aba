"""`slipway migrations sum`: the checksums of a folder's migrations."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from delivery import atomic
from migrations import sums
from model.errors import ConfigError, Problem


@dataclass(frozen=True)
class Written:
    """Where the checksums are, of how many files, and which of them were not there before."""

    path: Path
    files: int
    added: tuple[str, ...]


def write(folder: Path, accept: bool = False) -> Written:
    """Write it anew. Raises ConfigError for edits of what it knows, unless they are accepted."""
    if not folder.is_dir():
        raise ConfigError(Problem(str(folder), "", "there is no such folder", "Name the folder of the migrations."))
    path = folder / sums.OURS
    files = sums.beside(folder)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    missing = {each.file for each in sums.wrong(path.as_posix(), before, files) if each.rule == "checksum"}
    edits = [each for each in sums.wrong(path.as_posix(), before, files) if each.rule == "edited"]
    if edits and not accept:
        remedy = "Put it back as it was, or say --accept-edits if no database has run it."
        raise ConfigError(*(Problem(each.file, "", each.what, remedy) for each in edits))
    text = sums.written(files)
    if text != before:
        atomic.replace_text(path, text)
    return Written(path, len(files), tuple(name for name in files if (folder / name).as_posix() in missing))
