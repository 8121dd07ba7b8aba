"""The one comment on a pull request that says what its migrations do, edited in place. Pure.

Everything in it but the names of rules and approvers may be a stranger's: it stands in code, which nothing in it can end.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from delivery.markdown import code, fenced
from delivery.migrations_check import LABEL, Verdict
from delivery.migrations_report import summary
from delivery.sarif import line as one_line
from migrations.finding import Finding, Mistake

MARKER = "migrations"
"""What `GitHub.comment` knows it by."""
_AGAIN = (
    "Neither a label nor a review starts a build: then have it checked again, by a comment of a slash and `gcbrun`."
)
"""The command itself does not stand in it: it would be one, in a comment of somebody who may write."""


def says_something(verdict: Verdict) -> bool:
    """Whether there is anything to comment on, where nothing was said before."""
    return bool(verdict.findings or verdict.mistakes or verdict.ignored or verdict.remarks)


def body(verdict: Verdict, files: str) -> str:
    """Markdown; `files` is the address below which the commit's files are shown."""
    parts = ["### Migrations", f"**{_state(verdict)}**: {code(summary(verdict))}"]
    if verdict.blocking and not verdict.approved and not verdict.mistakes:
        parts.append("\n".join(_wanted(verdict)))
    parts += [_mistake(each, files) for each in verdict.mistakes]
    parts += [_finding(found, files) for found, _ in verdict.findings]
    if beside := list(_beside(verdict)):
        parts.append(fenced(beside))
    return "\n\n".join(parts)


def _state(verdict: Verdict) -> str:
    if not verdict.passed:
        return "Refused"
    return f"Approved by {', '.join(verdict.approved_by)}" if verdict.approved else "Passed"


def _wanted(verdict: Verdict) -> Iterator[str]:
    who = f"one of {', '.join(verdict.approvers)}" if verdict.approvers else "a DBA (services.yaml names none yet)"
    yield "What destroys passes with both of these. Better is to expand first, and to contract in a later pull request."
    yield ""
    yield f"- [{'x' if verdict.labelled else ' '}] the label `{LABEL}`"
    yield f"- [{'x' if verdict.approved_by else ' '}] an approval of the last commit by {who}"
    yield ""
    yield _AGAIN


def _mistake(each: Mistake, files: str) -> str:
    place = _place(each.file, each.line, files)
    return f"**error** {place} {_code(each.rule)}\n\n{fenced([one_line(each.what), one_line(each.remedy)])}"


def _finding(found: Finding, files: str) -> str:
    place = _place(found.file, found.line, files)
    told = [*found.why.splitlines(), "", *found.safe.splitlines()]
    lines = [one_line(found.statement), "", *(_printable(each) for each in told)]
    head = f"**{found.severity}** {place} {_code(found.what)} ({_code(found.rule)})"
    return f"{head}\n\n<details><summary>why, and what to write instead</summary>\n\n{fenced(lines)}\n\n</details>"


def _beside(verdict: Verdict) -> Iterator[str]:
    for each in verdict.ignored:
        found = each.finding
        yield one_line(f"ignored: {found.file}:{found.line}: {found.rule}: {each.owner} answers for it: {each.reason}")
    for remark in verdict.remarks:
        yield one_line(remark)


def _printable(text: str) -> str:
    """With its indentation, without what turns the rest of a line around."""
    return "".join(each for each in text if each.isprintable())


def _place(file: str, line: int, files: str) -> str:
    anchor = f"#L{line}" if line else ""
    return f"[{_code(f'{file}:{line}' if line else file)}]({files}/{quote(file)}{anchor})"


def _code(text: str) -> str:
    return code(one_line(text))
