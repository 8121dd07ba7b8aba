"""One statement, as its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Inside = Literal["", "do", "function", "dynamic"]


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """`words` are bare words in upper case, quoted ones as written, signs one by one; `starts` where each is in the file.

    `inside` says what runs it, where that is no file: a DO block, a function that the file calls, or EXECUTE of a text. What cannot
    be read is a statement too, whose first word is a backslash and whose second says what it is.
    """

    words: Sequence[str]
    starts: Sequence[int]
    start: int
    end: int
    inside: Inside = ""

    def __getitem__(self, at: int) -> str:
        """The word there; an empty one beyond the end, so that rules can look ahead."""
        try:
            return self.words[at]
        except IndexError:
            return ""

    def __len__(self) -> int:
        return len(self.words)

    def has(self, at: int, *words: str) -> bool:
        """Whether these words stand there."""
        return self[at] == words[0] and tuple(self.words[at : at + len(words)]) == words
