"""Findings on GitHub's Security tab: each SARIF file as it was written, but for what GitHub needs and must not have."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from delivery.desk import Desk
from delivery.errors import Failed
from delivery.scans import Report, collect
from model.errors import ConfigError, Problem

SECRETS = ("gitleaks",)
"""Tools whose snippets are the secrets themselves."""

_COMMIT = re.compile(r"[0-9a-f]{40}")
_REF = re.compile(r"refs/(heads|tags)/\S+|refs/pull/[0-9]+/(merge|head)")


def upload(desk: Desk, files: Sequence[Path], commit: str, ref: str) -> list[dict[str, str]]:
    """Send what scanners have left; the id of each file's analysis. The same again takes the place of what was there."""
    problems: list[Problem] = []
    if not _COMMIT.fullmatch(commit):
        what = f"'{commit}' is no full commit"
        problems.append(Problem("command line", "--commit", what, "Write its 40 hexadecimal digits."))
    if not _REF.fullmatch(ref):
        remedy = "Write refs/heads/BRANCH, refs/tags/TAG or refs/pull/NUMBER/merge."
        problems.append(Problem("command line", "--ref", f"'{ref}' is no full reference", remedy))
    if problems:
        raise ConfigError(*problems)
    reports = collect(files)
    github = desk.application_github()
    if github is None:
        raise Failed(
            "it is not known which repository on GitHub holds the services' code",
            "Write slipway:applicationRepository into the shared stack's file.",
        )
    return [
        {"file": each.name, "id": github.upload_sarif(commit, ref, prepared(each)), "repository": github.repository}
        for each in reports.files
    ]


def prepared(report: Report) -> str:
    """The text that is sent.

    Each run gets a category where it has none, by its file's name: GitHub takes two runs of one tool and category for two
    states of the same, and forgets the first. Snippets of those who find secrets are left out.
    https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning#runautomationdetails-object
    """
    document: dict[str, Any] = json.loads(report.text.decode("utf-8-sig"))
    name = Path(report.name).stem
    for number, run in enumerate(document["runs"], 1):
        details = run.get("automationDetails")
        if not isinstance(details, dict) or not details.get("id"):
            category = name if number == 1 else f"{name}-{number}"
            run["automationDetails"] = {**(details if isinstance(details, dict) else {}), "id": f"{category}/"}
        if run["tool"]["driver"]["name"].lower() in SECRETS:
            _without_snippets(run)
    return json.dumps(document, ensure_ascii=False)


def _without_snippets(run: dict[str, Any]) -> None:
    for result in run.get("results") or ():
        for location in result.get("locations", ()):
            physical = location.get("physicalLocation") or {}
            for part in ("region", "contextRegion"):
                if isinstance(region := physical.get(part), dict):
                    region.pop("snippet", None)
