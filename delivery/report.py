"""How an update reads: folded by component, with the changes that matter spelled out."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.markup import escape

from costs.change import Change
from delivery import policing
from delivery.durations import spoken
from delivery.engines import OPERATIONS, Step, Update
from delivery.progress import SYMBOLS, one_line
from delivery.progress_tree import PAST
from delivery.urns import component, described

COLOURS = {"create": "green", "import": "cyan", "update": "yellow", "replace": "magenta", "delete": "red"}
SHOWN_STEPS = 12
"""Up to so many updates, replacements and deletions are listed one by one; creations and imports only count."""
SHOWN_PATHS = 4


def lines(update: Update, cost: Change | None = None) -> Iterator[str]:
    """The whole report, in rich's markup, with what a plan changes of the cost."""
    changed = [step for step in update.steps if step.op in COLOURS]
    yield from _folded(changed)
    yield from _listed([step for step in changed if step.op not in ("create", "import")])
    yield _summary(update)
    if cost:
        yield escape(cost.line)
    if changed and update.duration is not None and update.duration.seconds > 0:
        yield from _duration(update)
    yield from (f"[yellow]warning[/]: {escape(each)}" for each in policing.warnings(update))
    yield from problems(update)


def problems(update: Update) -> Iterator[str]:
    """Errors, each with its resource. Warnings were shown when they came."""
    for found in update.diagnostics:
        if found.severity == "error":
            where = f"{described(found.urn)}: {one_line(found.message)}" if found.urn else found.message.strip()
            yield f"[red]error[/]: {escape(where)}"


def _folded(steps: Sequence[Step]) -> Iterator[str]:
    """A line for each component type: how many resources below it change, and how."""
    counts: dict[str, Counter[str]] = {}
    for step in steps:
        counts.setdefault(component(step.urn), Counter())[step.op] += 1
    width = max((len(name) for name in counts), default=0)
    for name, operations in counts.items():
        what = ", ".join(f"[{COLOURS[op]}]{SYMBOLS[op]} {operations[op]} {op}[/]" for op in COLOURS if operations[op])
        yield f"  {escape(name):<{width}}  {what}"


def _listed(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps[:SHOWN_STEPS]:
        paths = ", ".join(step.detail[:SHOWN_PATHS]) + (" ..." if len(step.detail) > SHOWN_PATHS else "")
        behind = f"  [dim]{escape(paths)}[/]" if paths else ""
        yield f"    [{COLOURS[step.op]}]{SYMBOLS[step.op]:<2}[/] {escape(described(step.urn))}{behind}"
    if len(steps) > SHOWN_STEPS:
        yield f"    and {len(steps) - SHOWN_STEPS} more"


def _summary(update: Update) -> str:
    said = []
    for operation in OPERATIONS:
        count = update.changes.get(operation, 0)
        if count and operation == "same":
            said.append(f"{count} unchanged")
        elif count:
            said.append(f"{count} to {operation}" if update.mode == "plan" else f"{count} {PAST[operation]}")
    text = ", ".join(said) or "nothing"
    if update.mode == "plan" and not any(update.changes.get(each, 0) for each in COLOURS):
        text = f"nothing changes ({text})"
    mark = "[green]ok[/]" if update.ok else "[red]failed[/]"
    return f"{escape(update.stack)} {update.mode}: {mark}, {text}"


def _duration(update: Update) -> Iterator[str]:
    """The slowest links of the chain only: the rest of it takes seconds."""
    if update.duration is None:
        return
    slowest = sorted(update.duration.chain, key=lambda pair: -pair[1])[:3]
    links = [f"{step.name} {spoken(taken)}" for step, taken in update.duration.chain if (step, taken) in slowest]
    chain = f" (longest chain: {' -> '.join(links)})" if links else ""
    yield escape(f"On Google Cloud this would have taken about {spoken(update.duration.seconds)}{chain}.")
