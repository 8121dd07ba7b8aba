"""A site as a file of a version: its config, its ledgers, the states of its stacks, and the world that fits them.

Secrets in it are the sandbox's stand-ins, sealed with the sandbox's own passphrase.
"""

from __future__ import annotations

import sqlite3
import tarfile
import tempfile
from pathlib import Path

from tests.lifecycle.commands import Commands, Site

FOLDER = Path(__file__).parent
STACKS = ("shared", "dev", "staging", "prod", "pr-42")
"""Every environment, and a preview."""
_KEPT = (".sandbox/.pulumi/meta.yaml", ".sandbox/.pulumi/stacks", "config")
_WORLD = Path(".sandbox", "world.sqlite")


def file(version: str) -> Path:
    """Where a version's site is."""
    return FOLDER / version / "site.tar.xz"


def record(site: Site, path: Path) -> None:
    """Write a site down; one file, as its parts have much in common and so are small together."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(path, "w:xz", preset=9) as archive:
        world = Path(folder) / _WORLD.name
        connection = sqlite3.connect(site.folder / _WORLD)
        connection.execute("VACUUM INTO ?", (str(world),))
        connection.close()
        archive.add(world, str(_WORLD), filter=_anonymous)
        for name in _KEPT:
            archive.add(site.folder / name, name, filter=_anonymous)


def unpacked(path: Path, folder: Path, commands: Commands) -> Site:
    """A site as it was written down."""
    with tarfile.open(path) as archive:
        # Python knows filters since 3.11.4; before, there is nothing to set.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(folder)
    return Site(commands, folder)


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Without whose file it was, and without locks."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return None if member.name.endswith(".lock") else member
