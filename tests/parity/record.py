"""What is compared of a step: operations, their order where it matters, state, things and messages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

from tests.parity.workspace import PASSPHRASE, PREFIX
from tests.sandbox.engine.states import comparable

Record = dict[str, Any]
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SEED = re.compile(r"(?<=-)[0-9a-f]{7}\b")
_COLOUR = re.compile(r"<\{%[^%]*%\}>|\x1b\[[0-9;]*m")
_QUIET = ("same", "read")


@dataclass
class Observed:
    """A run as an engine told it: (begin or end, operation, URN) in order, and (URN, severity, text)."""

    ok: bool = True
    events: list[tuple[str, str, str]] = field(default_factory=list)
    messages: list[tuple[str, str, str]] = field(default_factory=list)


def record(observed: Observed, before: Any, after: Any, world: dict[str, Any], stack: str) -> Record:
    """The step's record; `before` and `after` are state files."""
    olds, news = _resources(before), _resources(after)
    components = _components(olds, news)
    # That a component was replaced is told by one engine and, but in a plan, only half by the other.
    events = [each for each in observed.events if each[1] != "delete-replaced" or each[2] not in components]
    ordered = [each for each in events if each[1] != "replace" or each[2] not in components]
    # One engine tells that a component is done when it is registered, the other when it has its outputs, or never if
    # something fails before. What begins as a refresh ends as something else. One that no state has stays the same.
    early = [(op, urn) for what, op, urn in events if what == "begin" and (urn in components or op == "same")]
    done = [(op, urn) for what, op, urn in events if what == "end"]
    done += [(op, urn) for op, urn in early if op != "refresh" and not op.startswith("delete")]
    found: Record = {
        "ok": observed.ok,
        "ops": _by_op(done),
        "order": sorted(_order(ordered, olds, news)),
        "messages": sorted([severity, urn, _plain(text)] for urn, severity, text in observed.messages),
        "state": news,
        "world": world,
    }
    return _anonymous(found, stack)


def changes(records: Iterable[Record]) -> list[Record]:
    """The same with only what differs from the step before in state and world; what went is None. It is what is kept."""
    short = []
    last: Record = {"state": {}, "world": {}}
    for whole in records:
        parts = {key: _difference(last[key], whole[key]) for key in ("state", "world")}
        short.append({key: value for key, value in {**whole, **parts}.items() if value not in ([], {}, True)})
        last = whole
    return short


def _difference(old: Record, new: Record) -> Record:
    gone = {key: None for key in old if key not in new}
    return gone | {key: value for key, value in new.items() if old.get(key) != value}


def _by_op(ended: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for op, urn in sorted(set(ended)):
        found.setdefault(op, []).append(urn)
    return found


def _resources(document: Any) -> Record:
    if document is None:
        return {}
    whole, resources = comparable(document, PASSPHRASE)
    latest = whole["checkpoint"].get("latest", {})
    found: Record = {key: value for key, value in resources.items() if "::pulumi:providers:pulumi::" not in key}
    for key in ("version", "features"):
        if whole.get(key) not in (3, None):
            found[key] = whole[key]
    if latest.get("pending_operations"):
        found["pending"] = latest["pending_operations"]
    return found


def _needs(state: Record) -> Iterator[tuple[str, str]]:
    """(needing, needed) URNs of a state."""
    for item in state.values():
        if not isinstance(item, dict) or "urn" not in item:
            continue
        needed = {item.get("parent", ""), item.get("deletedWith", ""), item.get("provider", "").rpartition("::")[0]}
        needed.update(item.get("dependencies", ()))
        yield from ((item["urn"], urn) for urn in needed if urn and "::pulumi:pulumi:Stack::" not in urn)


def _components(*states: Record) -> set[str]:
    found = (item for state in states for item in state.values() if isinstance(item, dict))
    return {item["urn"] for item in found if "urn" in item and not item.get("custom")}


def _order(events: list[tuple[str, str, str]], olds: Record, news: Record) -> Iterator[str]:
    """Which came first of two operations on the same resource, or on one and another that it needs.

    What was deleted needs what it needed before, what was made what it needs now. Only what ended before the other began
    counts: everything else an engine may do as it likes.
    """
    begun: dict[tuple[str, str], int] = {}
    ended: dict[tuple[str, str], int] = {}
    for number, (what, op, urn) in enumerate(events):
        if op not in _QUIET:
            (begun if what == "begin" else ended).setdefault((op, urn), number)
    before, now = set(_needs(olds)), set(_needs(news))
    for op, urn in [key for key in ended if key[1] in _components(olds, news)]:
        if not op.startswith("delete"):
            ended[op, urn] = begun[op, urn]
    for first, second in permutations(ended, 2):
        deleting = [op.startswith("delete") for op, _ in (first, second)]
        pair, riap = (first[1], second[1]), (second[1], first[1])
        related = first[1] == second[1]
        if any(deleting):
            related = related or pair in before or riap in before
        if not all(deleting):
            related = related or pair in now or riap in now
        if related and second in begun and ended[first] < begun[second]:
            yield f"{first[0]} {first[1]} < {second[0]} {second[1]}"


def _plain(text: str) -> str:
    """The message in one line, without colours, quoting, and advice on commands, which is each tool's own.

    Of a program's exception only its last line is kept, not the way there.
    """
    text = _COLOUR.sub("", text).strip()
    if text.startswith("Program failed with an unhandled exception"):
        text = "exception: " + text.splitlines()[-1]
    return " ".join(text.replace('"', "'").partition(" To unprotect")[0].split())


def _anonymous(found: Record, stack: str) -> Record:
    """Without what no two runs share: random IDs and names; URNs without the stack's part, which is the same."""
    text = json.dumps(found).replace(PREFIX.format(stack=stack), "")
    text = _SEED.sub("random", _UUID.sub("uuid", text))
    plain: Record = json.loads(text)
    return plain
