"""Two machines have added to one ledger: whoever publishes second chains its own entries anew behind the other's.

git can only say that both changed the same place. The order of a ledger is the order of publication, so entries that
nobody else has seen yet may move behind those that everybody has; an entry that was published never changes.
"""

from collections.abc import Callable, Mapping, Sequence

from delivery import ledger, release_entries
from delivery.ledger import Entry
from model.errors import ConfigError

Rule = Callable[[Sequence[Entry], Sequence[Entry], Sequence[Entry]], str | None]
RULES: Mapping[str, Rule] = {release_entries.LEDGER: release_entries.clash}
"""Ledgers in which not everything may follow everything. A rule is asked with the entries that ours were chained to,
those that are published now, and ours; it says what stands in the way."""


class Clash(Exception):
    """The additions cannot both stand; the text says why."""


def merged(name: str, before: bytes, ours: bytes, theirs: bytes) -> bytes:
    """The content of a ledger that was `before` on both sides and that both have added to. Raises Clash."""
    seen, added = _added(name, before, ours)
    published = _entries(name, theirs)
    rule = RULES.get(name)
    if rule and (reason := rule(seen, published, added)):
        raise Clash(reason)
    known = {entry.hash for entry in published}
    return rechained(name, theirs, [entry for entry in added if entry.hash not in known])


def rechained(name: str, theirs: bytes, ours_new: Sequence[Entry]) -> bytes:
    """What is published, and behind it our entries that never were.

    They keep who, at, event and facts; number, previous and hash are computed anew.
    """
    content = theirs
    for entry in ours_new:
        content += ledger.written(ledger.following(name, content, entry.who, entry.at, entry.event, entry.facts))
    return content


def _added(name: str, before: bytes, after: bytes) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """The entries that were there, and those by which `after` is longer."""
    if not after.startswith(before):
        raise Clash("entries that were there before are changed")
    there = _entries(name, before)
    return there, _entries(name, after)[len(there) :]


def _entries(name: str, content: bytes) -> Sequence[Entry]:
    if content and not content.endswith(b"\n"):
        raise Clash("the last entry is torn")
    try:
        return ledger.entries(name, content)
    except ConfigError as error:
        raise Clash(str(error)) from None
