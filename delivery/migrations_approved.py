"""Destructive migrations, asked about again before their release is recorded.

A label or a review starts no build, and whoever merges may do so without either. So what was found in the pull request is found once
more in what was merged, and the release keeps who has answered for it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from delivery import release_migrations
from delivery.desk import Desk
from delivery.errors import Failed, Refused
from delivery.migrations_check import LABEL, Approval, Verdict, check, of_pull_request
from delivery.release_entries import Release
from model.catalogue import load_catalogue
from model.findings import load_policy

GUARD = "migrations-approved"


def approved(
    desk: Desk, draft: Release, folder: Path, files: Mapping[str, str], recorded: Sequence[Release]
) -> Mapping[str, Any] | None:
    """Who has approved what blocks in the files that are new with a release; None where nothing does, where the catalogue names
    no `approvers`, and of a first list, whose files were run long ago.

    Raises Refused where nobody has, or a file is broken, and Failed where GitHub cannot be asked.
    """
    migrations = load_catalogue(desk.place.config).migrations
    line = [each for each in recorded if each.branch == draft.branch]
    before = release_migrations.known(line, draft.id)
    if (
        before is None
        or not migrations
        or not migrations.approvers
        or any(each.commit == draft.commit for each in line)
    ):
        return None
    new = [folder / name for name in files if name not in before]
    verdict = check(new, load_policy(desk.place.config), migrations.approvers)
    if verdict.passed:
        return None
    if not verdict.mistakes:
        for approval in _given(desk, draft.commit):
            asked = verdict.given(approval)
            if asked.approved:
                return {"by": list(asked.approved_by), "how": asked.how, "findings": _found(asked)}
    raise Refused(
        "the release is not recorded",
        [(GUARD, f"{what} in its migrations", _remedy(verdict)) for what in [*_wrong(verdict), *_found(verdict)]],
    )


def _given(desk: Desk, commit: str) -> list[Approval]:
    """What is known of the pull requests that have brought a commit."""
    github = desk.application_github()
    if github is None:
        raise Failed(
            "it is not known which repository on GitHub holds the services' code, and so who has approved its migrations",
            "Write slipway:applicationRepository into the shared stack's file.",
        )
    return [of_pull_request(github, each.number) for each in github.pull_requests_of(commit)]


def _found(verdict: Verdict) -> list[str]:
    return [f"{Path(each.file).name}:{each.line} {each.rule}" for each in verdict.blocking]


def _wrong(verdict: Verdict) -> list[str]:
    return [f"{Path(each.file).name}:{each.line} {each.rule}: {each.what}" for each in verdict.mistakes]


def _remedy(verdict: Verdict) -> str:
    if verdict.mistakes:
        return "Correct it ('slipway migrations check'), and build again."
    who = ", ".join(verdict.approvers)
    return f"Give the pull request that brought the commit the label {LABEL} and the approval of one of {who}, and build again."
