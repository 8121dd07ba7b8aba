"""`slipway pr sweep`: what time, and closes that never came, leave to be done. Told by default, done with `--yes`.

Run on a schedule it is what ends previews: it warns, puts to sleep, closes, and removes what no stack owns.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from rich.markup import escape

from delivery import preview, preview_comment, preview_file, preview_told, screen, state_locks
from delivery.desk import Desk
from delivery.engines import quiet
from delivery.errors import Ended, ExitCode
from delivery.leftovers import Leftover
from delivery.place import PROJECT_FILE
from delivery.preview_comment import moment
from delivery.preview_list import Known, known_preview, known_previews
from delivery.state_locks import Lock
from model.errors import ConfigError
from model.source import read_mapping

Deed = Literal["warn", "sleep", "close", "remove", "unlock"]


@dataclass(frozen=True)
class Due:
    """One thing to do. `subject` is a preview's stack, or what is left over; `why` says what was found."""

    deed: Deed
    subject: str
    why: str
    of: Known | Leftover | Lock

    def as_json(self) -> dict[str, str]:
        """As `--json` shows it."""
        return {"do": self.deed, "what": self.subject, "why": self.why}


def sweep(desk: Desk, yes: bool, as_json: bool) -> ExitCode:
    """Find, tell, and with `yes` do. FOUND where something is left to be done, FAILED where something could not be."""
    found = due(desk)
    done: list[Due] = []
    failed: list[tuple[Due, str]] = []
    for each in found:
        if not as_json:
            screen.out().print(escape(f"{each.deed} {each.subject}: {each.why}"))
        if not yes:
            continue
        try:
            _do(desk, each)
            done.append(each)
        except (Ended, ConfigError) as error:
            # One that cannot be helped keeps no other from it.
            why = error.what if isinstance(error, Ended) else str(error)
            failed.append((each, why))
            screen.err().print(f"[red]error[/]: {escape(each.subject)}: {escape(why)}")
    if as_json:
        told = [{**each.as_json(), "done": each in done} for each in found]
        screen.print_json({"found": told, "failed": [{"what": each.subject, "error": why} for each, why in failed]})
    elif not found:
        screen.out().print("nothing to sweep")
    elif not yes:
        screen.out().print("Nothing was done. 'slipway pr sweep --yes' does it.")
    if failed:
        return ExitCode.FAILED
    return ExitCode.FOUND if found and not yes else ExitCode.DONE


def due(desk: Desk) -> list[Due]:
    """Everything that is to be done: locks first, since what they lock cannot be closed."""
    base = preview_file.base_of(desk)
    wanted, previews = _wanted(desk), known_previews(desk)
    return [
        *_locks(desk, base),
        *(each for known in previews for each in _of_preview(desk, known, wanted)),
        *_leftovers(desk, base),
    ]


def _wanted(desk: Desk) -> set[int] | None:
    """The open pull requests; None where nobody knows which repository has them."""
    github = desk.application_github()
    return {each.number for each in github.open_pull_requests()} if github else None


def _of_preview(desk: Desk, known: Known, wanted: set[int] | None) -> Iterator[Due]:
    """One deed at most: what is closed need not be warned."""
    now = desk.engine.now()
    if wanted is not None and known.number not in wanted:
        yield Due("close", known.stack, "its pull request is not open", known)
    elif known.activity and known.expires and now >= known.expires:
        yield Due("close", known.stack, f"nobody has needed it since {moment(known.activity)}", known)
    elif known.activity and known.sleeps and now >= known.sleeps and not known.asleep:
        yield Due("sleep", known.stack, f"nobody has needed it since {moment(known.activity)}", known)
    elif known.expires and known.warns and now >= known.warns and not _warned(desk, known):
        yield Due("warn", known.stack, f"it is closed at {moment(known.expires)}", known)


def _locks(desk: Desk, base: str) -> Iterator[Due]:
    project = str(read_mapping(desk.place.program / PROJECT_FILE)["name"])
    now = datetime.now(UTC)
    for lock in state_locks.found(desk.engine.state_of(base), project, desk.engine.credentials(base)):
        if lock.left(now):
            yield Due("unlock", lock.stack, f"{lock.who} has held its state since {moment(lock.since)}", lock)


def _leftovers(desk: Desk, base: str) -> Iterator[Due]:
    """Who owns what is looked at last: what a preview makes that is opened meanwhile is its own."""
    found = desk.leftovers.found(base)
    owners = {known.stack for known in known_previews(desk)}
    for left in found:
        if left.preview not in owners:
            yield Due("remove", f"{left.kind} {left.name}", f"no stack {left.preview} owns it", left)


def _warning(known: Known) -> str:
    assert known.expires
    return f"It is closed at {moment(known.expires)}. Push, or say 'slipway pr extend {known.number}', to keep it."


def _warned(desk: Desk, known: Known) -> bool:
    """Whether the comment says so already; with nobody to tell, as if it did."""
    github = desk.application_github()
    return github is None or _warning(known) in (github.own_comment(known.number, preview_comment.MARKER) or "")


def _do(desk: Desk, each: Due) -> None:
    """Do it if it is still due: with many to do, minutes have passed since it was found."""
    match each.of:
        case Known() as known:
            still = next(_of_preview(desk, known_preview(desk, known.stack), _wanted(desk)), None)
            if still and still.deed == each.deed:
                _do_to_preview(desk, each.deed, known)
        case Leftover() as left:
            base = preview_file.base_of(desk)
            if left.preview not in desk.engine.stacks(beside=base):
                desk.leftovers.remove(base, left)
        case Lock() as lock:
            state_locks.remove(lock, desk.engine.credentials(preview_file.base_of(desk)))


def _do_to_preview(desk: Desk, deed: Deed, known: Known) -> None:
    if deed == "close":
        preview.close_preview(desk, known.number, quiet)
    elif deed == "sleep":
        preview.sleep(desk, known.number, quiet)
    else:
        preview_told.warned(desk, known.number, _warning(known))
