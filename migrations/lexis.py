"""PostgreSQL's lexical rules: one compiled expression, and what no expression can match by hand.

https://www.postgresql.org/docs/15/sql-syntax-lexical.html; what psql does beside it (backslash commands, the data of
COPY FROM STDIN, variables), https://www.postgresql.org/docs/15/app-psql.html. Strings are read with
standard_conforming_strings on, as they have been since 9.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_HEAD = r"[A-Za-z_\x80-\U0010ffff]"
_TAIL = r"[A-Za-z0-9_\x80-\U0010ffff]"
TOKEN = re.compile(
    rf"""
    (?P<string>[eE]'(?:[^'\\]++|\\.|'')*+'|(?:[uU]&|[bBxXnN])?'(?:[^']++|'')*+')
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
_LINE = re.compile(r"[^\r\n]*")
_SENDS = re.compile(r"\\(?:;|g(?:\b|x\b|set\b|exec\b|desc\b)|crosstabview\b|watch\b)")
"""What ends a statement in psql, as a semicolon does."""
_VARIABLE = re.compile(r":[A-Za-z_'\"]")
_COPY_END = re.compile(r"^\\\.[ \t]*$", re.MULTILINE)
_SHOWN = re.compile(r"[^\r\n]")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_LONE = re.compile(r"\r(?!\n)")
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


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
    variables: list[int] = field(default_factory=list)
    broken: Broken | None = None
    words: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    depth: int = 0
    atomic: int = 0
    no_data: bool = False


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
            word = match[0].upper()
            if found.atomic or word == "ATOMIC":
                _atomic(word, found)
            words.append(word)
            starts.append(start)
        elif kind == "sign":
            sign = match[0]
            if sign == ";" and found.depth == 0 and found.atomic == 0:
                if words:
                    _ended(found, start)
                    if words[0] == "COPY" and "STDIN" in words and (end := _data(text, start, found)):
                        return end
                    return start + 1
                continue
            if sign == "(":
                found.depth += 1
            elif sign == ")":
                found.depth = max(found.depth - 1, 0)
            elif sign == ":" and _VARIABLE.match(text, start):
                found.variables.append(start)
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
            words.append(match[0])
            starts.append(start)
    return None


def _ended(found: Lexed, at: int) -> None:
    found.statements.append((found.words, found.starts, at))
    found.words, found.starts = list[str](), list[int]()
    found.depth = found.atomic = 0


def _atomic(word: str, found: Lexed) -> None:
    """The body of a function in plain SQL, BEGIN ATOMIC ... END, has semicolons of its own."""
    if word == "ATOMIC":
        if found.words[-1:] == ["BEGIN"] and found.words[0] == "CREATE":
            found.atomic = 1
    elif word in ("CASE", "END"):
        found.atomic += 1 if word == "CASE" else -1


def _data(text: str, start: int, found: Lexed) -> int | None:
    """What COPY FROM STDIN reads, up to a line with a backslash and a full stop."""
    end = None if found.no_data else _COPY_END.search(text, start)
    if end is None:
        found.no_data = True
        return None
    line = _LINE.match(text, start + 1)
    found.blanks.append((line.end() if line else start + 1, end.end()))
    return end.end()


def _command(text: str, start: int, found: Lexed) -> int:
    """A command of psql, to the end of its line."""
    sent, line = _SENDS.match(text, start), _LINE.match(text, start)
    end = sent.end() if sent and sent[0] == "\\;" else line.end() if line else len(text)
    found.blanks.append((start, end))
    if sent and found.words:
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
    changes = sorted([*((a, b, None) for a, b in found.blanks), *((at, at + 1, " ") for at in found.variables)])
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
    return f";{spaced[1:]}" if _SENDS.match(text) else spaced


def _comment_end(text: str, start: int) -> int | None:
    depth = 0
    for match in _NESTING.finditer(text, start):
        depth += 1 if match[0] == "/*" else -1
        if depth == 0:
            return match.end()
    return None


def is_text(word: str) -> bool:
    """Whether a word is a string, however it is quoted."""
    return word[-1] == "'" or (word[0] == "$" and word[-1] == "$" and len(word) > 1)


def content(word: str) -> tuple[str, list[int]]:
    """What a string says, and for each character where it stands in the word."""
    if word[0] == "$":
        tag = word.index("$", 1) + 1
        return word[tag:-tag], list(range(tag, len(word) - tag))
    escapes = word[0] in "eE"
    text, places, at = list[str](), list[int](), word.index("'") + 1
    while at < len(word) - 1:
        step, said = 1, word[at]
        if said == "'":
            step = 2
        elif escapes and said == "\\" and (match := _ESCAPE.match(word, at)):
            step, said = match.end() - at, _escaped(match[1])
        text.append(said)
        places.append(at)
        at += step
    return "".join(text), places


def _escaped(code: str) -> str:
    if code[0] in "xuU" and len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number <= 0x10FFFF else "?"
    if code[0] in "01234567":
        return chr(int(code, 8) & 0xFF)
    return _CONTROLS.get(code, code)
