"""One file: what is dangerous in it, what is wrong with it, and what somebody answers for."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from migrations import ignores, layout, squawk, statements
from migrations.context import Context
from migrations.finding import Finding, Mistake
from migrations.gaps import gap
from migrations.ignores import Ignore
from migrations.rules import (
    Judged,
    blocking,
    columns,
    constraints,
    drops,
    indexes,
    judged,
    renames,
    rows,
    security,
    transactions,
    types,
    unreadable,
)
from migrations.statement import Statement
from migrations.statements import Script

RULES = {
    rule.id: rule
    for module in (
        drops,
        columns,
        renames,
        constraints,
        indexes,
        rows,
        blocking,
        types,
        transactions,
        security,
        unreadable,
    )
    for rule in module.RULES
}
IGNORABLE = frozenset((*RULES, squawk.SYNTAX))
_FORM = ignores.FORM.replace("RULE", squawk.SYNTAX)
SHOWN = 300
"""Characters of a statement that are shown."""
_NO_TRANSACTION = re.compile(r"^--\s*atlas:txmode\s+none\b", re.MULTILINE)


@dataclass(frozen=True)
class Ignored:
    """A finding or mistake that somebody answers for."""

    finding: Finding
    owner: str
    reason: str


@dataclass
class Checked:
    """What there is to say of one file."""

    file: str
    findings: list[Finding] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def judge(file: str, script: Script, *, atlas: bool = False) -> list[Judged]:
    """All rules over a file. `atlas` says that Atlas runs it, which gives each file a transaction; golang-migrate does so too."""
    read = script.statements
    alone = sum(not statement.inside for statement in read) == 1
    wraps = (atlas and not _NO_TRANSACTION.search(script.text)) or (layout.golang(file) and not alone)
    return judged(read, Context(wraps=wraps))


def check(file: str, script: Script, found: Sequence[Judged], remarks: Sequence[squawk.Remark] = ()) -> Checked:
    """Everything that there is to say of a file, with what squawk says of it."""
    made = Checked(file)
    if script.broken:
        line, column = script.line(script.broken.at), script.column(script.broken.at)
        remedy = "Close it, or take it out."
        made.mistakes.append(Mistake(squawk.SYNTAX, file, line, column, script.broken.what, remedy))
    asked, wrong = ignores.read(script, file, IGNORABLE | {each.rule for each in remarks})
    made.mistakes += wrong
    used = set[Ignore]()
    for each, top in (*_found(file, script, found), *_of_squawk(file, script, remarks)):
        ignore = next((one for one in asked if one.start == top and each.rule in one.rules), None)
        if ignore and each.severity == "critical" and each.rule != squawk.SYNTAX:
            used.add(ignore)
            remark = (
                f"{file}:{ignore.line}: no comment passes {each.rule}, which destroys: the label and an approval do"
            )
            made.remarks += [remark] if remark not in made.remarks else []
            made.findings.append(each)
        elif ignore:
            used.add(ignore)
            made.ignored.append(Ignored(each, ignore.owner, ignore.reason))
        elif each.rule == squawk.SYNTAX:
            made.mistakes.append(Mistake(each.rule, file, each.line, each.column, each.what, each.safe))
        else:
            made.findings.append(each)
    for ignore in asked:
        if ignore not in used and not any(wrong.line == ignore.line for wrong in made.mistakes):
            made.remarks.append(f"{file}:{ignore.line}: nothing is found that this ignores; take it out")
    made.findings.sort(key=lambda each: (each.line, each.column))
    return made


def _found(file: str, script: Script, found: Sequence[Judged]) -> Iterator[tuple[Finding, int]]:
    """Each with where the statement begins that the file itself runs."""
    top = 0
    for statement, dangers in found:
        if not statement.inside:
            top = statement.start
        for danger in dangers:
            rule = danger.rule
            yield _finding(file, script, statement, rule.id, danger.severity, rule.what, rule.why, danger.safe), top


def _finding(
    file: str,
    script: Script,
    statement: Statement,
    rule: str,
    severity: squawk.Severity,
    what: str,
    why: str,
    safe: str,
) -> Finding:
    shown = script.shown(statement)
    shown = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
    line, column = script.line(statement.start), script.column(statement.start)
    return Finding(rule, severity, file, line, column, shown, what, why, safe)


def _of_squawk(file: str, script: Script, remarks: Iterable[squawk.Remark]) -> Iterator[tuple[Finding, int]]:
    """What squawk alone sees, and for each statement the first place where it is broken."""
    if script.broken:
        return
    tops = [statement for statement in script.statements if not statement.inside]
    ends, broken = [statement.end for statement in tops], set[int]()
    for statement in tops:
        if missing := gap(statement):
            broken.add(statement.start)
            yield _broken(file, script, statement, statement.end, missing)
    for remark in remarks:
        if remark.rule in squawk.SAME or not tops:
            continue
        at = script.place(remark.line, remark.column)
        top = tops[min(bisect_left(ends, at), len(tops) - 1)]
        if remark.rule == squawk.SYNTAX:
            if top.start not in broken:
                broken.add(top.start)
                yield _broken(file, script, top, at, remark.message)
        else:
            what, _, rest = remark.message.partition(". ")
            why, safe = rest or remark.message, remark.help or "See https://squawkhq.com/docs/rules."
            yield _finding(file, script, top, remark.rule, squawk.severity(remark), what, why, safe), top.start


def _broken(file: str, script: Script, top: Statement, at: int, what: str) -> tuple[Finding, int]:
    remedy = f"Correct it; if PostgreSQL takes it as it is, write above it {_FORM}."
    place = (script.line(at), script.column(at))
    return Finding(squawk.SYNTAX, "critical", file, *place, script.shown(top), what, "", remedy), top.start


def read(text: str) -> Script:
    """For whoever checks: the text, read."""
    return statements.read(text)
