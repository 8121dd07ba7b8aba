"""What the entries of `releases/releases.jsonl` say, and which entry may come next; pure.

An id goes through two entries: `allocated` before the build, `recorded` when its digests are known. Both give it away
for good, so an id whose build failed is never used again. `marked-bad` and `unmarked` are about recorded ones.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from delivery.chain import Chain, Entry, mentioning_any, newest
from model.errors import ConfigError, Problem, closest
from model.names import MAIN
from model.release import valid_release_id

LEDGER = "releases"
ALLOCATED = "allocated"
RECORDED = "recorded"
MARKED_BAD = "marked-bad"
UNMARKED = "unmarked"

Next = tuple[str, Mapping[str, Any]]
"""The event and facts of an entry to add."""


@dataclass(frozen=True)
class Release:
    """An immutable record: the digests of every image of the catalogue, and where they come from.

    `migration` says in which order code and schema change: `expand` migrates first, `contract` deploys first,
    `coordinated` cannot be done by order alone. `author` is an e-mail address or a login, empty where nobody was named.
    `migrations` are the files that it brings beside those of the releases before it, each with its SHA-256; None where
    nobody has said; `destructive` is what blocks in them, and who has approved it. Releases of one `branch` are a line of their
    own: "before it" is before it on that line.
    """

    id: str
    commit: str
    images: Mapping[str, str]
    migration: str = "none"
    build: str = ""
    author: str = ""
    migrations: Mapping[str, str] | None = None
    branch: str = MAIN
    destructive: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """As the record holds it; a release that names no migrations looks as it did when none could, and one of main as when
        there was no other branch."""
        named: dict[str, Any] = {} if self.migrations is None else {"migrations": dict(self.migrations)}
        if self.branch != MAIN:
            named["branch"] = self.branch
        if self.destructive:
            named["destructive"] = dict(self.destructive)
        return {
            "id": self.id,
            "commit": self.commit,
            "images": dict(sorted(self.images.items())),
            "migration": self.migration,
            "build": self.build,
            "author": self.author,
            **named,
        }


def recorded(entries: Iterable[Entry]) -> dict[str, Release]:
    """Every release by its id, in the order in which they were recorded."""
    return dict(_recorded_in(entries)) if isinstance(entries, Chain) else _recorded(entries)


def named(entries: Sequence[Entry], release_id: str) -> Release | None:
    """The release of this id, None where none was recorded."""
    found = (
        Release(**each.facts) for each in mentioning_any(entries, f'"id":"{release_id}"') if each.event == RECORDED
    )
    return next((release for release in found if release.id == release_id), None)


def allocated(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The ids that were reserved, recorded since or not."""
    return {str(entry.facts["id"]): entry for entry in entries if entry.event == ALLOCATED}


def bad(entries: Sequence[Entry]) -> dict[str, Entry]:
    """The releases that are marked bad, each with its last mark."""
    marks: dict[str, Entry] = {}
    for entry in reversed([*newest(entries, MARKED_BAD, UNMARKED)]):
        if entry.event == MARKED_BAD:
            marks[str(entry.facts["id"])] = entry
        else:
            marks.pop(str(entry.facts["id"]), None)
    return marks


def allocation(entries: Sequence[Entry], commit: str, day: date) -> Next:
    """Reserve the day's next id, for a commit if one is named."""
    return ALLOCATED, {"id": next_id(_given(entries), day), "commit": commit}


def recording(entries: Sequence[Entry], draft: Release, day: date) -> Release:
    """The release that a draft becomes: with its own id, with the day's next one, or an earlier one of the same commit.

    A commit's images are tagged with it, and tags never move: built again, it keeps the digests of its first build
    whatever id was reserved for the second one. A commit that two branches have is a release of each, with the same digests.
    Raises ConfigError where the id belongs to another commit.
    """
    known = recorded(entries)
    if draft.id in known and known[draft.id].commit != draft.commit:
        raise _id_problem(f"release {draft.id} is recorded already, with other contents", "a release never changes")
    if draft.id in known:
        return known[draft.id]
    reserved = allocated(entries).get(draft.id)
    owner = str(reserved.facts["commit"]) if reserved else ""
    if owner and owner != draft.commit:
        raise _id_problem(f"release {draft.id} was allocated for the commit {owner}", "an id belongs to one build")
    again = [release for release in known.values() if release.commit == draft.commit]
    for release in again:
        if release.branch == draft.branch:
            return release
    images = again[0].images if again else draft.images
    return replace(draft, id=draft.id or next_id(_given(entries), day), images=images)


def marking(entries: Sequence[Entry], release_id: str, why: str) -> Next:
    """Mark a release as bad; a further mark adds its reason. Raises ConfigError where there is no such release."""
    return MARKED_BAD, {"id": find(entries, release_id).id, "why": _reason(why)}


def unmarking(entries: Sequence[Entry], release_id: str, why: str) -> Next:
    """Take the marks from a release. Raises ConfigError where it has none."""
    release = find(entries, release_id)
    marks = bad(entries)
    if release.id not in marks:
        remedy = closest(release.id, marks) if marks else "No release is."
        raise ConfigError(Problem("command line", "RELEASE", f"{release.id} is not marked bad", remedy))
    return UNMARKED, {"id": release.id, "why": _reason(why)}


def find(entries: Sequence[Entry], release_id: str, key: str = "RELEASE") -> Release:
    """The release of this id. Raises ConfigError, with the nearest id, where there is none; `key` is where it was said."""
    check_id(release_id, key)
    if release := named(entries, release_id):
        return release
    known = recorded(entries)
    remedy = closest(release_id, known) if known else "Record it with 'slipway release record'."
    problem = f"there is no release '{release_id}'"
    if release_id in allocated(entries):
        problem = f"release {release_id} is allocated, but its build has not recorded it"
        remedy = "Record it with 'slipway release record --id', or name another."
    raise ConfigError(Problem("command line", key, problem, remedy))


def clash(seen: Sequence[Entry], published: Sequence[Entry], ours: Sequence[Entry]) -> str | None:
    """Why `ours`, which followed what we had `seen`, cannot follow what is `published` now; None where they can.

    An id was told to a build when it was given, so it cannot be renumbered behind that build's back.
    """
    releases, reserved = recorded(published), allocated(published)
    known = set(allocated(seen)) | set(allocated(ours))
    taken = set(allocated(ours)) & (set(releases) | set(reserved))
    taken |= {name for name in recorded(ours) if name in releases or (name in reserved and name not in known)}
    if taken:
        return f"release id {min(taken)} was given out meanwhile"
    commits = {(release.commit, release.branch): release.id for release in releases.values()}
    again = next((key for each in recorded(ours).values() if (key := (each.commit, each.branch)) in commits), None)
    if again:
        return f"commit {again[0][:12]} was recorded meanwhile as release {commits[again]}"
    for name in (each for each in releases if each not in recorded(seen)):
        for here in recorded(ours).values():
            earlier, later = sorted((releases[name], here), key=lambda each: each.id)
            if here.branch == releases[name].branch and (lacking := lacks(later, earlier)):
                return f"release {name} was recorded meanwhile, and {later.id} has not {', '.join(lacking)} of {earlier.id}"
    return None


def lacks(later: Release, earlier: Release, known: Mapping[str, str] | None = None) -> list[str]:
    """The migrations that one release brings and a later one may not have: those that it does not bring itself, and that are
    not `known` to be there before it; all where it names none."""
    there: Mapping[str, str] = {} if later.migrations is None else {**(known or {}), **later.migrations}
    return [name for name, digest in (earlier.migrations or {}).items() if there.get(name) != digest]


def next_id(given: Iterable[str], day: date) -> str:
    """YYYY.MM.DD.NNNN: the day's highest number and one more, from 0001. Raises ConfigError after 9999."""
    prefix = f"{day:%Y.%m.%d}."
    number = max((int(name.removeprefix(prefix)) for name in given if name.startswith(prefix)), default=0) + 1
    if number > 9999:
        raise ConfigError(Problem("command line", "--id", f"{day} has 9999 releases already", "Wait for the next day."))
    return f"{prefix}{number:04}"


def check_id(release_id: str, key: str = "RELEASE") -> str:
    """The id as it stands. Raises ConfigError where it is no YYYY.MM.DD.NNNN of a real day."""
    if problems := id_problems(release_id, key):
        raise ConfigError(*problems)
    return release_id


def id_problems(release_id: str, key: str) -> list[Problem]:
    """What is wrong with an id."""
    try:
        valid_release_id(release_id)
    except ValueError:
        remedy = "Write YYYY.MM.DD.NNNN, such as 2026.01.31.0001."
        return [Problem("command line", key, f"'{release_id}' is no release id", remedy)]
    return []


@lru_cache(maxsize=2)
def _recorded_in(chain: Chain) -> dict[str, Release]:
    """Of a chain, which never changes: a decision asks a dozen times."""
    return _recorded(chain)


def _recorded(entries: Iterable[Entry]) -> dict[str, Release]:
    found = (Release(**entry.facts) for entry in entries if entry.event == RECORDED)
    return {release.id: release for release in found}


def _given(entries: Sequence[Entry]) -> set[str]:
    return set(allocated(entries)) | set(recorded(entries))


def _id_problem(problem: str, because: str) -> ConfigError:
    return ConfigError(Problem("command line", "--id", problem, f"Leave --id out to get the next number: {because}."))


def _reason(why: str) -> str:
    if not why.strip():
        raise ConfigError(Problem("command line", "--why", "there is no reason", "Say in a few words why."))
    return " ".join(why.split())
