"""Files that are whole at every moment: what a killed command leaves behind is the old text or the new one."""

import os
import tempfile
from pathlib import Path


def replace_text(path: Path, text: str) -> None:
    """Put `text` into `path` by writing a neighbour and renaming it over; the file's permissions stay.

    The neighbour lies in the same folder because a rename is atomic only within one file system. File and folder
    are both flushed to the disk, so that the order also survives a loss of power.
    """
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    handle, neighbour = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".new")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(neighbour, mode)
        os.replace(neighbour, path)
    except BaseException:
        Path(neighbour).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Flush a folder's own entries: a new or renamed file is durable only after this."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
