"""Telling people, so that nothing else depends on it: a notice that does not arrive is kept and tried again.

What was not delivered stands in the ledger `notices`: `undelivered` holds the notice, the channels that it has reached and
why it reached no others; `delivered` (or `withdrawn`, where nobody is to be told any more) says that the matter is closed.
The next command that tells something tries again what is kept, oldest first. One process at a time does so: no notice is
sent by two. One whose answer was lost may arrive twice.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.markup import escape

from delivery import screen
from delivery.endings import DEBUG
from delivery.errors import Locked
from delivery.holding import held
from delivery.ledger import Entry, Ledger
from delivery.notices import Notice, Notices, Reach, Undelivered, channels_of
from model.environment import Environment
from model.errors import ConfigError
from model.stacks import load_environment, stack_file

LEDGER = "notices"
UNDELIVERED, DELIVERED, WITHDRAWN = "undelivered", "delivered", "withdrawn"

AT_ONCE = 5
"""How many messages of what is kept a command tries that was not asked to: it has something else to do."""


@dataclass(frozen=True)
class Kept:
    """A notice that has not reached all of its channels. `number` is that of its first entry in the ledger."""

    number: int
    notice: Notice
    reached: tuple[str, ...]
    reason: str

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "number": self.number,
            "notice": self.notice.as_json(),
            "reached": list(self.reached),
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Retried:
    """What came of a go at everything that was kept: how many arrived, how many nobody is to be told of any more, the rest
    with the reason of now."""

    delivered: int
    withdrawn: int
    left: tuple[Kept, ...]

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        left = [each.as_json() for each in self.left]
        return {"delivered": self.delivered, "withdrawn": self.withdrawn, "kept": left}


def kept(entries: Iterable[Entry]) -> list[Kept]:
    """What is still to be delivered, oldest first."""
    found: dict[int, Kept] = {}
    for entry in entries:
        facts = entry.facts
        if "notice" in facts:
            notice = Notice.from_json(facts["notice"])
            found[entry.number] = Kept(entry.number, notice, tuple(facts["reached"]), str(facts["reason"]))
        elif entry.event == UNDELIVERED:
            known = found[facts["of"]]
            found[facts["of"]] = replace(known, reached=tuple(facts["reached"]), reason=str(facts["reason"]))
        else:
            found.pop(facts["of"], None)
    return list(found.values())


class Outbox:
    """Sends notices and keeps those that did not arrive. `who` is the name that goes into the ledger."""

    def __init__(self, config_dir: Path, notices: Notices, who: str, now: Callable[[], datetime]) -> None:
        self._config_dir = config_dir
        self._notices = notices
        self._who = who
        self._now = now
        self._ledger = Ledger(config_dir, LEDGER)

    def tell(self, notice: Notice) -> None:
        """Send a notice to whom its environment names, after what is kept. Never raises: a line on stderr is all."""
        try:
            self._tell(notice)
        except Exception as error:
            # Whatever it is: what the notice tells of is done, and must not look as if it were not.
            if os.environ.get(DEBUG):
                raise
            _warn(f"the notice '{notice.title}' is lost", str(error))

    def kept(self) -> list[Kept]:
        """What is still to be delivered, oldest first. Raises ConfigError where the ledger is broken."""
        return kept(self._ledger.entries())

    def retry(self) -> Retried:
        """Try all that is kept again. Raises ConfigError where the ledger is broken, Locked where another is at it."""
        return self._again(_Round(self._notices)) if self.kept() else Retried(0, 0, ())

    def _tell(self, notice: Notice) -> None:
        sending = _Round(self._notices, AT_ONCE)
        try:
            if self.kept():
                self._again(sending)
        except Locked:
            pass  # Whoever is at it sends them.
        except (ConfigError, ValueError, OSError) as error:
            _warn("what is kept of notices cannot be read", str(error))
        _, reached, reason = self._send(sending, notice, ())
        if reason:
            self._note(UNDELIVERED, {"notice": notice.as_json(), "reached": reached, "reason": reason})
            kept_now = "it is kept, and 'slipway notices retry' or the next notice sends it"
            _warn(f"the notice '{notice.title}' did not arrive", f"{reason}; {kept_now}")

    def _again(self, sending: "_Round") -> Retried:
        """Try what is kept, as far as the round goes."""
        delivered = withdrawn = 0
        left: list[Kept] = []
        with held(self._config_dir, LEDGER, self._who):
            for each in self.kept():
                if sending.over:
                    left.append(replace(each, reason=sending.down or each.reason))
                    continue
                wanted, reached, reason = self._send(sending, each.notice, each.reached)
                everywhere = [*each.reached, *reached]
                if reason:
                    left.append(replace(each, reached=tuple(everywhere), reason=reason))
                    if reached:
                        self._note(UNDELIVERED, {"of": each.number, "reached": everywhere, "reason": reason})
                elif wanted:
                    self._note(DELIVERED, {"of": each.number, "reached": everywhere})
                    delivered += 1
                else:
                    self._note(WITHDRAWN, {"of": each.number})
                    withdrawn += 1
        return Retried(delivered, withdrawn, tuple(left))

    def _send(self, sending: "_Round", notice: Notice, before: Sequence[str]) -> tuple[tuple[str, ...], list[str], str]:
        """Where the notice belongs, which of that it has reached now, and why not the rest, empty where it has.

        `before` it had reached those.
        """
        try:
            wanted = self._channels(notice)
        except ConfigError as error:
            return (), [], str(error)
        reached, reasons = sending.send(notice, [channel for channel in wanted if channel not in before])
        return wanted, reached, "; ".join(reasons)

    def _note(self, event: str, facts: dict[str, Any]) -> None:
        self._ledger.append(self._who, self._now(), event, facts)

    def _channels(self, notice: Notice) -> tuple[str, ...]:
        """None where the environment is gone, or tells nobody."""
        if not (self._config_dir / stack_file(notice.environment)).exists():
            return ()
        loaded = load_environment(notice.environment, self._config_dir)
        return channels_of(notice, loaded.notices.slack) if isinstance(loaded, Environment) else ()


class _Round:
    """One go at sending, in which nothing is tried that must fail as something before it did."""

    def __init__(self, notices: Notices, limit: int | None = None) -> None:
        self._notices = notices
        self._left = limit
        self._closed: dict[str, str] = {}
        self.down = ""
        """Why nothing arrives any more."""

    @property
    def over(self) -> bool:
        """Whether trying more of what is kept makes no sense, or would take too long."""
        return bool(self.down) or self._left == 0

    def send(self, notice: Notice, channels: Sequence[str]) -> tuple[list[str], list[str]]:
        """The channels that the notice has reached, and why it did not reach the others."""
        reached: list[str] = []
        reasons: list[str] = []
        for channel in channels:
            reason = self.down or self._closed.get(channel) or self._try(notice, channel)
            if reason:
                reasons.append(f"{channel}: {reason}")
            else:
                reached.append(channel)
        return reached, reasons

    def _try(self, notice: Notice, channel: str) -> str:
        """Why it did not arrive, empty where it did."""
        if self._left:
            self._left -= 1
        try:
            self._notices.send(notice, channel)
        except Undelivered as failure:
            if failure.reaches is Reach.EVERYTHING:
                self.down = failure.reason
            elif failure.reaches is Reach.CHANNEL:
                self._closed[channel] = failure.reason
            return failure.reason
        return ""


def _warn(what: str, why: str) -> None:
    """One line, whatever is in it."""
    line = " ".join(f"{what}: {why}".split())
    screen.err().print(f"[yellow]warning[/]: {escape(line)}")
