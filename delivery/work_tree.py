"""Leading a clone from one commit to another: what a person has staged or changed there stays, or nothing happens."""

import fcntl
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from delivery import actor, git_objects, ledger
from delivery.errors import Failed, Locked, Refused
from delivery.git import Git, reason
from delivery.git_objects import File
from delivery.replaying import ledger_name

LOCK_SECONDS = 120.0
"""How long one command waits for another one that works on the same clone."""
POLL_SECONDS = 0.02
MACHINE = "Slipway"
"""The one name of all machines' commits; whose account it was stands beside it as the address."""
UNDER_WAY = {
    "MERGE_HEAD": ("a merge", "git merge --abort"),
    "CHERRY_PICK_HEAD": ("a cherry-pick", "git cherry-pick --abort"),
    "REVERT_HEAD": ("a revert", "git revert --abort"),
    "rebase-merge": ("a rebase", "git rebase --abort"),
    "rebase-apply": ("a rebase", "git rebase --abort"),
}
"""What lies in git's folder while something is half done, what it is, and how to get out of it."""


@contextmanager
def alone(git_dir: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Nobody else of this command's kind works on the clone. Raises Locked where that takes too long."""
    handle = os.open(git_dir / "slipway.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        deadline = time.monotonic() + seconds
        while not _taken(handle):
            if time.monotonic() > deadline:
                raise Locked("another slipway command is at work in this clone", "Wait until it is done.")
            time.sleep(POLL_SECONDS)
        yield
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def check_free(git: Git, git_dir: Path, names: Sequence[str]) -> None:
    """Raises Refused while something is half done in the clone, Locked while another git is at its index."""
    for marker, (what, way_out) in UNDER_WAY.items():
        if (git_dir / marker).exists():
            remedy = f"Finish it, or take it back with '{way_out}'."
            raise Refused(
                "nothing is committed", [("nothing-under-way", f"{what} is under way in {git.folder}", remedy)]
            )
    if names and (unmerged := git("ls-files", "--unmerged", "--", *names)):
        path = unmerged.partition("\t")[2].partition("\n")[0]
        remedy = f"Resolve it, then 'git add {path}'."
        raise Refused("nothing is committed", [("nothing-under-way", f"{path} has conflicts", remedy)])
    lock = git_dir / "index.lock"
    if lock.exists():
        remedy = f"Wait until it is done; if none is running, remove {lock}."
        raise Locked("another git command is at work here", remedy)


def committer(git: Git) -> dict[str, str]:
    """The environment that names who commits: git's own identity, else the machines' one name with the address of SLIPWAY_ACTOR. Raises
    Refused without either."""
    if git.ask("var", "GIT_COMMITTER_IDENT").code == 0:
        return {}
    if who := os.environ.get(actor.VARIABLE, "").strip():
        named = {"NAME": MACHINE, "EMAIL": who}
        return {f"GIT_{role}_{part}": each for role in ("AUTHOR", "COMMITTER") for part, each in named.items()}
    remedy = f"Set it with 'git config user.name' and 'git config user.email'; a build sets {actor.VARIABLE}."
    raise Refused("nothing is committed", [("known-committer", "git does not know who you are", remedy)])


def check_movable(git: Git, before: str | None, after: str) -> None:
    """Raises Failed where a change that is not committed lies in the way of those that `after` brings."""
    if before == after:
        return
    git.ask("update-index", "-q", "--refresh")
    tried = git.ask("read-tree", "-m", "-u", "-n", before or git_objects.empty_tree(git), after)
    if tried.code:
        remedy = "Commit or 'git stash' your own changes of that file; nothing was published."
        raise Failed(f"changes that are not committed stand in the way: {reason(tried)}", remedy)


def check_only_added(git: Git, before: Mapping[str, File], files: Mapping[str, File | None], config: str) -> None:
    """Raises Failed for a ledger that lacks entries which were there before, or that ends within one."""
    for name in files:
        if not ledger_name(name, config):
            continue
        content = git_objects.content(git, files[name])
        if not content.startswith(git_objects.content(git, before.get(name))):
            remedy = f"Look at 'git diff HEAD -- {name}', and take the committed ones back with 'git restore {name}'."
            raise Failed(f"{name} lacks entries that are committed", remedy)
        if content and not content.endswith(b"\n"):
            raise Failed(f"the last entry of {name} is torn", "Run the command again that was killed there.")


def move(git: Git, before: str | None, after: str, config: str) -> None:
    """Bring work tree, index and branch to a commit. Ledgers that change are held, so that no entry is lost by it.

    The branch comes last: killed before that, the clone shows the new files as changes of the old commit, and the next
    push sets it right.
    """
    if before == after:
        return
    base = before or git_objects.empty_tree(git)
    with ExitStack() as stack:
        for change in git_objects.changes(git, base, after):
            path = git.folder / change.path
            if ledger_name(change.path, config) and path.exists():
                stack.enter_context(ledger.locked(path))
        git("read-tree", "-m", "-u", base, after)
    point(git, before, after)


def point(git: Git, before: str | None, after: str) -> None:
    """Let the branch, or a detached HEAD, go from one commit to another. Raises Locked where it has moved meanwhile."""
    if git.ask("update-ref", "-m", "slipway", "HEAD", after, before or "").code:
        raise Locked("somebody else has committed here at the same moment", "Run the same command again.")
