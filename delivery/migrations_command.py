"""`slipway migrations check`: what was asked, held together, done, and told on the pull request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from delivery import migrations_check, migrations_kept, migrations_pull_request
from delivery.desk import Desk
from delivery.migrations_check import Approval, Verdict
from model.catalogue import FILE, load_catalogue
from model.errors import ConfigError, Problem
from model.findings import load_policy


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was said on the command line. `given` is what it says itself of labels and approvals; what is `saved` was found by another
    run."""

    paths: tuple[Path, ...] = ()
    base: str = ""
    encoding: str = ""
    given: Approval = field(default_factory=Approval)
    pull_request: int | None = None
    commit: str = ""
    comment: bool = False
    save: Path | None = None
    saved: Path | None = None


def carry_out(asked: Asked, config: Path, desk: Callable[[], Desk]) -> tuple[Verdict, str]:
    """The verdict, and the address of the comment, if there is one. Raises ConfigError for what does not go together or is not there,
    Failed where squawk, git or GitHub cannot be asked."""
    if problems := _misfits(asked):
        raise ConfigError(*problems)
    where = asked.pull_request and migrations_pull_request.asked(desk(), asked.pull_request, asked.commit)
    known = load_catalogue(config).migrations if (config / FILE).exists() else None
    policy, approvers = load_policy(config), known.approvers if known else ()
    if asked.saved:
        found = migrations_kept.read(asked.saved)
    else:
        found = migrations_check.find(asked.paths, asked.base, asked.encoding)
    if asked.save:
        migrations_kept.write(found, asked.save)
    verdict = migrations_check.judged(found, policy, approvers).given(where.approval() if where else asked.given)
    return verdict, where.tell(verdict) if where and asked.comment else ""


def _misfits(asked: Asked) -> list[Problem]:
    found = list[Problem]()
    if asked.pull_request is not None and (asked.given.labels or asked.given.who):
        what, remedy = "it does not go with --label or --approved-by", "Let GitHub say it, or say it yourself."
        found.append(Problem("command line", "--pull-request", what, remedy))
    if bool(asked.paths) == bool(asked.saved):
        what = "it does not go with --saved" if asked.paths else "there is none"
        found.append(Problem("command line", "PATH", what, "Name folders of migrations, or what was saved."))
    if asked.saved and (asked.base or asked.encoding or asked.save):
        what = "it does not go with --base, --encoding or --save"
        found.append(Problem("command line", "--saved", what, "Say those where the files are read."))
    for key, said in (("--comment", asked.comment), ("--commit", bool(asked.commit))):
        if said and asked.pull_request is None:
            found.append(Problem("command line", key, "it is of a pull request", "Name it with --pull-request."))
    return found
