"""What psql reads beside SQL: its commands, its variables, and the data of COPY FROM STDIN.

https://www.postgresql.org/docs/15/app-psql.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_SENDS = re.compile(r"\\(?:;|(?:g|gx|gset|gexec|gdesc|r|reset|crosstabview|watch)\b)")
_COMMAND = re.compile(
    r"""\\(?:(?P<line>(?:!|copy|h|help|ef|ev|sf|sv)(?![A-Za-z_]))[^\r\n]*+
    |(?P<name>[^\s\\'"]*+)(?:[^\\'"`\r\n]++|'(?:[^'\\\r\n]++|\\.)*+'?|"[^"\r\n]*+"?|`[^`\r\n]*+`?)*+(?:\\\\)?)""",
    re.VERBOSE,
)
_ELSEWHERE = frozenset(("gexec", "i", "include", "ir", "include_relative", "c", "connect", "!", "lo_unlink"))
"""Commands that run what is not in the file, or run it on another database."""
_GIVES = frozenset(("gset", "prompt", "getenv"))
"""Commands that give variables values which stand nowhere."""
_SET = re.compile(r"\\set[ \t]+(\w+)(?:[ \t]+(\w+|'\w+')|.*)", re.DOTALL)
_VARIABLE = re.compile(r":(?:(\w+)|['\"])")
_LINE = re.compile(r"[^\r\n]*")
_COPY_END = re.compile(r"^\\\.[ \t]*\r?$", re.MULTILINE)


@dataclass
class Variables:
    """`places` are where they stand; `elsewhere` commands and variables that run what does not stand here, with their places;
    `plain` the variables that `\\set` has made one word.
    """

    places: list[int] = field(default_factory=list)
    elsewhere: list[tuple[str, int, int]] = field(default_factory=list)
    plain: set[str] = field(default_factory=set)

    def command(self, text: str, start: int) -> int:
        """A command, to the end of its arguments: with the line, or at the next command, or at two backslashes, behind which SQL
        goes on. Of some the line is theirs, whatever is in it.
        """
        if text.startswith("\\;", start):
            return start + 2
        match = _COMMAND.match(text, start)
        if match is None:
            return start + 1
        name = match["line"] or match["name"]
        if name in _ELSEWHERE:
            self.elsewhere.append((name, start, match.end()))
        elif name in _GIVES:
            self.plain.clear()
        elif name == "set" and (setting := _SET.fullmatch(match[0].removesuffix("\\\\").rstrip())):
            (self.plain.add if setting[2] else self.plain.discard)(setting[1])
        return match.end()

    def variable(self, text: str, start: int, words: Sequence[str]) -> None:
        """:name may stand for any SQL; :'name' and :"name" are one word, and [a:b] most likely is no variable."""
        match = _VARIABLE.match(text, start)
        if match is None or text[start + 1].isdecimal():
            return
        self.places.append(start)
        if match[1] and match[1] not in self.plain and words.count("[") <= words.count("]"):
            self.elsewhere.append((":", start, start + 1))


def sends(text: str, start: int = 0) -> bool:
    """Whether a command ends the statement before it, as a semicolon does, or makes psql forget it."""
    return bool(_SENDS.match(text, start))


def reads_data(words: Sequence[str]) -> bool:
    """Whether COPY reads what follows: FROM STDIN, in no query of its own."""
    depth = 0
    for at, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if depth == 0 and word == "FROM" and words[at + 1 : at + 2] == ["STDIN"]:
            return True
    return False


def data(text: str, start: int) -> tuple[int, int] | None:
    """From the end of COPY's line to a line with a backslash and a full stop; None where there is none."""
    end = _COPY_END.search(text, start)
    line = _LINE.match(text, start + 1)
    return (line.end() if line else start + 1, end.end()) if end else None
