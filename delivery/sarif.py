"""What scanners have found, read from their SARIF files: pure.

How bad a finding is, in this order:

1. `security-severity`, a CVSS score of the result or its rule, in GitHub's bands: from 9.0 critical, from 7.0 high, from 4.0
   medium, below low; what is no score above 0 and up to 10 says nothing.
   https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
2. The level of the result, else of its rule: error high, warning medium, note and none low. Semgrep says no more than this: its
   own severities ERROR, WARNING and INFO become these levels.
3. `DEFAULTS`, by the tool, since it says nothing at all.
4. Where nothing is said, SARIF takes a failure for a warning and anything else for none.

What does not count: results whose suppressions are all accepted, those that a comparison found `absent`, and those of rules that
found nothing (`pass`, `notApplicable`). One that is `unchanged` counts: it is still there.

Left out: `ruleConfigurationOverrides` of invocations and `externalPropertyFileReferences`, which none of the tools writes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from delivery.sarif_document import Level, Log, Message, Result, Rule, Run, parse
from delivery.sarif_rules import Rules
from model.findings import Severity

BANDS: tuple[tuple[float, Severity], ...] = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.0, "low"))
LEVELS: dict[Level, Severity] = {"error": "high", "warning": "medium", "note": "low", "none": "low"}
DEFAULTS: dict[str, Severity] = {"gitleaks": "critical"}
"""By the tool's name in lower case. Gitleaks writes no level and no score, which SARIF would take for a warning; but what a
secret opens is open from its commit on, to everybody with a copy of the history."""

_NOTHING_FOUND = ("pass", "notApplicable")
_PLACEHOLDER = re.compile(r"\{([0-9]{1,3})\}")
_FINGERPRINT = "primaryLocationLineHash"
"""The partial fingerprint that GitHub goes by. Gitleaks keeps the author's name and address in others."""


@dataclass(frozen=True)
class Finding:
    """`line` is 0 and `path` empty where the tool names none. All texts are one printable line: they are others' words."""

    tool: str
    rule: str
    severity: Severity
    message: str
    path: str = ""
    line: int = 0
    fingerprint: str = ""

    @property
    def where(self) -> str:
        """`path:line`, as far as there is one."""
        return f"{self.path}:{self.line}" if self.path and self.line else self.path

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {**vars(self), "line": self.line or None}


@dataclass(frozen=True)
class Scan:
    """What one file says. `remarks` are about the scan itself: a tool that failed has found nothing either."""

    findings: tuple[Finding, ...]
    remarks: tuple[str, ...] = ()


def read(file: str, text: bytes) -> Scan:
    """The findings of a file. Raises ConfigError, with its name and the place in it, where it is no SARIF 2.1.0."""
    log = parse(file, text)
    found = tuple(finding for run in log.runs for finding in _findings(run))
    return Scan(found, tuple(_remarks(file, log)))


def line(text: str) -> str:
    """A text of somebody else's as one line, without what could move a terminal's cursor or turn its text around."""
    return "".join(each for each in " ".join(text.split()) if each.isprintable())


def _remarks(file: str, log: Log) -> Iterator[str]:
    if not log.runs:
        yield f"{file} holds no run of any tool"
    for run in log.runs:
        tool = line(run.tool.driver.name)
        if run.results is None:
            yield f"{file}: {tool} has not come to scanning"
        elif not all(each.execution_successful for each in run.invocations):
            yield f"{file}: {tool} says that it did not run to its end, so it may have missed something"
        hidden = sum(_accepted(each) for each in run.results or ())
        if hidden:
            yield f"{file}: {hidden} suppressed in {tool} or in the source, and not counted"


def _findings(run: Run) -> Iterator[Finding]:
    tool, rules = line(run.tool.driver.name), Rules(run.tool)
    for result in run.results or ():
        if result.kind in _NOTHING_FOUND or result.baseline_state == "absent" or _accepted(result):
            continue
        rule = rules.of(result)
        named = result.rule_id or (result.rule.id if result.rule else None) or (rule.id if rule else "")
        found = Finding(tool, line(named), _severity(tool, result, rule), _said(result.message, rule))
        hashed = result.partial_fingerprints.get(_FINGERPRINT) or next(iter(result.fingerprints.values()), "")
        yield _placed(replace(found, fingerprint=line(hashed)), run, result)


def _accepted(result: Result) -> bool:
    """https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html#_Toc34317661"""
    return bool(result.suppressions) and all(each.status == "accepted" for each in result.suppressions)


def _severity(tool: str, result: Result, rule: Rule | None) -> Severity:
    for properties in (result.properties, rule.properties if rule else {}):
        if band := _band(properties.get("security-severity")):
            return band
    level = result.level
    # Only a failure has its rule's level: https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html#_Toc34317648
    if level is None and result.kind == "fail" and rule and rule.default_configuration:
        level = rule.default_configuration.level
    if level is None:
        unsaid: Level = "warning" if result.kind == "fail" else "none"
        return DEFAULTS.get(tool.lower(), LEVELS[unsaid])
    return LEVELS[level]


def _band(score: Any) -> Severity | None:
    """A number, or a text that is one, as GitHub wants it."""
    if isinstance(score, bool) or not isinstance(score, (str, int, float)):
        return None
    try:
        number = float(score)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(number) or not 0 < number <= 10:
        return None
    return next(severity for least, severity in BANDS if number >= least)


def _said(message: Message, rule: Rule | None) -> str:
    text = message.text or message.markdown
    if not text and rule:
        known = rule.message_strings.get(message.id or "")
        given = dict(enumerate(message.arguments))
        text = _PLACEHOLDER.sub(lambda match: given.get(int(match[1]), match[0]), known.text or "") if known else ""
        text = text or (rule.short_description.text if rule.short_description else "") or rule.id
    return line(text or "")


def _placed(found: Finding, run: Run, result: Result) -> Finding:
    """At the first location, the only one that GitHub shows too."""
    first = next(iter(result.locations), None)
    if first is None:
        return found
    physical = first.physical_location
    if physical and (artifact := physical.artifact_location):
        known = run.artifacts[artifact.index].location if 0 <= artifact.index < len(run.artifacts) else None
        uri = artifact.uri or (known.uri if known else None) or ""
        start = physical.region.start_line if physical.region else 0
        return replace(found, path=_path(uri), line=max(start, 0))
    logical = next((each.fully_qualified_name or each.name for each in first.logical_locations), None)
    return replace(found, path=line(logical or ""))


def _path(uri: str) -> str:
    return line(unquote(uri.removeprefix("file://"))).removeprefix("./")
