"""The ledger: what happened to an environment, by whom and when, so that nobody can rewrite it unnoticed.

One JSON object a line, in one chain (`delivery.chain`). What the chain alone cannot show is a cut at its end: the file is
committed with the config change it explains, and git has the rest.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from pydantic_core import from_json

from delivery import chain
from delivery.atomic import sync_folder
from delivery.chain import FOLDER, Break, Entry, broken, genesis

_known: dict[str, tuple[bytes, Sequence[Entry]]] = {}
"""The content that was checked last of each ledger, and what is in it: a command reads a ledger several times. The bytes decide
whether it is still that, since a file may change within the time that its stamp counts in."""


class Ledger:
    """One chain in one file, `releases/<name>.jsonl` of the config folder."""

    def __init__(self, config_dir: Path, name: str) -> None:
        self.name = name
        self.path = config_dir / FOLDER / f"{name}.jsonl"

    def entries(self) -> Sequence[Entry]:
        """All entries, oldest first. Raises ConfigError where the chain is broken: a damaged record decides nothing."""
        return entries(self.name, self._bytes())

    def verify(self) -> list[Break]:
        """Every place where the chain is broken; a torn last line counts."""
        lines, torn = whole_lines(self._bytes())
        breaks = check(self.name, lines)[1]
        return [*breaks, Break(len(lines) + 1, "the last entry is torn")] if torn else breaks

    def append(self, who: str, at: datetime, event: str, facts: Mapping[str, Any]) -> Entry:
        """Add an entry. Two processes at once queue; a torn last line of a killed one is cut off first.

        The entry was acknowledged to nobody before its line was whole and flushed, so nothing is lost by the cut.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with locked(self.path) as file:
            content = file.read()
            torn = whole_lines(content)[1]
            if torn:
                file.truncate(len(content) - torn)
            entry = following(self.name, content, who, at, event, facts)
            file.seek(0, os.SEEK_END)
            file.write(written(entry))
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.path.parent)
        return entry

    def _bytes(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""


@contextmanager
def locked(path: Path) -> Iterator[BinaryIO]:
    """The file, made where it is missing, and nobody else's until the block ends.

    git replaces a file instead of writing into it, so whoever waited may hold one that is gone, and opens the new one.
    """
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        with os.fdopen(handle, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _is_at(file, path):
                yield file
                return


def entries(name: str, content: bytes) -> Sequence[Entry]:
    """A chain's entries, read from the bytes of its file. Raises ConfigError where it is broken; a torn end is left out."""
    known = _known.get(name)
    if known is None or known[0] != content:
        known = _known[name] = content, chain.whole(name, content) or _checked(name, content)
    return known[1]


def following(name: str, content: bytes, who: str, at: datetime | str, event: str, facts: Mapping[str, Any]) -> Entry:
    """The entry that comes next in the chain of this content, a torn end left out; pure. `at` may be the stamp itself."""
    lines, _ = whole_lines(content)
    last: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    stamp = at if isinstance(at, str) else at.isoformat(timespec="milliseconds")
    previous = str(last.get("hash", genesis(name)))
    return _sealed(int(last.get("number", 0)) + 1, stamp, who, event, facts, previous)


def written(entry: Entry) -> bytes:
    """The line that an entry is in its file."""
    return _line(entry.as_json()) + b"\n"


def _checked(name: str, content: bytes) -> list[Entry]:
    """The entries of lines that are not as this project writes them, if their chain holds all the same."""
    found, breaks = check(name, whole_lines(content)[0])
    if breaks:
        raise broken(name, breaks[0])
    return found


def check(name: str, lines: list[bytes]) -> tuple[list[Entry], list[Break]]:
    """The entries of a chain's lines and every break among them; pure."""
    try:
        # As one document a long chain is read several times as fast as line by line.
        read = from_json(b"[" + b",".join(lines) + b"]", cache_strings="keys")
        if len(read) == len(lines) and not (found := _followed(name, lines, read))[1]:
            return found
    except ValueError:
        pass
    return _followed(name, lines, map(json.loads, lines))


def _followed(name: str, lines: Sequence[bytes], read: Iterable[Any]) -> tuple[list[Entry], list[Break]]:
    """The chain of lines, each with what was read from it, one after the other."""
    entries: list[Entry] = []
    breaks: list[Break] = []
    previous, number = genesis(name), 0
    values = iter(read)
    for position, line in enumerate(lines, 1):
        try:
            entry = Entry(**next(values))
            sealed = _seal_of(line, entry.hash)
        except (ValueError, TypeError):
            marked = line.startswith((b"<<<<<<< ", b">>>>>>> "))
            breaks.append(Break(position, chain.CONFLICT if marked else "this is not a ledger entry"))
            continue
        if sealed != entry.hash:
            breaks.append(Break(position, f"entry {entry.number} was edited"))
        elif entry.previous != previous:
            breaks.append(Break(position, f"entry {entry.number} does not follow the entry before it"))
        elif entry.number != number + 1:
            breaks.append(Break(position, f"entry {entry.number} follows entry {number}"))
        entries.append(entry)
        previous, number = entry.hash, entry.number
    return entries, breaks


def _sealed(number: int, at: str, who: str, event: str, facts: Mapping[str, Any], previous: str) -> Entry:
    entry = Entry(number, at, who, event, facts, previous, "")
    content = {key: value for key, value in entry.as_json().items() if key != "hash"}
    return Entry(number, at, who, event, facts, previous, hashlib.sha256(_line(content)).hexdigest())


def _is_at(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _seal_of(line: bytes, hash: str) -> str:
    """The hash of a line's bytes without the hash in them: keys are sorted, so that it stands before the last three.

    What was written otherwise than `_line` writes has other bytes, and so another hash.
    """
    before, _, after = line.rpartition(b',"hash":"' + hash.encode() + b'"')
    return hashlib.sha256(before + after).hexdigest()


def _line(data: Mapping[str, Any]) -> bytes:
    """The one way to write an entry: what is hashed is what stands in the file."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def whole_lines(content: bytes) -> tuple[list[bytes], int]:
    """The complete lines, and how many bytes of an incomplete one follow them."""
    *lines, rest = content.split(b"\n")
    return lines, len(rest)
