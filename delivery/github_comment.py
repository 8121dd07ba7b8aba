"""The text of a comment that is found again and edited in place."""

import re

LIMIT = 65_536
"""Characters that GitHub takes in a comment; more is refused ('Body is too long (maximum is 65536 characters)')."""

CUT = "\n\n*The rest is cut: GitHub takes no longer comment.*"

_MARKER = re.compile(r"[A-Za-z0-9_.]+(-[A-Za-z0-9_.]+)*")


def hidden(marker: str) -> str:
    """The first line of a comment, which no reader sees. Two dashes would end it early."""
    if not _MARKER.fullmatch(marker):
        raise ValueError(f"no words with single dashes between them: {marker!r}")
    return f"<!-- slipway: {marker} -->"


def marked(marker: str, body: str) -> str:
    """What a comment says: the marker, then the body, cut at the end of a line where it is too long."""
    return shortened(f"{hidden(marker)}\n{body}", LIMIT)


def shortened(text: str, most: int, cut: str = CUT) -> str:
    """A text of at most so many characters, cut at the end of a line where it is longer, though never within the first, with `cut` as
    its last words. A block of code that the cut would leave open is closed."""
    if len(text) <= most:
        return text
    closing = "\n```"
    kept = text[: max(most - len(closing) - len(cut), 0)].rpartition("\n")[0] or text.partition("\n")[0]
    fences = sum(line.startswith("```") for line in kept.splitlines())
    return kept + closing * (fences % 2) + cut


def unmarked(text: str) -> str:
    """What a comment says below its marker, with the line ends of this machine."""
    return text.partition("\n")[2].replace("\r\n", "\n")


def is_marked(marker: str, text: str) -> bool:
    """Whether a comment's text has the marker as its first line."""
    return text.partition("\n")[0].rstrip("\r") == hidden(marker)
