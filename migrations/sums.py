"""What each migration was when it was written, so that an edited one is seen: `migrations.sum`, or Atlas' `atlas.sum`.

A line of ours is `<sha256 in hex>  <name>`, as sha256sum writes it: two branches that add files do not touch each other's
lines. Atlas' hashes each go over all files up to this one: https://atlasgo.io/concepts/migration-directory-integrity
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from migrations import layout
from migrations.finding import Mistake

OURS, ATLAS = "migrations.sum", "atlas.sum"
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
_ATLAS_LINE = re.compile(r"(\S.*) h1:([A-Za-z0-9+/]{43}=)")
_ATLAS_IGNORED = re.compile(rb"^-- ?atlas:sum ignore\b", re.MULTILINE)


def beside(folder: Path, *, of_atlas: bool = False) -> dict[str, bytes]:
    """The files of a folder that are summed up, name -> content. Atlas takes whatever ends in `.sql`."""
    return {
        each.name: each.read_bytes()
        for each in sorted(folder.iterdir())
        if (each.name.endswith(".sql") if of_atlas else layout.migrates(each.name)) and each.is_file()
    }


def written(files: Mapping[str, bytes]) -> str:
    """What `migrations.sum` says of these files, name -> content."""
    return "".join(f"{_hash(files[name])}  {name}\n" for name in sorted(files, key=layout.order))


def wrong(path: str, text: str, files: Mapping[str, bytes]) -> Iterator[Mistake]:
    """Where `migrations.sum` and the files beside it differ."""
    known: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match:
            known[match[2]] = (match[1], number)
        elif line.strip():
            remedy = "Write SHA256, two spaces and a name, or let 'slipway migrations sum' write it."
            yield Mistake("checksum", path, number, 1, "this line is no checksum and name", remedy)
    folder = path.removesuffix(OURS)
    for name, (expected, number) in known.items():
        if name not in files:
            remedy = "Put it back as it was: databases have it already."
            yield Mistake("edited", path, number, 1, f"{name} is gone", remedy)
        elif _hash(files[name]) != expected:
            yield _edited(f"{folder}{name}", f"{OURS} knows it otherwise")
    for name in sorted(set(files) - set(known), key=layout.order):
        remedy = f"Run 'slipway migrations sum {folder or '.'}' and commit {OURS} with it."
        yield Mistake("checksum", f"{folder}{name}", 1, 1, f"it is not in {OURS} yet", remedy)


def wrong_atlas(path: str, text: str, files: Mapping[str, bytes]) -> Iterator[Mistake]:
    """Where `atlas.sum` and the files beside it part. What comes after the first difference follows from it."""
    known = [(match[1], match[2]) for line in text.splitlines() if (match := _ATLAS_LINE.fullmatch(line))]
    folder, here = path.removesuffix(ATLAS), list(_atlas(files))
    for number, (name, hashed) in enumerate(known):
        own, digest = here[number] if number < len(here) else ("", "")
        if own != name:
            what = f"it has {name} where the folder has {own or 'nothing more'}"
            yield Mistake("checksum", path, number + 2, 1, what, "Run 'atlas migrate hash', or put the files back.")
            return
        if digest != hashed:
            yield _edited(f"{folder}{name}", f"{ATLAS} knows it otherwise")
            return
    for name, _ in here[len(known) :]:
        yield Mistake("checksum", f"{folder}{name}", 1, 1, f"it is not in {ATLAS} yet", "Run 'atlas migrate hash'.")


def _atlas(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Name and hash of each file: of it and all before it."""
    running = hashlib.sha256()
    for name in sorted(files):
        if not _ATLAS_IGNORED.search(files[name]):
            running.update(name.encode())
            running.update(files[name])
            yield name, base64.b64encode(running.digest()).decode()


def edited(path: str, base: str) -> Mistake:
    """A migration that the base has otherwise."""
    return _edited(path, f"{base} has it otherwise")


def _edited(path: str, why: str) -> Mistake:
    remedy = "Put it back as it was, and write what is to change into a new migration: databases have run this one."
    return Mistake("edited", path, 1, 1, f"this migration was edited: {why}", remedy)


def _hash(raw: bytes) -> str:
    """Line ends do not count: git may have changed them."""
    return hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()
