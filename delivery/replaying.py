"""Own commits that nobody has seen yet, made anew on top of what others have published meanwhile.

Done with objects alone: work tree, index and branch stay as they are until the result is published. A file that only
one side has changed is that side's. A ledger to which both have added is chained anew. Any other file that both have
changed, such as the pins of one environment, is a conflict: two decisions about one thing are for people to sort out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from delivery import commit_message, git_objects, ledger_merge
from delivery.commit_message import NONCE
from delivery.errors import Failed
from delivery.git import Git
from delivery.git_objects import Change, Commit, File
from delivery.ledger import FOLDER


@dataclass(frozen=True)
class Replayed:
    """The last commit of the result, and where each commit went: None where it is among the others' already."""

    tip: str
    moved: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Others:
    """What was published meanwhile: the commits that `tip` has and `base`, the last common one, has not."""

    base: str
    tip: str


def replay(git: Git, head: str, tip: str, config: str, people: Mapping[str, str]) -> Replayed:
    """The commits that `head` has and `tip` has not, on top of `tip`.

    `config` is the config folder as the repository names it, `people` the environment that names the committer. Raises Failed where that cannot be: a conflict, a merge, or a signature that would be lost.
    """
    base = git.ask("merge-base", head, tip)
    if base.text == tip:
        return Replayed(head)
    if base.code:
        remedy = "In a shallow clone, 'git fetch --unshallow' first."
        raise Failed("the branch and its upstream have no commit in common", remedy)
    others = Others(base.text, tip)
    published = _nonces(git, others)
    moved: dict[str, str | None] = {}
    onto = tip
    for sha in git("rev-list", "--reverse", "--topo-order", f"{tip}..{head}").split():
        commit = git_objects.read_commit(git, sha)
        if commit_message.trailers(commit.text).get(NONCE) in published:
            moved[sha] = None
            continue
        _movable(git, commit, others, head)
        made = _remade(git, commit, onto, others, config, people)
        moved[sha] = made if made != onto else None
        onto = made
    return Replayed(onto, moved)


def _nonces(git: Git, others: Others) -> set[str]:
    shown = git("log", f"--format=%(trailers:key={NONCE},valueonly)", f"{others.base}..{others.tip}")
    return set(shown.split())


def _movable(git: Git, commit: Commit, others: Others, head: str) -> None:
    """Raises Failed for a commit that would lose something by being made anew."""
    if len(commit.parents) == 1 and not commit.signature:
        return
    name = f"your commit {commit.sha[:12]} ({commit.subject})"
    meanwhile = f"{_author(git, others.tip)} has published meanwhile"
    if len(commit.parents) != 1:
        raise Failed(f"{meanwhile}, and {name} is a merge", "Bring the branch up to date with 'git pull'.")
    last = commit.sha == head
    drop = "git reset --keep HEAD~1" if last else f"git rebase --onto {commit.sha[:12]}^ {commit.sha[:12]}"
    raise Failed(
        f"{meanwhile}, and {name} is signed: made anew it would lose its signature",
        f"Drop it with '{drop}', 'git pull', and give the approval again.",
    )


def _remade(git: Git, commit: Commit, onto: str, others: Others, config: str, people: Mapping[str, str]) -> str:
    """The commit's own changes on top of `onto`; `onto` itself where they are there already."""
    changes = git_objects.changes(git, commit.parents[0], commit.sha)
    there = git_objects.files(git, onto, [change.path for change in changes])
    files = {change.path: _resolved(git, change, there.get(change.path), others, config) for change in changes}
    if all(there.get(path) == file for path, file in files.items()):
        return onto
    tree = git_objects.write_tree(git, onto, files)
    return git_objects.write_commit(git, tree, [onto], commit.message, {**people, **git_objects.authorship(commit)})


def _resolved(git: Git, change: Change, theirs: File | None, others: Others, config: str) -> File | None:
    if theirs == change.before:
        return change.after
    name = ledger_name(change.path, config)
    if theirs == change.after and name is None:
        return theirs
    reason = ""
    if name is not None and theirs and change.after:
        before, ours, published = (git_objects.content(git, each) for each in (change.before, change.after, theirs))
        try:
            merged = ledger_merge.merged(name, before, ours, published)
        except ledger_merge.Clash as clash:
            reason = f": {clash}"
        else:
            return File(theirs.mode, git_objects.write_blob(git, merged))
    raise Failed(
        f"{_who_changed(git, others, change.path)}{reason}",
        "Nothing was published, and your commits are as they were. Drop them with 'git reset --keep @{upstream}' "
        "and run the command again, or bring them together yourself with 'git pull --rebase'.",
    )


def ledger_name(path: str, config: str) -> str | None:
    """The name of the ledger that lies at this path of the repository, None where none does."""
    parts = PurePosixPath(path)
    if parts.parent == PurePosixPath(config) / FOLDER and parts.suffix == ".jsonl":
        return parts.stem
    return None


def _who_changed(git: Git, others: Others, path: str) -> str:
    spec = ["--format=%H", "-1", f"{others.base}..{others.tip}", "--", path]
    commit = git("log", *spec) or others.tip
    return f"{path} was changed by {_author(git, commit)} meanwhile (commit {commit[:12]}), and here too"


def _author(git: Git, commit: str) -> str:
    return git("log", "-1", "--format=%an <%ae>", commit)
