"""What PostgreSQL's strings say, and names in Unicode escapes.

https://www.postgresql.org/docs/15/sql-syntax-lexical.html#SQL-SYNTAX-CONSTANTS
"""

from __future__ import annotations

import re

GOES_ON = r"(?:[ \t\f\v]*+(?:--[^\r\n]*+)?[\r\n](?:[ \t\r\n\f\v]++|--[^\r\n]*+[\r\n])*+)"
"""What may stand within a string: the end of a line, after which it goes on as it began."""

_GAP = re.compile(rf"'{GOES_ON}'")
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_UNICODE = re.compile(r"\\(?:(\\)|([0-9A-Fa-f]{4})|\+([0-9A-Fa-f]{6}))")
_CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def is_text(word: str) -> bool:
    """Whether a word is a string, however it is quoted."""
    return word[-1] == "'" or (word[0] == "$" and word[-1] == "$" and len(word) > 1)


def written(text: str) -> str:
    """A text as a string."""
    return "'" + text.replace("'", "''") + "'"


def content(word: str) -> tuple[str, list[int]]:
    """What a string says, and for each character where it stands in the word."""
    if word[0] == "$":
        tag = word.index("$", 1) + 1
        return word[tag:-tag], list(range(tag, len(word) - tag))
    escapes, unicode = word[0] in "eE", word[0] in "uU"
    text, places, at = list[str](), list[int](), word.index("'") + 1
    while at < len(word) - 1:
        step, said = 1, word[at]
        if said == "'":
            gap = None if word[at + 1] == "'" else _GAP.match(word, at)
            if gap:
                at = gap.end()
                continue
            step = 2
        elif unicode and said == "\\" and (match := _UNICODE.match(word, at)):
            step, said = match.end() - at, _character(match)
        elif escapes and said == "\\" and (match := _ESCAPE.match(word, at)):
            step, said = match.end() - at, _escaped(match[1])
        text.append(said)
        places.append(at)
        at += step
    return "".join(text), places


def unescaped(words: list[str], starts: list[int]) -> tuple[list[str], list[int]]:
    """U&"..." as the name that it is, U&'...' with backslashes for whatever sign UESCAPE says."""
    made, places, at = list[str](), list[int](), 0
    while at < len(words):
        word, start = words[at], starts[at]
        at += 1
        if word[:2].upper() == "U&" and len(word) > 2:
            if words[at : at + 1] == ["UESCAPE"] and at + 1 < len(words) and len(escape := words[at + 1]) == 3:
                doubled = word.replace("\\", "\\\\").replace(escape[1] * 2, "\0")
                word = doubled.replace(escape[1], "\\").replace("\0", escape[1])
                at += 2
            if word[-1] == '"':
                word = f'"{_UNICODE.sub(_character, word[3:-1])}"'
        made.append(word)
        places.append(start)
    return made, places


def _character(match: re.Match[str]) -> str:
    number = int(match[2] or match[3] or "5c", 16)
    return chr(number) if number <= 0x10FFFF else "?"


def _escaped(code: str) -> str:
    if code[0] in "xuU" and len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number <= 0x10FFFF else "?"
    if code[0] in "01234567":
        return chr(int(code, 8) & 0xFF)
    return _CONTROLS.get(code, code)
