"""The text that EXECUTE is given, as far as the block itself says it.

https://www.postgresql.org/docs/15/functions-string.html. What is only known when it runs is `UNKNOWN` in it: joined to what stands
beside it, as a part of a name would be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from migrations import strings

UNKNOWN = "slipway_unknown"
"""Stands in a text for what is only known when it runs."""
DEEPEST = 20
"""Variables in variables, parentheses in parentheses."""
UNREAD = "\\"
"""The first word of what stands for SQL that cannot be read: no statement begins so."""

Words = Sequence[str]
Variables = Mapping[str, Sequence[Words]]
"""Name -> everything that the block gives it; nothing where it may be given something else too."""

_FORMAT = re.compile(r"%(?:%|(?P<at>[0-9]+\$)?-?(?:[0-9]+|\*(?:[0-9]+\$)?)?(?P<kind>[sIL]))")
_OF_ONE: Mapping[str, Callable[[str], str]] = {
    "LOWER": str.lower, "UPPER": str.upper, "BTRIM": str.strip, "TRIM": str.strip, "LTRIM": str.lstrip, "RTRIM": str.rstrip,
    "REVERSE": lambda text: text[::-1], "QUOTE_IDENT": str, "TEXT": str, "VARCHAR": str,
}  # fmt: skip
_STRUCTURE = ("ALTER", "CREATE", "DROP")
"""Statements whose second word says what they are about."""


def texts(words: Words, variables: Variables) -> list[str]:
    """Every text that EXECUTE may be given there: more than one where a variable is given several."""
    end = next(_outside(words, ("USING", "INTO")), len(words))
    given = _bare(words[:end])
    if len(given) != 1 or not variables.get(name := _name(given[0])):
        return [_value(given, variables, 0)]
    made = list[str]()
    for each in variables[name]:
        # What is given may go on from what was given before: s := s || ' CASCADE'.
        before = {name: [[strings.written(made[-1])]]} if made else {name: []}
        made.append(_value(each, {**variables, **before}, 1))
    return made


def unreadable(text: Words) -> bool:
    """Whether what a statement does is unknown, rather than the name of what it does it to."""
    first = text[0] if text else ""
    if _unknown(first):
        return True
    if first not in _STRUCTURE:
        return False
    if any(_unknown(word) for word in text[1:2]):
        return True
    return first == "ALTER" and any(_unknown(action) for action in _actions(text))


def _unknown(word: str) -> bool:
    return UNKNOWN.upper() in word.upper()


def _actions(words: Words) -> Iterator[str]:
    """The word that each action of ALTER begins with."""
    at = 2
    while at < len(words) and words[at] in ("IF", "EXISTS", "ONLY", "VIEW", "TABLE"):
        at += 1
    while words[at + 1 : at + 2] == ["."]:
        at += 2
    depth, begins = 0, True
    for word in words[at + 1 :]:
        if begins and word != "*":
            yield word
            begins = False
        depth += (word in ("(", "[")) - (word in (")", "]"))
        begins = begins or (word == "," and depth == 0)


def assigned(whole: Sequence[Words], statements: Sequence[Words], given: Words = ()) -> dict[str, list[Words]]:
    """What a block's statements give to its variables; nothing for one that a query, a loop, a procedure or whoever calls it gives
    a value."""
    found, anything = dict[str, list[Words]](), {_name(word) for word in given}
    for words in whole:
        for at, word in enumerate(words[:-1]):
            if word in ("FOR", "FOREACH"):
                anything.add(_name(words[at + 1]))
        if "INTO" in words:
            anything.update(_name(word) for word in words[words.index("INTO") + 1 :])
    for words in statements:
        if words[0] in ("CALL", "GET"):
            anything.update(map(_name, words))
        sign = next((at for at, word in enumerate(words) if word in (":=", "=") or word == "DEFAULT"), None)
        declared = len(words) > 1 and words[1] in ("TEXT", "VARCHAR", "CHARACTER", "CONSTANT", "NAME")
        of_block = sign == 3 and words[1] == "."
        if sign is None or not (sign == 1 or declared or of_block):
            continue
        found.setdefault(_name(words[2 if of_block else 0]), []).append(words[sign + 1 :])
    return {name: [] if name in anything else values for name, values in found.items()}


def _name(word: str) -> str:
    return word[1:-1] if word.startswith('"') else word.lower()


def _bare(words: Words) -> Words:
    """Without parentheses around all of it, and without the type that it is made to."""
    while words and words[0] == "(" and _closing(words, 0) == len(words) - 1:
        words = words[1:-1]
    cast = next(_outside(words, ("::",)), len(words))
    return words[:cast] if cast > 0 and not list(_joints(words)) else words


def _closing(words: Words, at: int) -> int:
    depth = 0
    for place in range(at, len(words)):
        depth += (words[place] == "(") - (words[place] == ")")
        if depth == 0:
            return place
    return len(words)


def _outside(words: Words, wanted: Words) -> Iterator[int]:
    """Where one of these stands outside parentheses."""
    depth = 0
    for at, word in enumerate(words):
        if depth == 0 and word in wanted:
            yield at
        depth += (word == "(") - (word == ")")


def _joints(words: Words) -> Iterator[int]:
    return (at for at in _outside(words, ("|",)) if words[at + 1 : at + 2] == ["|"])


def _value(words: Words, variables: Variables, depth: int) -> str:
    """The text of an expression."""
    words = _bare(words)
    if not words or depth > DEEPEST:
        return UNKNOWN if words else ""
    if joints := list(_joints(words)):
        begins, ends = [0, *(at + 2 for at in joints)], [*joints, len(words)]
        return "".join(_value(words[a:b], variables, depth + 1) for a, b in zip(begins, ends, strict=True))
    if strings.is_text(words[0]) and len(words) == 1:
        return strings.content(words[0])[0]
    if len(words) == 1 and len(known := variables.get(_name(words[0]), ())) == 1:
        return _value(known[0], {}, depth + 1)
    opened = words.index("(") if "(" in words else 0
    if (
        opened
        and _closing(words, opened) == len(words) - 1
        and words[:opened]
        in (
            [words[opened - 1]],
            ["PG_CATALOG", ".", words[opened - 1]],
        )
    ):
        return _called(
            words[opened - 1], [_value(each, variables, depth + 1) for each in _arguments(words[opened + 1 : -1])]
        )
    return UNKNOWN


def _arguments(words: Words) -> Iterator[Words]:
    begun = 0
    for at in (*_outside(words, (",",)), len(words)):
        yield words[begun:at]
        begun = at + 1


def _called(function: str, given: Sequence[str]) -> str:
    """What a function makes of texts."""
    known = not any(UNKNOWN in each for each in given)
    if function == "FORMAT" and given:
        return _formatted(given[0], given[1:])
    if function == "CONCAT":
        return "".join(given)
    if function == "CONCAT_WS" and given:
        return given[0].join(given[1:])
    if function == "REPLACE" and len(given) == 3 and known and given[1]:
        return given[0].replace(given[1], given[2])
    if function in _OF_ONE and len(given) == 1 and known:
        return _OF_ONE[function](given[0])
    return UNKNOWN


def _formatted(text: str, given: Sequence[str]) -> str:
    """What format() makes: %I and %L of what is unknown are a name and a value, whatever they are."""
    next_one = 0

    def put(match: re.Match[str]) -> str:
        nonlocal next_one
        if match["kind"] is None:
            return "%"
        at = int(match["at"][:-1]) - 1 if match["at"] else next_one
        next_one = at + 1
        value = given[at] if 0 <= at < len(given) else UNKNOWN
        return "'" + value.replace("'", "''") + "'" if match["kind"] == "L" else value

    return _FORMAT.sub(put, text)
