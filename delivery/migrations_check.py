"""`slipway migrations check`: what is dangerous in the migrations that are new, and whether it may pass."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from delivery import migrations_read, squawk
from delivery.github import GitHub
from delivery.github_rules import person
from migrations import checker
from migrations.checker import Ignored
from migrations.direction import Direction, of_judged
from migrations.finding import Finding, Mistake
from model.findings import Action, FindingPolicy

LABEL = "migration-destructive-approved"


@dataclass(frozen=True)
class Approval:
    """What is known of a pull request: its labels, who has approved it, and where that was read."""

    labels: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    how: str = ""


@dataclass(frozen=True)
class Found:
    """What is found in files before anybody judges it. `files` are those that are new."""

    files: tuple[str, ...]
    findings: tuple[Finding, ...]
    mistakes: tuple[Mistake, ...]
    ignored: tuple[Ignored, ...]
    remarks: tuple[str, ...]
    direction: Direction


@dataclass(frozen=True)
class Verdict:
    """`approved_by` are those whose word counts; it passes what blocks only with the label beside it."""

    files: tuple[str, ...]
    findings: tuple[tuple[Finding, Action], ...]
    mistakes: tuple[Mistake, ...]
    ignored: tuple[Ignored, ...]
    remarks: tuple[str, ...]
    direction: Direction
    labelled: bool
    approved_by: tuple[str, ...]
    approvers: tuple[str, ...]
    how: str

    @property
    def blocking(self) -> list[Finding]:
        """What the policy blocks, approved or not."""
        return [found for found, action in self.findings if action == "block"]

    @property
    def approved(self) -> bool:
        """Whether there is something to approve, and it is: the label and the word of one who may."""
        return bool(self.blocking) and self.labelled and bool(self.approved_by)

    @property
    def passed(self) -> bool:
        """Whether nothing stands against it."""
        return not self.mistakes and (not self.blocking or self.approved)

    def given(self, approval: Approval) -> Verdict:
        """The same with what is known of a pull request."""
        may = {person(each): each for each in self.approvers}
        who = dict.fromkeys(may[person(each)] for each in approval.who if person(each) in may)
        return replace(self, labelled=LABEL in approval.labels, approved_by=tuple(who), how=approval.how)

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "passed": self.passed,
            "files": list(self.files),
            "direction": self.direction,
            "findings": [{**found.as_json(), "action": action} for found, action in self.findings],
            "mistakes": [dict(vars(each)) for each in self.mistakes],
            "ignored": [{**e.finding.as_json(), "owner": e.owner, "reason": e.reason} for e in self.ignored],
            "remarks": list(self.remarks),
            "approval": {
                "needed": bool(self.blocking),
                "given": self.approved,
                "label": LABEL if self.labelled else None,
                "by": list(self.approved_by),
                "approvers": list(self.approvers),
                "how": self.how,
            },
        }


def of_pull_request(github: GitHub, number: int) -> Approval:
    """The labels of a pull request, and who approves it as it is now."""
    labels = tuple(github.pull_request(number).labels)
    who = tuple(each.who for each in github.approvals(number))
    return Approval(labels, who, f"pull request {number} of {github.repository}")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing of what is read becomes garbage before the end, and looking for some among all its words costs a third."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def check(
    paths: Sequence[Path],
    policy: FindingPolicy,
    approvers: Sequence[str] = (),
    approval: Approval | None = None,
    base: str = "",
    encoding: str = "",
) -> Verdict:
    """Judge what is new. Raises ConfigError where a path or the base is none, Failed where squawk or git is missing."""
    return judged(find(paths, base, encoding), policy, approvers).given(approval or Approval())


def find(paths: Sequence[Path], base: str = "", encoding: str = "") -> Found:
    """What is found in the files that are new. Raises as `check` does."""
    files = migrations_read.collect(paths, base)
    texts, remarks = files.decoded(encoding)
    with _uncollected(), ThreadPoolExecutor(1) as beside:
        scripts = {path: checker.read(text) for path, text in texts.items()}
        # Squawk's processes work while the statements are judged here.
        asked = beside.submit(squawk.ask, {path: each.plain for path, each in scripts.items() if not each.broken})
        dangers = {
            path: checker.judge(path, script, atlas=migrations_read.atlas(path)) for path, script in scripts.items()
        }
        direction = of_judged(dangers)
        said = asked.result()
    checked = [checker.check(path, script, dangers[path], said.get(path, ())) for path, script in scripts.items()]
    return Found(
        files=tuple(files.new),
        findings=tuple(found for each in checked for found in each.findings),
        mistakes=(*files.mistakes, *(each for one in checked for each in one.mistakes)),
        ignored=tuple(each for one in checked for each in one.ignored),
        remarks=(*remarks, *(each for one in checked for each in one.remarks)),
        direction=direction,
    )


def judged(found: Found, policy: FindingPolicy, approvers: Sequence[str] = ()) -> Verdict:
    """What the policy makes of it, before anybody has approved anything."""
    return Verdict(
        files=found.files,
        findings=tuple((each, getattr(policy.severities, each.severity).action) for each in found.findings),
        mistakes=found.mistakes,
        ignored=found.ignored,
        remarks=found.remarks,
        direction=found.direction,
        labelled=False,
        approved_by=(),
        approvers=tuple(approvers),
        how="",
    )
