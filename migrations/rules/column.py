"""The definition of a column, read from its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from migrations import clauses
from migrations.clauses import Action

_CONSTRAINTS = ("CONSTRAINT", "UNIQUE", "PRIMARY", "FOREIGN", "CHECK", "EXCLUDE")
_ENDS = ("CONSTRAINT", "CHECK", "UNIQUE", "PRIMARY", "REFERENCES", "GENERATED", "COLLATE", "NOT", "NULL", "DEFERRABLE")
_SERIAL = ("SERIAL", "BIGSERIAL", "SMALLSERIAL", "SERIAL2", "SERIAL4", "SERIAL8")


@dataclass(frozen=True, slots=True)
class Column:
    """`default` are the words of its default, empty where it has none; `top` all words outside parentheses."""

    name: str
    type: Sequence[str]
    default: Sequence[str]
    top: Sequence[str]

    @property
    def serial(self) -> bool:
        """Whether a sequence numbers each row: serial types and identity columns."""
        return "IDENTITY" in self.top or (bool(self.type) and self.type[0].strip('"').upper() in _SERIAL)

    @property
    def stored(self) -> bool:
        """GENERATED ALWAYS AS (...) STORED."""
        return "GENERATED" in self.top and "STORED" in self.top

    @property
    def generated(self) -> bool:
        """Whether PostgreSQL makes the value: computed or numbered."""
        return "GENERATED" in self.top or self.serial

    @property
    def required(self) -> bool:
        """NOT NULL, or part of a primary key."""
        return any(pair in (("NOT", "NULL"), ("PRIMARY", "KEY")) for pair in pairwise(self.top))

    @property
    def defaulted(self) -> bool:
        """Whether rows that name no value get one."""
        return self.generated or (not set(self.default) <= {"NULL", "(", ")"} and self.default[:2] != ["NULL", "::"])

    @property
    def shown(self) -> str:
        """Its type as it can be written."""
        return " ".join(self.type).lower()


@lru_cache(8)
def added(action: Action) -> Column | None:
    """The column that an action of ALTER TABLE adds; None where it adds something else."""
    if action[0] != "ADD" or action[1] in _CONSTRAINTS or action.has(1, "NOT", "NULL"):
        return None
    at = clauses.optional(action.words, 2 if action[1] in ("COLUMN", "ATTRIBUTE") else 1)
    return read(action.words[at:])


def constraint(action: Action) -> int | None:
    """Where the kind of the constraint stands that an action adds; None where it adds something else."""
    if action[0] != "ADD" or (action[1] not in _CONSTRAINTS and not action.has(1, "NOT", "NULL")):
        return None
    return 3 if action[1] == "CONSTRAINT" else 1


def read(words: Sequence[str]) -> Column:
    """A definition: name, type and whatever follows."""
    top, places, depth = list[str](), list[int](), 0
    for place, word in enumerate(words):
        depth -= word == ")"
        if depth == 0:
            top.append(word)
            places.append(place)
        depth += word == "("
    ends = next((at for at in range(1, len(top)) if top[at] in (*_ENDS, "DEFAULT")), len(top))
    of_type = list(words[1 : places[ends] if ends < len(places) else len(words)])
    default: Sequence[str] = ()
    if "DEFAULT" in top:
        begun = top.index("DEFAULT")
        last = next((at for at in range(begun + 2, len(top)) if top[at] in _ENDS), None)
        default = words[places[begun] + 1 : len(words) if last is None else places[last]]
    return Column(clauses.folded(words[0]) if words else "", of_type, default, top)
