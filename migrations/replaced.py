"""What a file drops only to make it anew: changed, not gone."""

from __future__ import annotations

from collections.abc import Sequence

from migrations import clauses
from migrations.statement import Statement

_OF_A_TABLE = ("TRIGGER", "POLICY", "RULE")
_CALLED = ("FUNCTION", "PROCEDURE")


def dropped_and_made(read: Sequence[Statement]) -> set[Statement]:
    """The DROPs of which everything is made again further down, by the file itself: of the same table, with the same arguments."""
    after, found = set[tuple[str, ...]](), set[Statement]()
    for statement in reversed(read):
        if statement[0] == "CREATE" and not statement.inside:
            after |= _made(statement)
        elif statement[0] == "DROP" and (names := _dropped(statement)) and names <= after:
            found.add(statement)
    return found


def _made(statement: Statement) -> set[tuple[str, ...]]:
    made = clauses.created(statement)
    if made is None:
        return set()
    kind, name, end, _ = made
    before = "TO" if kind == "RULE" else "ON"
    if kind in _OF_A_TABLE and before in statement.words:
        return {(kind, name, clauses.name(statement.words, statement.words.index(before) + 1)[0])}
    if kind in _CALLED:
        return {(kind, name), (kind, name, *_types(statement.words, end))}
    return set()


def _dropped(statement: Statement) -> set[tuple[str, ...]]:
    kind, words = statement[1], statement.words
    at = clauses.optional(words, 2)
    if kind in _OF_A_TABLE and "ON" in words:
        return {(kind, clauses.name(words, at)[0], clauses.name(words, words.index("ON") + 1)[0])}
    if kind not in _CALLED:
        return set()
    found = set[tuple[str, ...]]()
    for start, end in clauses.parts(words, at):
        name, behind = clauses.name(words, start)
        found.add((kind, name, *_types(words[:end], behind)) if words[behind : behind + 1] else (kind, name))
    return found


def _types(words: Sequence[str], at: int) -> list[str]:
    """The types of a function's arguments, without names, modes and defaults: the last word of each says enough."""
    if at >= len(words) or words[at] != "(":
        return []
    made = list[str]()
    for start, end in clauses.parts(words, at + 1, clauses.closing(words, at)):
        argument = words[start:end]
        default = next((place for place, word in enumerate(argument) if word in ("DEFAULT", "=")), len(argument))
        made.append(clauses.written(argument[:default]).rpartition(" ")[2])
    return ["(", *made]
