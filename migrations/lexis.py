"""PostgreSQL's lexical rules: one compiled expression, and what no expression can match by hand.

https://www.postgresql.org/docs/15/sql-syntax-lexical.html; what psql reads beside it stands in `psql.py`. Strings are read with
standard_conforming_strings on, as they have been since 9.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from migrations import psql, strings

_HEAD = r"[A-Za-z_\x80-\U0010ffff]"
_TAIL = r"[A-Za-z0-9_\x80-\U0010ffff]"
TOKEN = re.compile(
    rf"""
    (?P<string>[eE]'(?:[^'\\]++|\\.|'')*+'(?:{strings.GOES_ON}'(?:[^'\\]++|\\.|'')*+')*+
        |(?:[uU]&|[bBxXnN])?'(?:[^']++|'')*+'(?:{strings.GOES_ON}'(?:[^']++|'')*+')*+)
    |(?P<quoted>(?:[uU]&)?"(?:[^"]++|"")*+")
    |(?P<comment>--[^\r\n]*+|/\*(?:[^*/]++|\*(?!/)|/(?!\*))*+\*/)
    |(?P<dollar>\$(?P<tag>(?:{_HEAD}{_TAIL}*+)?)\$.*?\$(?P=tag)\$)
    |(?P<open>[eE]?'|"|/\*|\$(?:{_HEAD}{_TAIL}*+)?\$)
    |(?P<word>{_HEAD}(?:{_TAIL}|\$)*+)
    |(?P<number>[0-9]++(?:\.[0-9]++)?+\w*+|\$[0-9]++)
    |(?P<psql>\\)
    |(?P<sign>::|:=|[^ \t\r\n\f\v])
    """,
    re.VERBOSE | re.DOTALL,
)
_SIMPLE = re.compile(r"""[ \t\r\n\f\v]*+([^;'"$\\\\:/-]*+);""")
_SIMPLE_WORD = re.compile(r"[A-Z_][A-Z0-9_]*+|[0-9]++(?:\.[0-9]++)?+\w*+|[^ \t\r\n\f\v]")
_NESTING = re.compile(r"/\*|\*/")
_SHOWN = re.compile(r"[^\r\n]")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_LONE = re.compile(r"\r(?!\n)")
_UPPER = {ord(letter): ord(letter.upper()) for letter in "abcdefghijklmnopqrstuvwxyz"}
_LOWER = {upper: letter for letter, upper in _UPPER.items()}


@dataclass(frozen=True)
class Broken:
    """Where a text cannot be read on, and why."""

    at: int
    what: str


@dataclass
class Lexed:
    """A statement's words up to each semicolon, with where each of them begins and ends.

    Bare words are in upper case; what is quoted is as it was written. `blanks` are comments, psql's commands and data, which
    are no SQL; `comments` the first of them. `words` and what follows are of the statement that is being read.
    """

    statements: list[tuple[list[str], list[int], int]] = field(default_factory=list)
    comments: list[tuple[int, int]] = field(default_factory=list)
    blanks: list[tuple[int, int]] = field(default_factory=list)
    variables: psql.Variables = field(default_factory=psql.Variables)
    broken: Broken | None = None
    words: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    depth: int = 0
    atomic: int = 0
    no_data: bool = False
    escaped: bool = False


def lex(text: str, *, places: bool = True) -> Lexed:
    """Read a text to its end, or to where a quote or comment has none.

    Without `places`, only the first word's is known where a statement has nothing in it that could be a body.
    """
    found = Lexed()
    position: int | None = 0
    while position is not None:
        if not places and not found.words:
            position = _simple(text, position, found)
        position = _on(text, position, found)
    if found.words:
        _ended(found, len(text))
    return found


def _simple(text: str, position: int, found: Lexed) -> int:
    """Statements without a quote, comment, dollar, backslash or colon, at once; to where the first other one begins."""
    while match := _SIMPLE.match(text, position):
        said = match[1]
        if not said.isascii() or said.count("(") != said.count(")"):
            break
        words: list[str] = _SIMPLE_WORD.findall(said.upper())
        if "ATOMIC" in words or (words and words[0] == "COPY"):
            break
        if words:
            start = match.start(1)
            found.statements.append((words, [start] * len(words), match.end() - 1))
        position = match.end()
    return position


def _on(text: str, position: int, found: Lexed) -> int | None:
    """Read on from a place; to where to go on from when something was in between that no expression matches."""
    words, starts = found.words, found.starts
    for match in TOKEN.finditer(text, position):
        kind, start = match.lastgroup, match.start()
        if kind == "word":
            word = _upper(match[0])
            if found.atomic or word == "ATOMIC":
                _atomic(word, found)
            words.append(word)
            starts.append(start)
        elif kind == "sign":
            sign = match[0]
            if sign == ";" and found.depth == 0 and found.atomic == 0:
                if words:
                    _ended(found, start)
                    if words[0] == "COPY" and psql.reads_data(words) and (end := _data(text, start, found)):
                        return end
                    return start + 1
                continue
            if sign == "(":
                found.depth += 1
            elif sign == ")":
                found.depth = max(found.depth - 1, 0)
            elif sign == ":":
                found.variables.variable(text, start, words)
            words.append(sign)
            starts.append(start)
        elif kind == "comment":
            found.comments.append(match.span())
            found.blanks.append(match.span())
            if not words:
                return match.end()
        elif kind == "psql":
            return _command(text, start, found)
        elif kind == "open":
            return _opened(text, start, match[0], found)
        else:
            found.escaped = found.escaped or match[0][1:2] == "&"
            words.append(match[0])
            starts.append(start)
    return None


def _upper(word: str) -> str:
    """As PostgreSQL folds: letters beyond ASCII stay as they are, so that none becomes a word of the language."""
    return word.upper() if word.isascii() else word.translate(_UPPER)


def lower(word: str) -> str:
    """The same the other way round."""
    return word.lower() if word.isascii() else word.translate(_LOWER)


def _ended(found: Lexed, at: int) -> None:
    words, starts = found.words, found.starts
    if found.escaped:
        words, starts = strings.unescaped(words, starts)
    found.statements.append((words, starts, at))
    found.words, found.starts = list[str](), list[int]()
    found.depth = found.atomic = 0
    found.escaped = False


def _atomic(word: str, found: Lexed) -> None:
    """The body of a function in plain SQL, BEGIN ATOMIC ... END, has semicolons of its own."""
    if word == "ATOMIC":
        if found.words[-1:] == ["BEGIN"] and found.words[0] == "CREATE":
            found.atomic = 1
    elif word in ("CASE", "END"):
        found.atomic += 1 if word == "CASE" else -1


def _data(text: str, start: int, found: Lexed) -> int | None:
    """What COPY FROM STDIN reads. Once there is no end of it, there is none further down."""
    blank = None if found.no_data else psql.data(text, start)
    if blank is None:
        found.no_data = True
        return None
    found.blanks.append(blank)
    return blank[1]


def _command(text: str, start: int, found: Lexed) -> int:
    end = found.variables.command(text, start)
    found.blanks.append((start, end))
    if psql.sends(text, start) and found.words:
        _ended(found, start)
    return end


def _opened(text: str, start: int, opening: str, found: Lexed) -> int | None:
    """A comment with others in it, or something without an end."""
    end = _comment_end(text, start) if opening == "/*" else None
    if end is None:
        name = {"/*": "comment", '"': "quoted name"}.get(opening, "string")
        found.broken = Broken(start, f"the {name} that begins here has no end")
        return None
    found.comments.append((start, end))
    found.blanks.append((start, end))
    return end


def plain(text: str, found: Lexed) -> str:
    """The SQL of a text for whoever counts bytes and knows no psql: every offset is as it was, every character ASCII."""
    parts, position = list[str](), 0
    changes = sorted([*((a, b, None) for a, b in found.blanks), *((at, at + 1, " ") for at in found.variables.places)])
    for start, end, instead in changes:
        if start < position:
            continue
        parts += [text[position:start], instead or _blank(text[start:end])]
        position = end
    made = "".join([*parts, text[position:]])
    return _LONE.sub("\n", made if made.isascii() else _FOREIGN.sub("x", made))


def _blank(text: str) -> str:
    """A statement that a psql command sends ends there for others too."""
    spaced = _SHOWN.sub(" ", text)
    return f";{spaced[1:]}" if psql.sends(text) else spaced


def _comment_end(text: str, start: int) -> int | None:
    depth = 0
    for match in _NESTING.finditer(text, start):
        depth += 1 if match[0] == "/*" else -1
        if depth == 0:
            return match.end()
    return None
