"""Draws commands and what happens between them: the same drawing, the same story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from delivery import deploy, holds, moving, pins, promote, release_commands, rollback, stack_commands
from delivery.approvals_by_review import BRANCHES
from delivery.deciding import Asked
from delivery.desk import Desk
from delivery.github import Checks
from delivery.ledger import FOLDER
from delivery.move import Decision
from delivery.pins import Pins
from delivery.releases import Releases, draft
from model.catalogue import load_catalogue
from tests.promotion.cloud import IMAGE_OF, Faults
from tests.promotion.people import PEOPLE, PIPELINE
from tests.promotion.rules import MOVES, Broken, Command, Rules
from tests.promotion.site import BEFORE, Site

IMAGES = ("api", "worker", "tools")
WEIGHTS = {
    "record": 12, "deploy": 16, "promote": 28, "propose": 7, "rollback": 9, "up": 10, "hold": 2, "unhold": 8,
    "mark-bad": 1, "unmark": 1,
}  # fmt: skip

_QUIET = {"with_infra": False, "break_glass": False, "coordination": "", "push": False}
"""A move as people mostly make it."""
_PASSED = Checks(passed=("build",))


class Driver:
    """One story on one site. `counted` holds how often each command ended in which outcome."""

    def __init__(self, folder: Path, random: Random, counted: Counter[tuple[str, str]]) -> None:
        self._random = random
        self.site = Site(folder)
        self.rules = Rules(self.site)
        self._counted = counted
        self._told: list[str] = []
        self._last: Command | None = None
        self._digest = 0

    def begins(self) -> None:
        """Two releases have come to the first environment, and the first of them further: what short stories go on from."""
        for onwards in (True, False):
            self._record_one()
            self.site.cloud.passes(timedelta(hours=10))
            newest = Releases(self.site.folder).all()[-1].id
            self.types(Command("deploy", "dev", options={**_QUIET, "release": newest, "newest": False}))
            if onwards:
                self.site.cloud.passes(timedelta(hours=10))
                self.types(Command("promote", "staging", options={**_QUIET, "service": "", "release": None}))

    def _record_one(self) -> None:
        digests = {image: self._new() for image in IMAGES}
        options = {"migration": "none", "digests": digests, "author": "bob", "checks": _PASSED}
        self.types(Command("record", "", PIPELINE, options))

    def tell(self, commands: int) -> None:
        """So many commands. Raises Broken, with the story so far, where a rule does not hold."""
        for _ in range(commands):
            self._happens()
            self.types(self._drawn())

    def types(self, command: Command) -> str:
        """One command, held against the rules; its outcome."""
        decided: list[Decision] = []
        if command.meanwhile:
            self.site.run(lambda: decided.append(self._decide(self._desk(command), command)), Faults())
            self._told.append(f"{command.who} has decided {command.name} to {command.environment}, and meanwhile:")
            self.types(command.meanwhile)

        def work() -> None:
            if decided:
                moving.carry_out(self._desk(command), decided[0], True)
            else:
                self._carry_out(command)

        before = self.rules.before()
        with self.site.busy(command.environment) if command.busy else nullcontext():
            end = self.site.run(work, command.faults)
        self._told.append(f"{command} -> {end.code} {sorted(end.refused)}")
        try:
            outcome = self.rules.check(command, before, end)
        except Broken as broken:
            raise Broken("\n".join([*self._told[-40:], end.said, str(broken)])) from None
        self._counted[command.name, outcome] += 1
        for guard in end.refused:
            self._counted["guard", guard] += 1
        self._last = command if command.name in MOVES else self._last
        return outcome

    def _drawn(self) -> Command:
        """The same command once more, as people do after a failure, or another one."""
        if self._last and self._random.random() < 0.12:
            return replace(self._last, faults=Faults(), busy=False, meanwhile=None)
        command = self._anything()
        if command.name in MOVES and self._chance(0.08):
            other = self._random.choice((command, replace(self._anything(), environment=command.environment)))
            if other.name in (*MOVES, "hold", "up"):
                return replace(command, busy=False, meanwhile=replace(other, busy=False, who="bob"))
        return command

    def _anything(self) -> Command:
        (name,) = self._random.choices(list(WEIGHTS), list(WEIGHTS.values()))
        environment = self._environment(name)
        who, options = self._random.choice(PEOPLE), self._options(name)
        # A pipeline writes no reason why a guard should not count.
        if name == "record" or (name == "deploy" and not options["break_glass"] and self._random.random() < 0.4):
            who = PIPELINE
        return Command(name, environment, who, options, self._faults(name), busy=name in MOVES and self._chance(0.03))

    def _environment(self, name: str) -> str:
        if name in ("record", "mark-bad", "unmark"):
            return ""
        if name == "deploy":
            return "dev" if self._chance(0.96) else "staging"
        if name in ("promote", "propose"):
            return self._random.choices(("staging", "prod", "edge", "dev"), (40, 40, 18, 2))[0]
        held = [each for each in BEFORE if any(entry["event"] == "held" for entry in self.site.entries(each)[-4:])]
        return self._random.choice(held if name == "unhold" and held and self._chance(0.8) else list(BEFORE))

    def _options(self, name: str) -> dict[str, Any]:
        releases = [each.id for each in Releases(self.site.folder).all()]
        chosen = self._random.choice(releases[-4:]) if releases else "2026.01.01.0001"
        some: dict[str, Any] = {}
        if name in MOVES or name == "propose":
            some["with_infra"] = self._chance(0.15)
            some["break_glass"] = self._chance(0.1) and name in ("deploy", "promote")
            some["coordination"] = "https://wiki/plan" if self._chance(0.5) else ""
            some["push"] = self._chance(0.3)
        if name == "deploy":
            some |= {"release": releases[-1] if releases and self._chance(0.7) else chosen, "newest": self._chance(0.2)}
            some["release"] = "2026.13.01.0001" if self._chance(0.02) else some["release"]
        if name in ("promote", "propose", "rollback"):
            some["service"] = self._random.choice(list(IMAGE_OF)) if self._chance(0.15) else ""
            some["release"] = chosen if self._chance(0.15) else None
        if name == "promote" and self._chance(0.04):
            some["source"] = self._random.choice(list(BEFORE))
        if name in ("mark-bad", "unmark"):
            some["release"] = chosen
        if name == "record":
            some["migration"] = self._random.choices(("none", "expand", "contract", "coordinated"), (55, 25, 12, 8))[0]
            some["digests"] = {image: self._new() for image in IMAGES if self._chance(0.6)}
            some["author"] = self._random.choice(PEOPLE)
            some["checks"] = self._random.choices(
                (_PASSED, Checks(failed=("build",)), Checks(pending=("build",)), Checks()), (88, 5, 4, 3)
            )[0]
            for digest in some["digests"].values():
                if self._chance(0.1):
                    self.site.cloud.crashing.add(digest)
                elif self._chance(0.1):
                    self.site.cloud.failing_smoke.add(digest)
        return some

    def _faults(self, name: str) -> Faults:
        if name not in (*MOVES, "up") or not self._chance(0.3):
            return Faults()
        up = ("failed", "failed after", "locked", "bad input")
        return self._random.choice(
            [
                Faults(kill=self._random.randint(1, 45)),
                Faults(kill=self._random.randint(1, 45)),
                Faults(up=(self._random.choice(up),)),
                Faults(up=("fine", self._random.choice(up))),
                Faults(plan=True),
                Faults(push=self._random.randint(1, 5)),
                Faults(commit=self._random.randint(1, 5)),
                Faults(notices=True),
            ]
        )

    def _happens(self) -> None:
        """What nobody types: each now and then."""
        cloud, chance = self.site.cloud, self._chance
        environment = self._random.choice(list(BEFORE))
        cloud.passes(timedelta(minutes=self._random.choice((1, 5, 30, 90, 600))))
        if chance(0.02) and self._digest:
            cloud.lost.add(_digest(self._random.randint(1, self._digest)))
        if chance(0.2):
            cloud.lost.clear()
        if chance(0.04) and (running := list(cloud.of(environment).running)):
            cloud.of(environment).ill[self._random.choice(running)] = "OOMKilled"
        elif chance(0.3):
            self._heals(environment)
        if chance(0.03):
            cloud.program[environment] = cloud.program.get(environment, 0) + 1
        if chance(0.02):
            self._pins_by_hand(environment)
        if chance(0.02):
            self._tears(environment)
        if self.site.hub.requests and chance(0.5):
            self._reviews()
        if chance(0.1):
            cloud.crashing.clear()
            cloud.failing_smoke.clear()

    def _heals(self, environment: str) -> None:
        """What was out of memory comes back; what crashes from the start does not."""
        there = self.site.cloud.of(environment)
        there.ill = {name: why for name, why in there.ill.items() if why != "OOMKilled"}
        self.site.cloud.looked(environment)

    def _pins_by_hand(self, environment: str) -> None:
        images = dict(pins.read(environment, self.site.folder).images)
        if not images or not self._digest:
            return
        known = pins.read(environment, self.site.folder)
        image = self._random.choice(sorted(set(IMAGE_OF.values())))
        images[image] = _digest(self._random.randint(1, self._digest))
        if images[image] == known.images.get(image):
            return
        pins.write(environment, self.site.folder, Pins(images, known.release, known.migrated))
        self.rules.by_hand.add((environment, image, images[image]))
        self._told.append(f"by hand {environment} {image} {images[image]}")

    def _tears(self, environment: str) -> None:
        """A command that was killed while its entry was written."""
        (self.site.folder / FOLDER).mkdir(exist_ok=True)
        with self.site.ledger(environment).open("ab") as file:
            file.write(b'{"at":"2026-01-0')
        self.rules.torn.add(environment)

    def _reviews(self) -> None:
        branch = self._random.choice(list(self.site.hub.requests)[-3:])
        who = self._random.choice(PEOPLE)
        state = "APPROVED" if self._chance(0.8) else "DISMISSED"
        self.site.hub.reviews.setdefault(branch, {})[who] = state
        self._told.append(f"{who} {state} {branch.removeprefix(BRANCHES)}")

    def _carry_out(self, command: Command) -> None:
        some, desk = command.options, self._desk(command)
        match command.name:
            case "deploy" | "promote" | "rollback":
                moving.carry_out(desk, self._decide(desk, command), True)
            case "propose":
                moving.propose(desk, self._decide(desk, command), True)
            case "record":
                self._records(desk, some)
            case "up":
                if not stack_commands.update(desk, command.environment, "up").ok:
                    raise SystemExit(1)
            case "hold":
                holds.hold(desk, command.environment, "wait", True)
            case "unhold":
                holds.lift(desk, command.environment, "go", True)
            case "mark-bad":
                Releases(self.site.folder).mark_bad(some["release"], "it leaks", desk.who, desk.engine.now())
            case "unmark":
                Releases(self.site.folder).unmark(some["release"], "it does not", desk.who, desk.engine.now())

    def _desk(self, command: Command) -> Desk:
        return self.site.desk(command.who, bool(command.options.get("push")))

    def _decide(self, desk: Desk, command: Command) -> Decision:
        some, environment = command.options, command.environment
        asked = self._asked(some, newest_only=bool(some.get("newest")), later=command.name == "propose")
        if command.name == "deploy":
            return deploy.decide(desk, environment, some["release"], asked)
        service, release = some["service"], some["release"]
        if command.name == "rollback":
            return rollback.decide(desk, environment, release, service=service, asked=replace(asked, why="it is slow"))
        return promote.decide(desk, environment, some.get("source"), service=service, release=release, asked=asked)

    def _asked(self, some: Mapping[str, Any], newest_only: bool = False, later: bool = False) -> Asked:
        glass = bool(some["break_glass"])
        return Asked(some["with_infra"], glass, "it burns" if glass else "", some["coordination"], newest_only, later)

    def _records(self, desk: Desk, some: Mapping[str, Any]) -> None:
        known = Releases(self.site.folder).all()
        images = dict(known[-1].images) if known else {image: self._new() for image in IMAGES}
        commit = f"{len(known) + 1:040x}"
        self.site.hub.authors[commit] = some["author"]
        self.site.hub.checks[commit] = some["checks"]
        made = draft(load_catalogue(self.site.folder), commit, {**images, **some["digests"]}, some["migration"])
        release_commands.record(desk, replace(made, author=f"{some['author']}@example.com"), False)

    def _new(self) -> str:
        self._digest += 1
        return _digest(self._digest)

    def _chance(self, share: float) -> bool:
        return self._random.random() < share


def _digest(number: int) -> str:
    return f"sha256:{number:064x}"
