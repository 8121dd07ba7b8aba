"""What the ledger of an environment says: how each deployment ended, what was good, how long it ran, what is held.

Pure functions of a ledger's entries, oldest first.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from delivery.chain import Entry, mentioning_any, newest

BEGUN = "begun"
DONE = "done"
FAILED = "failed"
WITHDRAWN = "withdrawn"
"""Nothing was deployed and the pins are as they were."""
HELD = "held"
RELEASED = "unheld"
BROKE_OFF = "broke_off"
"""The fact of a failure that says that nobody knows how far it came."""
DEPLOYMENTS = (BEGUN, DONE, FAILED, WITHDRAWN)
APPLY = "apply"
"""The verb of what changes an environment and moves no release. What was pinned, and ran well, before it still is and did:
for the history of releases such an entry is as if it were not there, as nothing is of an `up` by hand."""

Digests = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Good:
    """A deployment that ended well: what ran then can run again."""

    entry: Entry
    release: str | None
    images: Mapping[str, str]


def last_unfinished(entries: Sequence[Entry]) -> Entry | None:
    """The deployment that was begun and never ended: its process was killed or is still at it, or its engine broke off. One that
    was begun beside it and withdrawn leaves it so."""
    withdrawn = False
    for entry in newest(entries, *DEPLOYMENTS):
        cut_short = entry.event == BEGUN or entry.facts.get(BROKE_OFF)
        if entry.event == WITHDRAWN:
            withdrawn = True
        elif not cut_short:
            return None
        elif not withdrawn:
            return entry
        elif entry.event == BEGUN:
            withdrawn = False
    return None


def last_failure(entries: Sequence[Entry], images: Mapping[str, str]) -> Entry | None:
    """How the last deployment that ended failed, if these are the digests that it brought: whatever runs by now, nobody has
    seen it work."""
    last = next((entry for entry in newest(entries, DONE, FAILED) if not is_infrastructure(entry)), None)
    return last if last and last.event == FAILED and _after(last) == dict(images) else None


def what(entry: Entry) -> str:
    """What a deployment is about, such as `promote of 2026.01.31.0001`."""
    release = entry.facts.get("release")
    return str(entry.facts.get("verb")) + (f" of {release}" if release else "")


def is_infrastructure(entry: Entry) -> bool:
    """Whether an entry is of an `apply` that moved no release."""
    return entry.facts.get("verb") == APPLY


def goods(entries: Sequence[Entry], bad: Collection[str] = ()) -> list[Good]:
    """What ran well and may run again, newest first: each set of digests once, none of a release that is marked bad or
    whose last deployment here failed."""
    found: dict[tuple[tuple[str, str], ...], Good] = {}
    failed: set[tuple[tuple[str, str], ...]] = set()
    for entry in newest(entries, DONE, FAILED):
        if is_infrastructure(entry):
            continue
        images = _after(entry)
        key = tuple(sorted(images.items()))
        if entry.event == FAILED:
            failed |= {key} - found.keys()
        elif key not in failed and entry.facts.get("release") not in bad:
            found.setdefault(key, Good(entry, entry.facts.get("release"), images))
    return list(found.values())


def last_good(entries: Sequence[Entry], other_than: Mapping[str, str], bad: Collection[str] = ()) -> Good | None:
    """The newest of them with digests other than these."""
    return next((good for good in goods(entries, bad) if dict(good.images) != dict(other_than)), None)


def left(entries: Sequence[Entry], image: str = "") -> set[Digests]:
    """What rollbacks have left and nobody has brought since: all digests of a deployment, or the one of an image. Whoever goes back
    twice wants to be further back, or has not seen that somebody else was faster."""
    brought: set[Digests] = set()
    found: set[Digests] = set()
    for entry in newest(entries, DONE):
        if is_infrastructure(entry):
            continue
        brought.add(digests(_after(entry), image))
        before = digests(_images(entry, "before"), image)
        if entry.facts.get("verb") == "rollback" and before not in brought:
            found.add(before)
    return found


def digests(images: Mapping[str, str], image: str = "") -> Digests:
    """All of them, or the one of an image, to be compared."""
    return frozenset((name, digest) for name, digest in images.items() if image in ("", name))


def explained(entries: Sequence[Entry]) -> list[Mapping[str, str]]:
    """What may be pinned by the ledger's word, image -> digest, the likeliest first."""
    return [_after(entry) for entry in telling(entries)]


def named(entries: Sequence[Entry], key: str) -> set[str | None]:
    """What `release` or `migrated` may be among the pins by the ledger's word. Where a deployment has not ended well, the database may
    have no more than before."""
    found: set[str | None] = set()
    for entry in telling(entries):
        found.add((entry.facts.get("after") or {}).get(key))
        if key == "migrated" and entry.event != DONE:
            found.add((entry.facts.get("before") or {}).get(key))
    return found or {None}


def telling(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that tell of what may be pinned, the likeliest first.

    That is what the last deployment pinned, however it ended. One that was withdrawn says nothing: what it found was not its
    own doing. Where one was cut short nobody knows whether it came to its pins, so what was there before it may be, too.
    """
    found: list[Entry] = []
    withdrawn = False
    for entry in (entry for entry in newest(entries, *DEPLOYMENTS) if not is_infrastructure(entry)):
        if entry.event == WITHDRAWN:
            withdrawn = True
        elif entry.event == BEGUN and withdrawn:
            withdrawn = False
        else:
            found.append(entry)
            if entry.event != BEGUN:
                break
    return found


def pinned(entries: Sequence[Entry]) -> Mapping[str, Any]:
    """The pins of which the ledger tells, as `Pins.as_json` writes them: what came last, however it ended, unless it was
    withdrawn."""
    begun = last_unfinished(entries)
    if begun and not is_infrastructure(begun):
        return dict(begun.facts.get("after") or {})
    for entry in newest(entries, *DEPLOYMENTS):
        if not is_infrastructure(entry):
            return dict(entry.facts.get("before" if entry.event == WITHDRAWN else "after") or {})
    return {}


def hold(entries: Sequence[Entry]) -> Entry | None:
    """The hold that nobody has lifted yet."""
    last = next(newest(entries, HELD, RELEASED), None)
    return last if last and last.event == HELD else None


def why_held(entries: Sequence[Entry]) -> tuple[str, str] | None:
    """Who holds and why. Whoever lifts a hold lifts all that were said before it, and is told of them: one by itself hides nobody's."""
    found = [*takewhile(lambda entry: entry.event == HELD, newest(entries, HELD, RELEASED))]
    if not found:
        return None
    before = (f"before that {each.who} said: {each.facts['why']}" for each in found[1:])
    return found[0].who, "; ".join([str(found[0].facts["why"]), *before])


def baked(entries: Sequence[Entry], wanted: Mapping[str, str], now: datetime) -> dict[str, float]:
    """Image -> for how many seconds in all its wanted digest has run here, each time from the end of its rollout on.

    What a newer one replaced keeps what it had. A rollout that failed ends nothing that it left running.
    """
    total, since = _stays(entries, wanted)
    return {
        image: seconds + (_seconds(since[image], now) if image in since else 0.0) for image, seconds in total.items()
    }


def since(entries: Sequence[Entry], wanted: Mapping[str, str]) -> dict[str, datetime]:
    """Image -> the end of the rollout from which on its wanted digest has run here without a break; without those that do
    not run here by the ledger's word."""
    return _stays(entries, wanted)[1]


def _stays(entries: Sequence[Entry], wanted: Mapping[str, str]) -> tuple[dict[str, float], dict[str, datetime]]:
    """Image -> seconds of all stays of its wanted digest that have ended, and the begin of one that goes on."""
    since: dict[str, datetime] = {}
    total = dict.fromkeys(wanted, 0.0)
    for entry in _since_the_first(entries, wanted.values()):
        failed = entry.event == FAILED
        running = (entry.facts.get("running") or {}) if failed else _after(entry)
        runs = {image for image, digest in wanted.items() if running.get(image) == digest}
        ended, begun = since.keys() - runs, set() if failed else runs - since.keys()
        if ended or begun:
            at = datetime.fromisoformat(entry.at)
            for image in ended:
                total[image] += _seconds(since.pop(image), at)
            since |= dict.fromkeys(begun, at)
    return total, since


def _since_the_first(entries: Sequence[Entry], digests: Collection[str]) -> list[Entry]:
    """How each deployment ended, from the first one on that these digests can have been in: none before it began a stay."""
    first = min((entry.number for entry in mentioning_any(entries, *digests)), default=None) if digests else None
    if first is None:
        return []
    ended = takewhile(lambda entry: entry.number >= first, newest(entries, DONE, FAILED))
    return [entry for entry in reversed([*ended]) if not is_infrastructure(entry)]


def _seconds(begin: datetime, end: datetime) -> float:
    """From one moment to the other; 0 where a clock went back."""
    return max(0.0, (end - begin).total_seconds())


def _after(entry: Entry) -> dict[str, str]:
    return _images(entry, "after")


def _images(entry: Entry, when: str) -> dict[str, str]:
    return dict((entry.facts.get(when) or {}).get("images") or {})
