"""Own commits on their way to the upstream: behind what others published, as often as it takes, and never forced."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from delivery import upstream, work_tree
from delivery.errors import Ended, Failed
from delivery.git import Git
from delivery.replaying import Replayed, replay

ATTEMPTS = 5
"""How often a push is tried whose race others win."""


@dataclass(frozen=True)
class Published:
    """`commit` is where branch and upstream stand. `moved` tells where own commits went that others came before."""

    commit: str
    moved: Mapping[str, str | None] = field(default_factory=dict)


def publish(
    git: Git, config: str, people: Mapping[str, str], attempts: int, add: Callable[[str | None], str | None]
) -> Published:
    """Publish the branch, with a commit more where `add` makes one on top of the given one.

    Everything is made of objects first and published; the clone follows last. Whatever raises before leaves it as it
    was, and one that is killed between the two is behind, no more: the next push knows its own changes again.
    """
    there, quiet = upstream.find(git), upstream.without_questions(git)
    for attempt in range(attempts):
        if attempt:
            upstream.wait(attempt)
        head, tip = git.ask("rev-parse", "--quiet", "--verify", "HEAD").text, upstream.fetch(git, there, quiet)
        if not head:
            raise Failed("there is no commit yet to publish", "Commit the config first.")
        replayed = replay(git, head, tip, config, people) if tip else Replayed(head)
        after = add(replayed.tip) or replayed.tip
        work_tree.check_movable(git, head, after)
        if after == tip or upstream.push(git, there.remote, after, there.ref, quiet):
            _follow(git, head, after, config)
            return Published(after, replayed.moved)
    remedy = "Nothing was published, and the clone is as it was. Run the same command again."
    raise Failed(f"others were faster {attempts} times in a row", remedy)


def _follow(git: Git, head: str, after: str, config: str) -> None:
    try:
        work_tree.move(git, head, after, config)
    except Ended as error:
        remedy = "Commit or 'git stash' your own changes there; the next push brings the clone up to date."
        raise Failed(f"it is published, but this clone could not follow: {error.what}", remedy) from None
