"""`slipway pr follow N`: whatever has happened to a pull request, its preview comes after it.

Whoever knows the address of the webhook may claim anything, so that the number is all that is believed; the rest is asked of
GitHub. So it may be asked at any time and as often as anybody likes. A push that is told of twice may start two builds of one
commit: the second finds the images of the first and opens the same preview.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal

from delivery import preview, preview_file
from delivery.desk import Desk
from delivery.engines import Report
from delivery.errors import Failed
from delivery.github import PullRequest

TRIGGER = "preview-push"
"""The trigger that builds a pull request's images anew."""
NUMBER = "_PR_NUMBER"

Shown = Callable[[str], AbstractContextManager[Report]]
"""Shows what goes on under a title."""


@dataclass(frozen=True)
class Followed:
    """What was found and done; `url` is where a build that was started can be looked at."""

    number: int
    did: Literal["closed", "started", "nothing"]
    said: str
    url: str = ""

    def as_json(self) -> dict[str, Any]:
        """As `--json` shows it."""
        return {**vars(self)}


def follow(desk: Desk, number: int, shown: Shown) -> Followed:
    """Close the preview of a pull request that is not open; build one anew whose pull request was pushed to.

    A stranger's is not: what is new in it somebody of the team has to look at first. Raises Failed where GitHub does not
    answer, or has no such pull request.
    """
    stack = preview_file.stack_of(number)
    github = desk.application_github()
    if github is None:
        what = "it is not known which repository the pull request is of"
        raise Failed(what, "Write slipway:applicationRepository into the shared stack's file.")
    request = github.pull_request(number)
    if request.state != "open":
        return _closed(desk, request, stack, shown)
    if stack not in desk.engine.stacks(beside=stack):
        return Followed(number, "nothing", f"pull request {number} is open and has no preview: nothing to do")
    known = preview_file.exported(desk, stack)
    if known and known.commit == request.commit:
        return Followed(number, "nothing", f"preview {stack} shows {request.commit[:12]} already: nothing to do")
    if request.from_fork or (known and known.fork):
        what = f"{request.commit[:12]} is of a fork: somebody of the team comments /gcbrun to have it built"
        return Followed(number, "nothing", what)
    url = desk.builds.start(TRIGGER, request.commit, {NUMBER: str(number)})
    was = f"instead of {known.commit[:12]}" if known and known.commit else "for the first time"
    said = f"preview {stack} is to show {request.commit[:12]} {was}: a build of {TRIGGER} is started"
    return Followed(number, "started", said, url)


def _closed(desk: Desk, request: PullRequest, stack: str, shown: Shown) -> Followed:
    with shown(f"Closing the preview of pull request {request.number}, which is {request.state}") as report:
        update = preview.close_preview(desk, request.number, report)
    if update is None:
        said = f"pull request {request.number} is {request.state} and has no preview: nothing to do"
        return Followed(request.number, "nothing", said)
    return Followed(
        request.number, "closed", f"pull request {request.number} is {request.state}: preview {stack} is closed"
    )
