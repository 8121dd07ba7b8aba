"""What is written down of an environment: entries of its ledger, the commits that carry them, and the notices of them."""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from rich.markup import escape

from delivery import announcing, history, outbox, pins, plans, screen
from delivery.desk import Desk
from delivery.engines import Update
from delivery.errors import Ended, Locked
from delivery.ledger import Entry, Ledger
from delivery.ledger import entries as ledger_entries
from delivery.move import Move
from delivery.observed import Observed
from delivery.pins import Pins
from delivery.service_changes import described
from model.stacks import stack_file

PLAN = "Slipway-Plan"
"""The trailer of a commit that pins: the hash of the plan that was approved, or that nobody had to approve."""

MOST_CHANGES = 40
"""Lines of what an update has changed, as many as a plan shows."""


class Record:
    """One environment's. Everything is on disk before it is committed, and committed before anybody is told."""

    def __init__(self, desk: Desk, environment: str) -> None:
        self._desk = desk
        self.environment = environment
        self._ledger = Ledger(desk.place.config, environment)
        self._found: Pins | None = None
        self._begun: str | None = None

    def add(self, event: str, facts: Mapping[str, Any]) -> Entry:
        """One entry, now and by whoever is at the desk."""
        return self._ledger.append(self._desk.who, self._desk.engine.now(), event, facts)

    def keep(self, message: str, *, publish: bool = True, instead_of: str | None = None) -> None:
        """Commit what has happened. It happened whether that works or not, and what follows must not wait for it: the files
        are written, the next commit takes them along, and the next `--push` publishes it."""
        try:
            self.commit(message, publish=publish, instead_of=instead_of)
        except Ended as error:
            screen.err().print(f"[yellow]warning[/]: not committed or not published yet: {escape(error.what)}")

    def commit(
        self,
        message: str,
        trailers: Mapping[str, str] | None = None,
        *,
        publish: bool = True,
        instead_of: str | None = None,
    ) -> str | None:
        """Commit the environment's ledger and file, with what is kept of notices, and publish that where it was asked for.

        Without a repository the files themselves are all there is.
        """
        repository = self._desk.repository
        if repository is None:
            return None
        config = self._desk.place.config
        paths = [self._ledger.path, config / stack_file(self.environment), Ledger(config, outbox.LEDGER).path]
        there = [path for path in paths if path.exists()]
        made = repository.commit(there, message, trailers=trailers or {}, instead_of=instead_of)
        if self._desk.push and publish:
            repository.push()
        return made

    def begun(self, move: Move, wanted: Pins) -> None:
        """Entry, pins and commit. Raises Ended, with the pins as they were, where they cannot be committed, or somebody else
        has published other ones: Locked where they have published anything about the environment since it was looked at. Going
        back by itself waits for neither."""
        config = self._desk.place.config
        self._found = pins.read(move.target, config)
        self.add(history.BEGUN, move.facts())
        pins.write(move.target, config, wanted)
        subject = f"{move.verb} {move.release or 'pins'} to {move.target}"
        message = "\n".join([subject, "", *described(move.services)])
        if move.automatic:
            return self.keep(message)
        try:
            self._begun = self.commit(message, {PLAN: move.plan} if move.plan else None, publish=False)
            if self._desk.repository and self._desk.push:
                self._desk.repository.push(check=lambda tip: self._alone(move, tip))
        except Ended as error:
            # Who was faster is there already, so that this can come behind it; any other reason may last.
            self.interrupted(move, error.what, withdrawn=True, publish=isinstance(error, Locked))
            raise

    def _alone(self, move: Move, tip: str) -> None:
        """Raises Locked where others' entries stand between what was looked at and what was begun in what is to be published."""
        repository = self._desk.repository
        if repository is None or move.seen is None:
            return
        *entries, _ = ledger_entries(self.environment, repository.show(tip, self._ledger.path) or b"")
        others = [*takewhile(lambda entry: entry.hash != move.seen, reversed(entries))]
        if others:
            first, target = others[-1], move.target
            did = f"changed {target} ({first.event})"
            if first.event == history.BEGUN:
                did = f"begun {history.what(first)} in {target}"
            told = f"{first.who} has {did} since it was looked at"
            raise Locked(told, f"Look at 'slipway history {target}', then run the same command again.")

    def done(self, move: Move, updates: Sequence[Update], now: Observed) -> None:
        """It runs; and what the updates that brought it there have really changed."""
        changed = [line for update in updates for line in plans.described(plans.listed(update), MOST_CHANGES)]
        entry = self.add(history.DONE, {**move.facts(), "changes": plans.counted(updates), "changed": changed})
        self.keep(f"{move.target} runs {move.release or 'its pins'}")
        announcing.done(self._desk, move, entry, now)

    def failed(self, move: Move, reasons: Sequence[str], now: Observed) -> None:
        """It does not run, and what runs instead."""
        entry = self.add(history.FAILED, {**move.facts(), "reason": "; ".join(reasons), "running": dict(now.running)})
        self.keep(f"{move.target} does not run {move.release or 'its pins'}")
        announcing.failed(self._desk, move, entry, now)

    def interrupted(self, move: Move, reason: str, *, withdrawn: bool, publish: bool = True) -> None:
        """The engine did not come to an end, or not even to a beginning: then the pins are again as they were found, which
        after a merge are not those of before the move."""
        if withdrawn:
            pins.write(move.target, self._desk.place.config, self._found or move.before)
        event = history.WITHDRAWN if withdrawn else history.FAILED
        self.add(event, {**move.facts(), "reason": reason, **({} if withdrawn else {history.BROKE_OFF: True})})
        message = f"{move.verb} to {move.target} " + ("was withdrawn" if withdrawn else "broke off")
        self.keep(message, publish=publish, instead_of=self._begun if withdrawn else None)

    def hold(self, why: str, *, automatic: bool = False) -> None:
        """Nothing comes here any more until somebody lifts it. One by itself is committed with what follows it."""
        entry = self.add(history.HELD, {"why": why, **({"automatic": True} if automatic else {})})
        if not automatic:
            self.commit(f"{self.environment} is on hold")
        announcing.held(self._desk, self.environment, entry)

    def lift(self, why: str) -> None:
        """Releases may come again."""
        entry = self.add(history.RELEASED, {"why": why})
        self.commit(f"{self.environment} is not on hold any more")
        announcing.lifted(self._desk, self.environment, entry)
