"""The branch's upstream: reading it, and putting a commit there if nobody was faster. Nothing is ever forced."""

import os
import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from delivery.errors import Failed
from delivery.git import NETWORK_SECONDS, Git, reason

FIRST_WAIT = 0.05
LONGEST_WAIT = 2.0
"""Seconds between attempts, doubled each time up to the longest, half of it by chance so that racers drift apart."""

_LOST = re.compile(
    r"fetch first|non-fast-forward|stale info|cannot lock ref|failed to lock|lock failure|failed to update ref"
    r"|incorrect old value|reference already exists",
    re.IGNORECASE,
)
"""What git and its hosts say of a push that came second, or at the very same moment as another."""


@dataclass(frozen=True)
class Upstream:
    """Where the checked-out branch is published. `tracking` is the ref by which this clone remembers it."""

    branch: str
    remote: str
    ref: str
    tracking: str


def find(git: Git) -> Upstream:
    """The upstream of the branch that is checked out. Raises Failed where there is none."""
    branch = git.ask("symbolic-ref", "--quiet", "--short", "HEAD").text
    if not branch:
        remedy = "Change to the branch that the platform lives on, such as 'git switch main'."
        raise Failed("no branch is checked out, so there is nowhere to publish to", remedy)
    asked = "--format=%(upstream:remotename)%00%(upstream:remoteref)%00%(upstream)"
    found = git("for-each-ref", asked, f"refs/heads/{branch}")
    remote, ref, tracking, *_ = *found.split("\0"), "", ""
    if not remote or not ref or not tracking:
        raise Failed(f"the branch {branch} has no upstream", f"Give it one with 'git push -u origin {branch}'.")
    return Upstream(branch, remote, ref, tracking)


def is_published_from(git: Git) -> bool:
    """Whether the branch that is checked out has an upstream."""
    return git.ask("rev-parse", "--quiet", "--verify", "@{upstream}").code == 0


def has(git: Git, commit: str) -> bool:
    """Whether a commit is published, as far as this clone knows."""
    return git.ask("merge-base", "--is-ancestor", commit, "@{upstream}").code == 0


def without_questions(git: Git) -> dict[str, str]:
    """The environment in which ssh fails where it would ask; a command that somebody chose stays as it is."""
    chosen = "GIT_SSH_COMMAND" in os.environ or "GIT_SSH" in os.environ or git.ask("config", "core.sshCommand").text
    return {} if chosen else {"GIT_SSH_COMMAND": "ssh -o BatchMode=yes"}


def fetch(git: Git, there: Upstream, quiet: Mapping[str, str]) -> str | None:
    """What is published now; None where the branch is not there yet.

    Raises Failed where the remote does not answer, and where it has taken back what it had: then own commits and
    published ones can no longer be told apart.
    """
    known = git.ask("rev-parse", "--quiet", "--verify", there.tracking).text
    refspec = f"+{there.ref}:{there.tracking}"
    answer = git.ask("fetch", "--no-tags", there.remote, refspec, environment=quiet, seconds=NETWORK_SECONDS)
    if answer.code == 0:
        tip = git("rev-parse", there.tracking)
        if known and git.ask("merge-base", "--is-ancestor", known, tip).code == 1:
            # Forgotten again, so that the next attempt is refused too until a person has fetched it.
            git("update-ref", there.tracking, known)
            name = there.tracking.removeprefix("refs/remotes/")
            remedy = f"Find out who did it and why, and 'git fetch'. What was there before is commit {known[:12]}."
            raise Failed(f"{name} was rewritten: commits that were published are gone from it", remedy)
        return tip
    if f"couldn't find remote ref {there.ref}" in answer.err:
        return None
    raise Failed(f"{there.remote} cannot be read: {reason(answer)}", "Nothing was published; try it again.")


def push(git: Git, remote: str, commit: str, ref: str, quiet: Mapping[str, str]) -> bool:
    """Publish a commit as `ref`; False where somebody was faster. Raises Failed, in the remote's words, for a refusal."""
    answer = git.ask("push", "--porcelain", remote, f"{commit}:{ref}", environment=quiet, seconds=NETWORK_SECONDS)
    if answer.code == 0:
        return True
    rejected = [line.rpartition("\t")[2] for line in answer.text.splitlines() if line.startswith("!")]
    if rejected and all(_LOST.search(line) for line in rejected):
        return False
    said = "; ".join([*rejected, reason(answer)])
    raise Failed(f"{remote} did not take the commit: {said}", "Nothing was published; repair that and try it again.")


def wait(attempt: int) -> None:
    """Rest before another attempt, longer each time."""
    time.sleep(min(FIRST_WAIT * 2**attempt, LONGEST_WAIT) * random.uniform(0.5, 1.0))


def remote(git: Git) -> str:
    """Where new branches go: the remote of the branch that is checked out, else origin or the only one there is."""
    branch = git.ask("symbolic-ref", "--quiet", "--short", "HEAD").text
    configured = git.ask("config", f"branch.{branch}.remote").text if branch else ""
    remotes = git("remote").split()
    for name in (configured, "origin", *(remotes if len(remotes) == 1 else [])):
        if name in remotes:
            return name
    raise Failed("there is no remote to publish a branch to", "Add one with 'git remote add origin URL'.")
