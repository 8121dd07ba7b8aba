"""The one comment on a pull request that shows what merging it would change: text, and the hashes in it read again. Pure.

The list at its head is all that a program reads, and nothing stands in it that a pull request can write: names of
resources and messages come below it, so that none of them passes for the hash of a plan. It also comes first because a
comment that is too long loses its end.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from costs.change import Change
from delivery import plans, policing
from delivery.engines import OPERATIONS, Update
from delivery.markdown import fenced

MARKER = "plan"
"""What `GitHub.comment` knows it by where one run plans all stacks. Where each has a run of its own, each has a comment of its own:
one would take away what the other has written."""
MOST = 200
"""Changes of one stack that are listed; a first update of an environment makes more."""

_TITLE = "### What merging this would change"
_FOOT = "An approval of this pull request is one of these plans. Where another one results when it is applied, it is asked again."
_ODD = re.compile(r"[^\w.-]")
"""What no stack's name has; the name of a file may have anything."""
_NO_WORD = re.compile(r"[^A-Za-z0-9_.]")
"""What no word of a marker has."""
_HASH = re.compile(r"- \*\*(?P<stack>[^*`]+)\*\*: [a-z0-9, ]+; plan `(?P<hash>sha256:[0-9a-f]{64})`")


@dataclass(frozen=True)
class Planned:
    """A stack's plan, or the error for which there is none; and what it changes of the stack's cost, if anything."""

    stack: str
    plan: Update | None
    error: str = ""
    cost: Change | None = None

    @property
    def errors(self) -> list[str]:
        """Why there is no plan to go by; nothing where there is one."""
        return plans.errors(self.plan) if self.plan else [self.error]

    @property
    def hash(self) -> str:
        """The plan's; empty where it failed or nothing changes."""
        return plans.fingerprint(self.plan) if self.plan and self.plan.ok and plans.changes(self.plan) else ""


def marker(stacks: Sequence[str]) -> str:
    """What the comment of a run is known by that plans these stacks, or all where none is named."""
    return f"{MARKER}-{_NO_WORD.sub('_', stacks[0])}" if len(stacks) == 1 else MARKER


def body(planned: Sequence[Planned]) -> str:
    """The comment's Markdown. Values of properties stand in none of it."""
    planned = [replace(each, stack=_ODD.sub("?", each.stack)) for each in planned]
    failed = [each for each in planned if each.errors]
    changed = [each for each in planned if not each.errors and each.hash]
    unchanged = [each for each in planned if not each.errors and not each.hash]
    head = [f"- **{each.stack}**: {counts(each.plan)}; plan `{each.hash}`" for each in changed if each.plan]
    head += [f"- **{each.stack}**: no plan, see below" for each in failed]
    if unchanged:
        head.append(f"- nothing changes in {', '.join(each.stack for each in unchanged)}")
    parts = [_TITLE, "\n".join(head)]
    parts += [_details(each) for each in changed]
    parts += [f"The plan of **{each.stack}** fails:\n\n{fenced(each.errors)}" for each in failed]
    warned = [(each.stack, list(policing.warnings(each.plan))) for each in planned if each.plan]
    parts += [f"Policies warn of **{stack}**:\n\n{fenced(lines)}" for stack, lines in warned if lines]
    return "\n\n".join([*parts, *([_FOOT] if changed else [])])


def hashes(text: str) -> Mapping[str, str]:
    """Stack -> the hash of its plan, as a comment's list has it."""
    _, _, rest = text.partition("\n\n")
    found = [_HASH.fullmatch(line) for line in rest.partition("\n\n")[0].splitlines()]
    return {match["stack"]: match["hash"] for match in found if match}


def counts(plan: Update) -> str:
    """Such as `2 to create, 1 to update`."""
    said = [f"{plan.changes[each]} to {each}" for each in OPERATIONS if each != "same" and plan.changes.get(each)]
    return ", ".join(said) or f"{len(plans.changes(plan))} to change"


def _details(each: Planned) -> str:
    assert each.plan
    steps = plans.listed(each.plan)
    word = "change" if len(steps) == 1 else "changes"
    lines = [*plans.described(steps, most=MOST), *([each.cost.line] if each.cost else [])]
    return f"<details><summary>{each.stack}: {len(steps)} {word}</summary>\n\n{fenced(lines)}\n\n</details>"
