"""Rows changed or deleted all at once, wherever in a statement that stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrations import clauses
from migrations.context import Context
from migrations.rules.rule import Danger, Rule
from migrations.statement import Statement

UPDATE = Rule(
    "update-without-where",
    "high",
    "UPDATE of every row",
    "Every row is locked until the transaction ends, written anew, and whoever writes one meanwhile waits.",
    "Fill what is empty in batches that a condition bounds, each its own transaction:\n"
    "  UPDATE {table} SET ... WHERE id BETWEEN 1 AND 1000;",
)
DELETE = Rule(
    "delete-without-where",
    "high",
    "DELETE of every row",
    "Every row is gone, and until the transaction ends whoever writes one waits.",
    "Delete what is too much in batches that a condition bounds, each its own transaction:\n"
    "  DELETE FROM {table} WHERE id BETWEEN 1 AND 1000;",
)
RULES = (UPDATE, DELETE)

LONGEST = 32
"""Words of a condition that says nothing, parentheses and all."""
_ENDS = ("RETURNING", "ORDER", "LIMIT")
_MATCHED = ("WHEN", "MATCHED", "THEN")
_CONSTANT = frozenset(("TRUE", "NOT", "IS", "NULL", "FALSE", "IN", "BETWEEN", "AND", "LIKE", "DISTINCT", "FROM"))
"""Bare words of a condition that names no column."""
_OFF = ("FALSE", "OFF", "0", "'FALSE'", "'OFF'")


def changed(statement: Statement, context: Context) -> Iterator[Danger]:
    """The statement itself, what WITH has in it, what EXPLAIN ANALYZE or PREPARE runs."""
    words = statement.words
    if ("UPDATE" not in words and "DELETE" not in words) or (words[0] == "CREATE" and "TABLE" not in words[1:4]):
        return
    if "MERGE" in words:
        yield from _merged(words, context)
    depth = 0
    for at, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if word not in ("UPDATE", "DELETE") or not _begins(words, at, depth):
            continue
        named = at + (2 if word == "DELETE" else 1)
        table = clauses.name(words, named + (words[named : named + 1] in (["ONLY"], ("ONLY",))))[0]
        if table in context.sure or not _all_rows(words, at):
            continue
        yield Danger(UPDATE if word == "UPDATE" else DELETE, {"table": table})


def _begins(words: Sequence[str], at: int, depth: int) -> bool:
    """Whether a statement begins there, and it is no FOR UPDATE, ON DELETE, DO UPDATE or a column of that name."""
    if words[at] == "DELETE" and words[at + 1 : at + 2] not in (["FROM"], ("FROM",)):
        return False
    if at == 0:
        return True
    before = words[at - 1]
    if before == "(":
        return at >= 2 and words[at - 2] in ("AS", "MATERIALIZED", "COPY")
    if words[0] == "PREPARE" and before == "AS":
        return True
    if words[0] == "EXPLAIN":
        return depth == 0 and before in ("ANALYZE", "ANALYSE", "VERBOSE", ")") and _carried_out(words[1:at])
    return words[0] == "WITH" and before == ")"


def _carried_out(options: Sequence[str]) -> bool:
    """Whether EXPLAIN runs what it explains: only with ANALYZE."""
    at = next((at for at, word in enumerate(options) if word in ("ANALYZE", "ANALYSE")), None)
    return at is not None and not set(options[at + 1 : at + 2]) & set(_OFF)


def _merged(words: Sequence[str], context: Context) -> Iterator[Danger]:
    """MERGE ... ON something always true WHEN MATCHED THEN UPDATE or DELETE."""
    depth = 0
    for at, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if depth or word != "MERGE" or words[at + 1] != "INTO":
            continue
        named = at + (3 if words[at + 2] == "ONLY" else 2)
        table = clauses.name(words, named)[0]
        on = next((place for place in range(at, len(words)) if words[place] == "ON"), len(words))
        when = next((place for place in range(on, len(words)) if words[place] == "WHEN"), len(words))
        if table in context.sure or not _true(words[on + 1 : when]):
            return
        done = [
            words[place + 3] for place in range(when, len(words) - 3) if tuple(words[place : place + 3]) == _MATCHED
        ]
        for rule in dict.fromkeys(
            UPDATE if each == "UPDATE" else DELETE for each in done if each in ("UPDATE", "DELETE")
        ):
            yield Danger(rule, {"table": table})


def _all_rows(words: Sequence[str], at: int) -> bool:
    """Whether it has no WHERE, or one that is always true."""
    depth = 0
    for place in range(at, len(words)):
        word = words[place]
        depth += (word == "(") - (word == ")")
        if depth < 0:
            return True
        if word == "WHERE" and depth == 0:
            return _always(words, place + 1)
    return True


def _always(words: Sequence[str], at: int) -> bool:
    said = list[str]()
    for word in words[at:]:
        if word in _ENDS:
            break
        said.append(word)
    if len(said) > LONGEST:
        return False
    if said and said[-1] == ")" and said.count(")") > said.count("("):
        depth = 0
        for place, word in enumerate(said):
            depth += (word == "(") - (word == ")")
            if depth < 0:
                said = said[:place]
                break
    return _true(said)


def _true(said: Sequence[str]) -> bool:
    """Whether a condition holds for every row, as far as that can be seen: what names no column does not tell rows apart."""
    while said and said[0] == "(" and clauses.closing(said, 0) == len(said) - 1:
        said = said[1:-1]
    if len(either := list(_split(said, "OR"))) > 1:
        return any(_true(each) for each in either)
    if "BETWEEN" not in said and len(both := list(_split(said, "AND"))) > 1:
        return all(_true(each) for each in both)
    if len(said) == 3 and said[1] == "=" and said[0] == said[2]:
        return True
    constant = all(word in _CONSTANT or not (word[0].isalpha() or word[0] in '_"$') for word in said)
    return bool(said) and constant and list(said) not in (["FALSE"], ["NULL"], ["NOT", "TRUE"])


def _split(said: Sequence[str], word: str) -> Iterator[Sequence[str]]:
    depth = begun = 0
    for place, each in enumerate(said):
        depth += (each == "(") - (each == ")")
        if each == word and depth == 0:
            yield said[begun:place]
            begun = place + 1
    yield said[begun:]
