"""`--pr`: a branch of one commit that pins, and the pull request on which others agree to it."""

from pathlib import Path
from tempfile import TemporaryDirectory

from delivery import pins
from delivery.approvals_by_review import branch_of
from delivery.desk import Desk
from delivery.errors import Failed
from delivery.github import PullRequest
from delivery.move import Decision, Move
from delivery.record import PLAN
from delivery.service_changes import described
from model.stacks import stack_file


def open_pull_request(desk: Desk, decision: Decision) -> PullRequest:
    """Branch, commit, push and open; repeatable. Raises Failed where the config is in no repository."""
    move, repository = decision.move, desk.repository
    if repository is None:
        raise Failed(
            f"{desk.place.config} is in no git repository, so there is nothing to open a pull request of",
            "Clone the platform repository, or leave --pr out.",
        )
    path = desk.place.config / stack_file(move.target)
    branch = branch_of(move.target, move.plan)
    title = f"{move.verb} {move.release or 'pins'} to {move.target}"
    contents = {path: _repinned(move, path)}
    message = "\n".join([title, "", *described(move.services)])
    repository.branch(branch, contents, message, trailers={PLAN: move.plan}, push=True)
    return desk.platform_github().open_pull_request(branch, repository.current_branch(), title, body(decision))


def body(decision: Decision) -> str:
    """What the reviewers read: digests, the plan, and its hash."""
    move = decision.move
    return "\n".join(
        [
            f"{move.verb.capitalize()} **{move.release or 'what runs'}**"
            + (f" from {move.source}" if move.source else "")
            + f" to **{move.target}**.",
            "",
            "```text",
            *described(move.services),
            "```",
            "",
            "What the update would change:",
            "",
            "```text",
            *(decision.plan or ["nothing"]),
            *([decision.cost.line] if decision.cost else []),
            "```",
            "",
            f"Plan `{move.plan}`. An approval is of this plan: where another one results when it is applied, it is asked again.",
        ]
    )


def _repinned(move: Move, path: Path) -> bytes:
    """The stack's file with the new pins, without touching it."""
    with TemporaryDirectory(prefix="slipway-pins-") as folder:
        copy = Path(folder) / path.name
        copy.write_bytes(path.read_bytes())
        pins.write(move.target, Path(folder), move.after)
        return copy.read_bytes()
