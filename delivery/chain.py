"""The chain that a ledger is: each line holds the hash of the one before it, so that nobody can change one unnoticed.

The first one holds the hash of the chain's name, so that an entry cannot be carried from one environment's file into another's.
A line's own hash is of its bytes without it. That is proven over the bytes as they are: what a line says is read when somebody
asks, since a decision looks at few of the thousands that it must be able to believe.
"""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from pydantic_core import from_json

from model.errors import ConfigError, Problem

FOLDER = "releases"
HASH = b',"hash":"'
"""What stands before a line's hash. Keys are sorted, and in a text there is no quote without a backslash before it: the last
of these in a line is its own."""
CONFLICT = "a merge of git's has left a conflict here"
_REST = len(HASH) + 64 + 1
_HEAD = re.compile(rb'\{"at":"[^"\\\n]*","event":"[^"\\\n]*","facts":\{')


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `facts` is what there is to know about this kind of event."""

    number: int
    at: str
    who: str
    event: str
    facts: Mapping[str, Any]
    previous: str
    hash: str

    def as_json(self) -> dict[str, Any]:
        """The object that stands in the file."""
        return {
            "number": self.number,
            "at": self.at,
            "who": self.who,
            "event": self.event,
            "facts": dict(self.facts),
            "previous": self.previous,
            "hash": self.hash,
        }


@dataclass(frozen=True)
class Break:
    """A place where the chain does not hold: line number (from 1) and what is wrong there."""

    line: int
    problem: str


class Chain(Sequence[Entry]):
    """Entries, oldest first, whose lines are known to be a whole chain; an entry is read when it is asked for.

    Raises ConfigError there for a line that is none, though its hash is right.
    """

    def __init__(self, name: str, content: bytes, starts: Sequence[int]) -> None:
        """`starts` is where each line begins, and behind them where the last one has ended."""
        self._name = name
        self._content = content
        self._starts = starts
        self._read: list[Entry | None] = [None] * (len(starts) - 1)

    def __len__(self) -> int:
        return len(self._read)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> list[Entry]: ...
    def __getitem__(self, index: int | slice) -> Entry | list[Entry]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        return self._read[index] or self._entry(range(len(self))[index])

    def having_any(self, texts: Sequence[str]) -> Iterator[Entry]:
        """Those whose line has one of these texts in it, newest first."""
        before = self._starts[-1]
        last = {text.encode(): before for text in texts}
        while last:
            for text in [text for text, at in last.items() if at >= before]:
                last[text] = self._content.rfind(text, 0, before)
                if last[text] < 0:
                    del last[text]
            if last:
                index = self._line_at(max(last.values()))
                before = self._starts[index]
                yield self[index]

    def having_all(self, texts: Sequence[str]) -> Iterator[Entry]:
        """Those whose line has all of these texts in it, newest first. The rarest text says which lines are looked at."""
        wanted = [text.encode() for text in texts]
        before = self._starts[-1]
        while True:
            lines: list[int] = []
            for text in wanted:
                if (last := self._content.rfind(text, 0, before)) < 0:
                    return
                lines.append(self._line_at(last))
                before = self._starts[lines[-1] + 1]
            if lines[0] == lines[-1]:
                before = self._starts[lines[0]]
                yield self[lines[0]]

    def _line_at(self, position: int) -> int:
        return bisect_right(self._starts, position) - 1

    def _entry(self, index: int) -> Entry:
        line = self._content[self._starts[index] : self._starts[index + 1] - 1]
        try:
            entry = Entry(**from_json(line, cache_strings="keys"))
        except (ValueError, TypeError):
            raise broken(self._name, Break(index + 1, "this is not a ledger entry")) from None
        self._read[index] = entry
        return entry


def newest(entries: Sequence[Entry], *events: str) -> Iterator[Entry]:
    """The entries of these events, newest first."""
    found = mentioning_any(entries, *(f'","event":"{event}","facts":{{' for event in events))
    return (entry for entry in found if entry.event in events)


def mentioning_any(entries: Sequence[Entry], *texts: str) -> Iterator[Entry]:
    """The entries that can have one of these texts in them, as JSON spells it, newest first: of a chain no others are read. Whoever
    asks looks at what each one says."""
    return entries.having_any(texts) if isinstance(entries, Chain) and all(texts) else reversed(entries)


def mentioning_all(entries: Sequence[Entry], *texts: str) -> Iterator[Entry]:
    """The same for entries that can have all of them in them."""
    return entries.having_all(texts) if isinstance(entries, Chain) and texts and all(texts) else reversed(entries)


def whole(name: str, content: bytes) -> Chain | None:
    """The chain of a file's lines, a torn end left out; None where one of them is not as it must be.

    So it is where each line's hash is that of its bytes, and its number and the hash before it follow the line before.
    """
    starts = [0]
    seal, start = genesis(name), 0
    while (end := content.find(b"\n", start)) >= 0:
        at = content.rfind(HASH, start, end)
        previous, seal = seal, hashlib.sha256(content[start:at] + content[at + _REST : end]).hexdigest()
        follows = f'"{seal}","number":{len(starts)},"previous":"{previous}","who":"'.encode()
        if not content.startswith(follows, at + len(HASH) - 1) or not _HEAD.match(content, start, end):
            return None
        start = end + 1
        starts.append(start)
    return Chain(name, content, starts)


def genesis(name: str) -> str:
    """The hash that the first entry of a chain follows."""
    return hashlib.sha256(f"slipway ledger {name}".encode()).hexdigest()


def broken(name: str, place: Break) -> ConfigError:
    """A damaged record decides nothing."""
    return ConfigError(Problem(f"{FOLDER}/{name}.jsonl", f"line {place.line}", place.problem, remedy([place.problem])))


def remedy(problems: Collection[str]) -> str:
    """What to do about breaks of a chain."""
    if CONFLICT in problems:
        return "Take it back with 'git merge --abort' or 'git rebase --abort': a command with --push brings both sides together."
    return "Restore the file from git: entries are only ever added."
