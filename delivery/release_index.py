"""Which releases have these digests, or migrations; pure. Of a long ledger the few are read that can be meant."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from delivery.chain import Entry, mentioning_all, mentioning_any
from delivery.release_entries import RECORDED, Release, bad, named, recorded
from model.names import MAIN

DIRECTIONS = ("expand", "contract", "coordinated")
"""Those of migrations; a release without any has `none`."""


def holding(entries: Sequence[Entry], images: Mapping[str, str], idle: Collection[str] = ()) -> list[Release]:
    """The releases with exactly these digests, oldest first; `idle` images do not count."""
    return [
        release
        for release in _releases(mentioning_all(entries, *images.values()))
        if {image: digest for image, digest in release.images.items() if image not in idle} == dict(images)
    ]


def unreleased(entries: Sequence[Entry], images: Mapping[str, str]) -> list[str]:
    """Those of the images whose digest no release has."""
    return [
        image
        for image, digest in images.items()
        if not any(
            each.event == RECORDED and each.facts["images"].get(image) == digest
            for each in mentioning_any(entries, digest)
        )
    ]


def origins(entries: Sequence[Entry], images: Mapping[str, str]) -> list[Release]:
    """The releases that these digests are of: for each the newest one that has it and that nobody has marked bad, if there is one."""
    marked, found = bad(entries), dict[str, Release]()
    for image, digest in images.items():
        having = [each for each in _releases(mentioning_any(entries, digest)) if each.images.get(image) == digest]
        for each in ([each for each in having if each.id not in marked] or having)[-1:]:
            found[each.id] = each
    return list(found.values())


def pending(entries: Sequence[Entry], migrated: str | None, release: str | None) -> list[tuple[str, str]]:
    """The migrations that `release` needs of a database that has those of `migrated`: ids and directions, in order.

    Ids sort by date and number, and a release carries the migrations of all before it on its branch.
    """
    if release is None:
        return []
    known = named(entries, release)
    branch = known.branch if known else MAIN
    migrating = _releases(mentioning_any(entries, *(f'"migration":"{direction}"' for direction in DIRECTIONS)))
    return [
        (each.id, each.migration)
        for each in sorted(migrating, key=lambda each: each.id)
        if each.branch == branch and each.migration != "none" and (migrated or "") < each.id <= release
    ]


def _releases(newest_first: Iterator[Entry]) -> list[Release]:
    """Those that these entries record, oldest first."""
    return list(recorded(reversed([*newest_first])).values())
