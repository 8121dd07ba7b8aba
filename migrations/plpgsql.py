"""PL/pgSQL as far as it takes to find the SQL in it: where statements begin.

https://www.postgresql.org/docs/15/plpgsql.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrations import lexis

Part = tuple[list[str], list[int], int]


def split(body: lexis.Lexed) -> Iterator[Part]:
    """The statements of a block without the control words around them, each with its words' places and its end."""
    for words, starts, end in body.statements:
        yield from _unwrapped(words, starts, end)


def _unwrapped(words: list[str], starts: list[int], end: int) -> Iterator[Part]:
    at = 0
    while at < len(words):
        word = words[at]
        if word == "<" and words[at : at + 2] == ["<", "<"]:
            at = _after(words, at, ">") + 1
        elif word == "#":
            at += 3  # An option of the compiler, such as #variable_conflict use_column.
        elif word in ("BEGIN", "DECLARE", "ELSE", "EXCEPTION", "LOOP"):
            at += 1
        elif word in ("IF", "ELSIF", "ELSEIF", "WHEN", "CASE"):
            at = _after(words, at + 1, "THEN")
        elif word == "WHILE":
            at = _after(words, at + 1, "LOOP")
        elif word in ("FOR", "FOREACH"):
            loop = _after(words, at + 1, "LOOP")
            inner = next((place + 1 for place in range(at, loop) if words[place] == "IN"), loop)
            if inner < loop - 1:
                yield words[inner : loop - 1], starts[inner : loop - 1], starts[loop - 1]
            at = loop
        elif word == "RETURN" and words[at + 1 : at + 2] == ["QUERY"]:
            at += 2
        elif word == "OPEN" and "FOR" in words[at:]:
            at = _after(words, at, "FOR")
        elif word == "END":
            return
        else:
            yield words[at:], starts[at:], end
            return


def _after(words: Sequence[str], at: int, wanted: str) -> int:
    """Behind a word that stands in no CASE expression and no parentheses."""
    depth = cases = 0
    for place in range(at, len(words)):
        word = words[place]
        if word == wanted and depth == 0 and cases == 0:
            return place + 1
        depth += (word == "(") - (word == ")")
        cases += (word == "CASE") - (word == "END")
    return len(words)
