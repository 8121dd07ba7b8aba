"""Which previews there are, by their stacks' exports: any machine sees them, whoever opened them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from delivery import preview_file
from delivery.desk import Desk
from model import names
from model.preview import Preview
from model.stacks import load_environment, stack_file, stacks

AT_ONCE = 8
"""How many stacks are asked at a time."""


@dataclass(frozen=True)
class Known:
    """A preview with a state, with a file, or with both. `whole` says that it came up once; until then its state says
    nothing, and the rest is from its file or not known."""

    stack: str
    stateful: bool
    whole: bool
    namespace: str = ""
    branch: str = ""
    commit: str | None = None
    fork: bool = False
    built: tuple[tuple[str, str], ...] = ()
    asleep: bool = False
    opened: datetime | None = None
    activity: datetime | None = None
    sleeps: datetime | None = None
    warns: datetime | None = None
    expires: datetime | None = None

    @property
    def number(self) -> int:
        """Of its pull request."""
        return int(self.stack.removeprefix("pr-"))

    def state(self, now: datetime) -> str:
        """In words: half-made, expired, asleep or awake."""
        if not self.whole:
            return "half-made"
        if self.expires and now >= self.expires:
            return "expired"
        return "asleep" if self.asleep else "awake"

    def goes_first(self) -> tuple[bool, datetime]:
        """What to order by for the one that is needed least to come first."""
        return self.whole, self.activity or datetime.min.replace(tzinfo=UTC)

    def as_json(self, now: datetime) -> dict[str, Any]:
        """As `--json` shows it."""
        return {
            "number": self.number,
            "stack": self.stack,
            "state": self.state(now),
            "namespace": self.namespace,
            "branch": self.branch,
            "commit": self.commit,
            "fork": self.fork,
            "built": dict(self.built),
            "opened": _text(self.opened),
            "activity": _text(self.activity),
            "sleeps": _text(self.sleeps),
            "expires": _text(self.expires),
        }


def known_previews(desk: Desk) -> list[Known]:
    """All of them, by number."""
    there = {stack for stack in desk.engine.stacks(beside=preview_file.base_of(desk)) if names.PREVIEW.fullmatch(stack)}
    here = {stack for stack in stacks(desk.place.config) if names.PREVIEW.fullmatch(stack)}

    def look(stack: str) -> Known:
        return known_preview(desk, stack, stack in there)

    # With the real engine each is a call of the CLI.
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return sorted(threads.map(look, there | here), key=lambda each: each.number)


def known_preview(desk: Desk, stack: str, stateful: bool = True) -> Known:
    """One of them; `stateful` says that it has a state."""
    if stateful and (told := preview_file.exported(desk, stack)):
        whole = told.model_dump(include=set(Known.__dataclass_fields__) - {"built"})
        return Known(stack, True, True, built=tuple(sorted(told.built.items())), **whole)
    if not (desk.place.config / stack_file(stack)).exists():
        return Known(stack, stateful, False)
    loaded = load_environment(stack, desk.place.config)
    assert isinstance(loaded, Preview)
    request = loaded.pull_request
    times = (loaded.opened, loaded.activity, loaded.sleeps, loaded.warns, loaded.expires)
    own = tuple(sorted(loaded.built.items()))
    return Known(
        stack,
        stateful,
        False,
        loaded.namespace,
        request.branch,
        request.commit,
        request.fork,
        own,
        loaded.asleep,
        *times,
    )


def _text(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
