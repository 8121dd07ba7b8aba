"""Two additions to one ledger become one chain, unless they contradict each other."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery import ledger
from delivery.ledger import Entry
from delivery.ledger_merge import Clash, merged, rechained
from tests.delivery.clones import AT

Told = tuple[str, str, dict[str, str]]
COMMIT = "c" * 40
ONE = "sha256:" + "1" * 64


def chain(before: bytes, *told: Told, name: str = "dev") -> bytes:
    for who, event, facts in told:
        before += ledger.written(ledger.following(name, before, who, AT, event, facts))
    return before


def read(content: bytes, name: str = "dev") -> list[Told]:
    """What the entries tell; the chain must be whole."""
    return [(entry.who, entry.event, dict(entry.facts)) for entry in ledger.entries(name, content)]


def release(release_id: str, commit: str = COMMIT) -> dict[str, object]:
    return {"id": release_id, "commit": commit, "images": {"api": ONE}, "migration": "none", "build": "", "author": ""}


BASE = chain(b"", ("ann", "begun", {"release": "1"}))


def test_ours_stand_behind_theirs_and_keep_what_they_tell() -> None:
    ours = chain(BASE, ("bob", "held", {"why": "b"}), ("bob", "unheld", {}))
    theirs = chain(BASE, ("ann", "done", {"release": "1"}))
    both = merged("dev", BASE, ours, theirs)
    assert both.startswith(theirs)
    assert read(both)[2:] == [("bob", "held", {"why": "b"}), ("bob", "unheld", {})]
    stamps = [entry.at for entry in ledger.entries("dev", both)]
    assert stamps == ["2026-01-31T12:00:00.000+00:00"] * 4


def test_the_first_entries_of_all() -> None:
    assert read(merged("dev", b"", chain(b"", ("bob", "held", {})), chain(b"", ("ann", "held", {})))) == [
        ("ann", "held", {}),
        ("bob", "held", {}),
    ]


def test_what_is_published_already_is_not_added_again() -> None:
    theirs = chain(BASE, ("bob", "held", {}))
    ours = chain(theirs, ("bob", "unheld", {}))
    assert merged("dev", BASE, ours, theirs) == ours


@pytest.mark.parametrize(
    ("ours", "theirs", "why"),
    [
        (chain(b"", ("bob", "other", {})), BASE, "entries that were there before are changed"),
        (chain(BASE, ("bob", "held", {})) + b'{"number":3', BASE, "the last entry is torn"),
        (chain(BASE, ("bob", "held", {})).replace(b"held", b"hold"), BASE, "line 2: entry 2 was edited"),
        (chain(BASE, ("bob", "held", {})), BASE + BASE, "line 2: entry 1 does not follow the entry before it"),
    ],
)
def test_anything_but_an_addition_is_refused(ours: bytes, theirs: bytes, why: str) -> None:
    with pytest.raises(Clash, match=why):
        merged("dev", BASE, ours, theirs)


texts = st.text(max_size=8)
entries = st.tuples(texts, texts, st.dictionaries(texts, texts, max_size=2))


@given(st.lists(entries, max_size=4), st.lists(entries, max_size=4), st.lists(entries, max_size=4))
def test_any_two_additions_become_one_whole_chain(before: list[Told], ours: list[Told], theirs: list[Told]) -> None:
    base = chain(b"", *before)
    mine, published = chain(base, *ours), chain(base, *theirs)
    both = merged("dev", base, mine, published)
    assert both.startswith(published)
    assert read(both)[len(before) + len(theirs) :] == ours[common(ours, theirs) :]


def common(ours: list[Told], theirs: list[Told]) -> int:
    """How many of both are equal from the start: then their hashes are too, and they are one entry."""
    count = 0
    while count < min(len(ours), len(theirs)) and ours[count] == theirs[count]:
        count += 1
    return count


def test_chaining_anew_is_the_same_as_having_come_second() -> None:
    theirs = chain(BASE, ("ann", "done", {}))
    new: list[Entry] = ledger.entries("dev", chain(BASE, ("bob", "held", {"why": "x"})))[1:]
    assert rechained("dev", theirs, new) == chain(theirs, ("bob", "held", {"why": "x"}))
    (line,) = rechained("dev", theirs, new).splitlines()[2:]
    assert json.loads(line)["number"] == 3


FIRST, SECOND = "2026.01.31.0001", "2026.01.31.0002"
RESERVED = {"id": FIRST, "commit": ""}


@pytest.mark.parametrize(
    ("before", "ours", "theirs", "why"),
    [
        # Word for word the same, which two builds at one moment can well write.
        ([], ("allocated", RESERVED), ("allocated", RESERVED), f"release id {FIRST} was given out meanwhile"),
        ([], ("recorded", release(FIRST)), ("allocated", RESERVED), f"release id {FIRST} was given out meanwhile"),
        ([], ("allocated", RESERVED), ("recorded", release(FIRST)), f"release id {FIRST} was given out meanwhile"),
        (
            [("allocated", RESERVED)],
            ("recorded", release(FIRST)),
            ("recorded", release(FIRST, "d" * 40)),
            f"release id {FIRST} was given out meanwhile",
        ),
        (
            [],
            ("recorded", release(SECOND)),
            ("recorded", release(FIRST)),
            f"commit cccccccccccc was recorded meanwhile as release {FIRST}",
        ),
    ],
)
def test_a_release_id_is_not_given_twice(
    before: list[tuple[str, dict[str, str]]],
    ours: tuple[str, dict[str, str]],
    theirs: tuple[str, dict[str, str]],
    why: str,
) -> None:
    base = chain(b"", *(("ann", *each) for each in before), name="releases")
    with pytest.raises(Clash, match=why):
        merged(
            "releases",
            base,
            chain(base, ("ann", *ours), name="releases"),
            chain(base, ("ann", *theirs), name="releases"),
        )


A, B = {"0002_a.sql": "a" * 64}, {"0003_b.sql": "b" * 64}


@pytest.mark.parametrize(
    ("ours", "theirs", "why"),
    [
        (
            release(SECOND) | {"migrations": {}},
            release(FIRST, "d" * 40) | {"migrations": A},
            f"release {FIRST} was recorded meanwhile, and {SECOND} has not 0002_a.sql of {FIRST}",
        ),
        (
            release(SECOND),
            release(FIRST, "d" * 40) | {"migrations": A},
            f"release {FIRST} was recorded meanwhile, and {SECOND} has not 0002_a.sql of {FIRST}",
        ),
        (
            release(FIRST) | {"migrations": A | B},
            release(SECOND, "d" * 40) | {"migrations": A},
            f"release {SECOND} was recorded meanwhile, and {SECOND} has not 0003_b.sql of {FIRST}",
        ),
        (release(SECOND) | {"migrations": A | B}, release(FIRST, "d" * 40) | {"migrations": A}, None),
        (release(SECOND) | {"migrations": {}}, release(FIRST, "d" * 40) | {"migrations": A, "branch": "develop"}, None),
        (release(SECOND) | {"migrations": {}}, release(FIRST, "d" * 40), None),
    ],
)
def test_no_release_comes_behind_migrations_that_it_may_not_have(
    ours: dict[str, object], theirs: dict[str, object], why: str | None
) -> None:
    mine, published = (chain(b"", ("ann", "recorded", each), name="releases") for each in (ours, theirs))  # type: ignore[arg-type]
    if why is None:
        assert [facts["id"] for _, _, facts in read(merged("releases", b"", mine, published), "releases")] == [
            FIRST,
            SECOND,
        ]
        return
    with pytest.raises(Clash) as refused:
        merged("releases", b"", mine, published)
    assert str(refused.value) == why


def test_an_allocated_id_is_recorded_behind_anything_else() -> None:
    base = chain(b"", ("bob", "allocated", RESERVED), name="releases")
    ours = chain(base, ("bob", "recorded", release(FIRST)), name="releases")  # type: ignore[arg-type]
    theirs = chain(base, ("ann", "allocated", {"id": SECOND, "commit": ""}), name="releases")
    assert [event for _, event, _ in read(merged("releases", base, ours, theirs), "releases")] == [
        "allocated",
        "allocated",
        "recorded",
    ]
