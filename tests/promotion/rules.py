"""The rules of promotion, told a second time: from what the cloud has seen and what the files hold, not by delivery's code.

Every command is held against them when it has ended, by the files before and after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any

import yaml

from delivery.ledger import Ledger
from delivery.observed import observe
from tests.promotion.cloud import IMAGE_OF, Cloud, Faults
from tests.promotion.people import PEOPLE
from tests.promotion.site import AUTOMATIC, BAKE_MINUTES, BEFORE, KILLED, End, Site

MOVES = ("deploy", "promote", "rollback")
TORN = "the last entry is torn"
_PINS = re.compile(r"^  slipway:(images:.*\n(?:    .*\n)*|(release|migrated):.*\n)", re.MULTILINE)

OUTCOMES = {
    ("begun", "done"): ("done", {0}),
    ("begun", "withdrawn"): ("withdrawn: nothing ran", {1, 2, 5}),
    ("begun", "failed", "held", "begun", "done"): ("failed, rolled back by itself, on hold", {1}),
    ("begun", "failed", "held"): ("failed, not rolled back, on hold", {1}),
    ("begun", "failed", "held", "begun", "failed"): ("failed, and the rollback failed too, on hold", {1}),
    ("begun", "failed"): ("broke off: the engine did not answer", {1}),
}
"""What a move has written into its environment's ledger -> the row of DEPLOY.md's table, and its exit codes."""
UNTOUCHED = {
    0: "nothing to move",
    1: "could not be decided",
    2: "bad input",
    3: "refused by guards",
    5: "somebody else is at it",
}
"""Exit code -> the row, where nothing was written."""


@dataclass(frozen=True)
class Command:
    """What was typed, and by whom."""

    name: str
    environment: str = ""
    who: str = "ann"
    options: Mapping[str, Any] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    busy: bool = False
    meanwhile: Command | None = None
    """What somebody else does to its end after this one has decided and before it is carried out."""


@dataclass(frozen=True)
class Before:
    """Files, entries and cloud when the command began."""

    files: Mapping[str, bytes]
    entries: Mapping[str, Sequence[Mapping[str, Any]]]
    pins: Mapping[str, Mapping[str, Any]]
    approvers: Mapping[str, frozenset[str]]
    well: Mapping[tuple[str, str], frozenset[str]]


class Broken(AssertionError):
    """A rule does not hold."""


class Rules:
    """What must hold of a site whatever is typed. `outcome` is None where a rule is broken: then Broken is raised."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.cloud: Cloud = site.cloud
        self.by_hand: set[tuple[str, str, str]] = set()
        """Environment, image and digest that somebody has written into a file."""
        self.torn: set[str] = set()
        """Ledgers whose last entry somebody was killed over."""
        self._excused: set[tuple[str, str, str]] = set()
        """What came past the rules openly, and may come back by a rollback."""

    def before(self) -> Before:
        """To be taken when a command begins."""
        return Before(
            self._site.bytes(),
            {name: self._site.entries(name) for name in BEFORE},
            {name: self.pins(name) for name in BEFORE},
            {branch: frozenset(self._site.hub.approvers(branch)) for branch in self._site.hub.requests},
            {key: frozenset(digests) for key, digests in self.cloud.well.items()},
        )

    def pins(self, environment: str) -> dict[str, Any]:
        """The three keys of a stack's file."""
        config = _config(self._site.file(environment).read_text())
        return {key: config.get(f"slipway:{key}") for key in ("images", "release", "migrated")}

    def check(self, command: Command, before: Before, end: End) -> str:
        """Every rule; the outcome of the command as DEPLOY.md calls it. Raises Broken."""
        new = {name: self._site.entries(name)[len(before.entries[name]) :] for name in BEFORE}
        outcome = self._outcome(command, before, end, new)
        for problem in (
            *self._whole(new),
            *self._untouched(command, before, end, new),
            *self._only_pins(before),
            *(problem for name in BEFORE for problem in self._digests(name, before, new[name])),
            *(problem for name in BEFORE for problem in self._people(name, before, new[name])),
            *(problem for name in BEFORE for problem in self._ends(name, before, new[name], end)),
            *self._migrations(before),
        ):
            raise Broken(problem)
        return outcome

    def _outcome(
        self, command: Command, before: Before, end: End, new: Mapping[str, Sequence[Mapping[str, Any]]]
    ) -> str:
        """The row of the table. What a killed command leaves is the beginning of another row."""
        events = tuple(str(entry["event"]) for entry in new.get(command.environment, ()))
        if end.code == KILLED:
            if command.name in MOVES and not any(row[: len(events)] == events for row in OUTCOMES):
                raise Broken(f"a killed {command.name} has written {events}")
            return "killed"
        if command.name not in MOVES:
            if end.code not in (0, 1, 2, 3, 5):
                raise Broken(f"{command.name} ended with {end.code}")
            return UNTOUCHED[end.code] if end.code else "done"
        if not events:
            if end.code not in UNTOUCHED or end.code == 0:
                raise Broken(f"{command.name} ended with {end.code} and nothing in the ledger")
            return UNTOUCHED[end.code]
        row, codes = OUTCOMES.get(events, ("", set()))
        if end.code not in codes:
            raise Broken(f"{command.name} ended with {end.code} and {events} in the ledger")
        return row

    def _whole(self, new: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
        """Ledgers are whole. Only a kill leaves a torn end, which the next entry cuts off."""
        self.torn -= {name for name in self.torn if new.get(name)}
        for path in sorted(self._site.ledger("dev").parent.glob("*.jsonl")):
            for found in Ledger(self._site.folder, path.stem).verify():
                if found.problem != TORN or path.stem not in self.torn:
                    yield f"the ledger {path.stem} is broken in line {found.line}: {found.problem}"

    def _untouched(
        self, command: Command, before: Before, end: End, new: Mapping[str, Sequence[Mapping[str, Any]]]
    ) -> Iterator[str]:
        """What was refused changes no byte; what was withdrawn says so, and pins what it did."""
        if end.code in (0, 1, KILLED):
            return
        after = self._site.bytes()
        allowed = set()
        if [entry["event"] for entry in new.get(command.environment, ())] == ["begun", "withdrawn"]:
            allowed = {f"{command.environment}.jsonl"}
        changed = {name for name in {*before.files, *after} if before.files.get(name) != after.get(name)} - allowed
        if changed:
            yield f"{command.name} ended with {end.code} and changed {', '.join(sorted(changed))}"

    def _only_pins(self, before: Before) -> Iterator[str]:
        """Nothing but the three pins of a file ever changes."""
        for name in BEFORE:
            file = self._site.file(name)
            then, now = before.files[file.name].decode(), file.read_text()
            if _PINS.sub("", then) != _PINS.sub("", now):
                yield f"more than the pins of {name} changed: {now}"

    def _digests(self, name: str, before: Before, new: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """What is pinned ran well one environment before, unless the ledger or `status` says otherwise."""
        pinned = self.pins(name)["images"] or {}
        source = BEFORE[name]
        passed = {guard for entry in new for guard in entry["facts"].get("break_glass", ())}
        for image, digest in pinned.items():
            if passed & {"next-in-line", "source-healthy", "running-equals-pinned"}:
                self._excused.add((name, image, digest))
            ran = before.well.get((source, image), frozenset()) if source else None
            if source is None or image not in IMAGE_OF.values() or (name, image, digest) in self._excused:
                continue
            if ran is not None and digest in ran:
                continue
            if (name, image, digest) in self.by_hand:
                found = observe(self._site.desk("rules"), name).by_hand
                if image not in found:
                    yield f"{name} pins {image} by hand ({digest}), and status does not say so"
            else:
                yield f"{name} pins {image} at {digest}, which never ran well in {source}"

    def _people(self, name: str, before: Before, new: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """Who begins what, who agreed to it, and what no hold, freeze or bake time lets pass."""
        held = _held(before.entries[name])
        for entry in new:
            facts = entry["facts"]
            if entry["event"] == "held":
                held = True
            if entry["event"] == "unheld":
                held = False
            if entry["event"] != "begun":
                continue
            passed = set(facts.get("break_glass", ()))
            if name not in AUTOMATIC and entry["who"] not in PEOPLE:
                yield f"{entry['who']} brought something to {name}, which is not automatic"
            if facts["verb"] == "rollback":
                continue
            if held and "not-on-hold" not in passed:
                yield f"{name} is on hold, and {facts['verb']} of {facts['release']} was begun"
            if name == "prod":
                yield from self._production(entry, passed, before)

    def _production(self, entry: Mapping[str, Any], passed: set[str], before: Before) -> Iterator[str]:
        """The rules of the one environment that has all of them."""
        facts = entry["facts"]
        branch = f"slipway/prod-{facts['plan'].removeprefix('sha256:')[:12]}"
        author = self._site.hub.authors.get(self._commit_of(facts["release"]), "")
        agreed = before.approvers.get(branch, frozenset()) - {entry["who"], author}
        if not agreed and "approved" not in passed:
            yield f"nobody else has approved {facts['plan']} of {facts['release']}, and {entry['who']} began it in prod"
        now = self.cloud.time
        if now.weekday() == 4 and now.hour >= 16 and "not-frozen" not in passed:
            yield f"prod is frozen at {now}"
        for image, digest in facts["after"]["images"].items():
            if (
                image not in IMAGE_OF.values()
                or digest == before.pins["prod"]["images"].get(image)
                or passed & {"baked", "next-in-line"}
            ):
                continue
            ran = self.cloud.ran.get(("staging", image, digest), timedelta())
            if ran < timedelta(minutes=BAKE_MINUTES["prod"]):
                yield f"{image} {digest} has run in staging for {ran} only"

    def _commit_of(self, release: str | None) -> str:
        entries = self._site.entries("releases")
        return next((str(it["facts"]["commit"]) for it in entries if it["facts"].get("id") == release), "")

    def _ends(self, name: str, before: Before, new: Sequence[Mapping[str, Any]], end: End) -> Iterator[str]:
        """What a failure leaves: the pins that the ledger says, a hold, and one rollback at most."""
        if not new or end.code == KILLED:
            return
        pinned, last = self.pins(name), new[-1]
        events = tuple(entry["event"] for entry in new)
        if events[:3] == ("begun", "failed", "held"):
            if not _held(self._site.entries(name)):
                yield f"{name} failed and is not on hold"
            back = [entry for entry in new[3:] if entry["event"] == "begun"]
            wanted = back[0] if back else new[0]
            if pinned["images"] != wanted["facts"]["after"]["images"]:
                yield f"{name} does not pin what its ledger ends with"
            if len(back) > 1 or any(entry["facts"]["verb"] != "rollback" for entry in back):
                yield f"{name} went back more than once"
            done = [dict(it["facts"]["after"]["images"]) for it in before.entries[name] if it["event"] == "done"]
            if back and back[0]["facts"]["after"]["images"] not in done:
                yield f"{name} went back to what never ran well there"
        if last["event"] == "withdrawn" and pinned != before.pins[name] and len(new) > 1:
            yield f"{name} was withdrawn, and pins something else"
        if last["event"] == "done":
            there = self.cloud.of(name)
            wanted = {it: pinned["images"][image] for it, image in IMAGE_OF.items() if image in pinned["images"]}
            if there.ill or there.running != wanted:
                yield f"{name} is called done and runs {there}"

    def _migrations(self, before: Before) -> Iterator[str]:
        """Migrations only go forward, none runs twice, and each by an image of its release or a later one."""
        builds = [each["facts"] for each in self._site.entries("releases") if each["event"] == "recorded"]
        for (name, release), digest in self.cloud.migrators.items():
            of = [each["id"] for each in builds if each["images"]["tools"] == digest]
            if digest is None or (of and max(of) < release):
                yield f"the migrations of {release} were run in {name} by the image of {max(of, default='no release')}"
        for name in BEFORE:
            was, now = before.pins[name]["migrated"], self.pins(name)["migrated"]
            if (now or "") < (was or "") and (was or "") in self.cloud.migrations.get(name, ()):
                yield f"{name} was migrated to {was} and is called migrated to {now}"
            ran = self.cloud.migrations.get(name, [])
            if ran != sorted(set(ran)):
                yield f"the migrations of {name} ran in this order: {', '.join(ran)}"


@lru_cache(maxsize=64)
def _config(text: str) -> dict[str, Any]:
    """Only to be read."""
    loaded: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)["config"]
    return loaded


def _held(entries: Sequence[Mapping[str, Any]]) -> bool:
    said = [entry["event"] for entry in entries if entry["event"] in ("held", "unheld")]
    return bool(said) and said[-1] == "held"
