"""Guides as a reader follows them: their blocks in order, each command typed and its end compared with what is said of it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from tests.lifecycle.commands import PROGRAM, Result, Site

BLOCK = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ASSIGNED = re.compile(r"(\w+)=\$\((.*)\)")
ENDS = {"fails": 1, "stops": 1, "wrong": 2, "refused": 3, "finds": 4, "found": 4, "locked": 5}
"""The first word of a remark behind a command, and the exit code that it tells of; any other remark is about a good end."""
AUTHOR = {f"GIT_{who}_{what}": "ann@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@dataclass(frozen=True)
class Block:
    """What stands between fences: ```KIND WHERE."""

    kind: str
    where: str
    text: str


@dataclass(frozen=True)
class Line:
    """One command, with the remark behind it, and the variable that takes what it prints."""

    command: str
    remark: str
    variable: str = ""

    @property
    def code(self) -> int:
        """How it is said to end."""
        return ENDS.get(re.split(r"\W", self.remark, maxsplit=1)[0], 0)


def read(guide: str) -> str:
    """A guide's text."""
    return (PROGRAM / "docs" / "how-to" / guide).read_text()


def blocks(text: str) -> list[Block]:
    """All blocks, in order."""
    return [Block(*found) for found in BLOCK.findall(text)]


def lines(text: str) -> Iterator[Line]:
    """The commands of a block of kind `sh`; one that ends with a backslash goes on in the next line."""
    for line in text.replace("\\\n", "").splitlines():
        command, _, remark = re.sub(r"\s+#\s", "\0", line, count=1).partition("\0")
        if command.strip():
            assigned = ASSIGNED.fullmatch(command.strip())
            yield Line(assigned[2] if assigned else command.strip(), remark.strip(), assigned[1] if assigned else "")


def typed(text: str) -> list[Line]:
    """Every command of a guide."""
    return [line for block in blocks(text) if block.kind == "sh" for line in lines(block.text)]


def insert(path: Path, after: str, text: str) -> None:
    """An entry below a line of a file."""
    before = path.read_text()
    assert before.count(f"\n{after}\n") == 1
    path.write_text(before.replace(f"\n{after}\n", f"\n{after}\n{text}"))


class Reader:
    """Somebody who follows a guide. `known` are the variables that the guide says to set; `places` are where blocks of such a
    name are typed: a folder, or somebody's site, in its clone; the folder of the site itself where a block names none."""

    def __init__(self, site: Site, known: Mapping[str, str] | None = None, **places: Path | Site) -> None:
        self.site, self.known, self.places = site, dict(known or {}), places
        self.said: list[tuple[str, Result]] = []

    def follow(self, text: str, otherwise: Callable[[Block], None] | None = None) -> list[tuple[str, Result]]:
        """All commands, as typed, with their results; blocks of other kinds go to `otherwise`."""
        for block in blocks(text):
            if block.kind == "sh":
                for line in lines(block.text):
                    self.type(line, block.where)
            elif otherwise:
                otherwise(block)
        return self.said

    def type(self, line: Line, where: str = "") -> Result:
        """One command, which must end as the guide says."""
        words = shlex.split(Template(line.command).substitute(self.known))
        place = self.places.get(where, self.site.folder)
        if words[0] == "slipway":
            result = (place if isinstance(place, Site) else self.site)(*words[1:], code=line.code)
        else:
            result = self._run(words, place.config if isinstance(place, Site) else place)
            assert result.code == line.code, f"{line.command}: {result.code}\n{result.out}\n{result.err}"
        if line.variable:
            self.known[line.variable] = result.out.strip()
        self.said.append((line.command, result))
        return result

    def out(self, beginning: str) -> str:
        """What the last command that begins so has printed."""
        return next(result.out for command, result in reversed(self.said) if command.startswith(beginning))

    def _run(self, words: list[str], folder: Path) -> Result:
        environment = {**os.environ, **AUTHOR}
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, env=environment)
        return Result(done.returncode, done.stdout, done.stderr)
