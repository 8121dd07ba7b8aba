"""The platform repository: the git clone that the config folder lies in, as far as it concerns deliveries.

Commits are made beside the index, so what a person has staged or changed stays as it is, and a commit holds the paths
that it is asked for and nothing else. The hooks of the clone do not run: they are made for people's commits, may ask,
rewrite files or take minutes. What must hold for every commit is the upstream's to enforce, and its hooks do run.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from delivery import commit_message, git_objects, upstream, work_tree
from delivery.errors import Failed, Refused
from delivery.git import Git, reason
from delivery.git_objects import File
from delivery.publishing import ATTEMPTS, Published, publish


@dataclass(frozen=True)
class Addition:
    """What a file becomes, and what its commit says."""

    content: bytes
    message: str
    trailers: Mapping[str, str] = field(default_factory=dict)


Make = Callable[[bytes], Addition | None]
"""From a file's content to what it becomes; None where nothing is to be added."""


@dataclass(frozen=True)
class Repository:
    """`top` is the folder of the work tree, `config` the config folder in it, `git_dir` where git keeps the clone."""

    top: Path
    config: Path
    git_dir: Path

    @property
    def git(self) -> Git:
        """git in the work tree."""
        return Git(self.top)

    def head(self) -> str | None:
        """The commit that is checked out, None before the first one."""
        return self.git.ask("rev-parse", "--quiet", "--verify", "HEAD").text or None

    def commit_of(self, branch: str) -> str | None:
        """The last commit of a branch of this clone, None where there is no such branch."""
        return self.git.ask("rev-parse", "--quiet", "--verify", f"refs/heads/{branch}").text or None

    def current_branch(self) -> str:
        """The branch that is checked out. Raises Failed where there is none, only a commit."""
        asked = self.git.ask("symbolic-ref", "--quiet", "--short", "HEAD")
        if not asked.text:
            raise Failed("no branch is checked out, only a commit", "Check out the branch that deploys, such as main.")
        return asked.text

    def names_in(self, ref: str, folder: Path) -> list[str]:
        """The names of the files that a commit has directly in a folder."""
        listed = self.git.ask("ls-tree", "--name-only", "-z", ref, "--", f"{self.name_of(folder)}/")
        return [name.rpartition("/")[2] for name in listed.text.split("\0") if name]

    def show(self, ref: str, path: Path) -> bytes | None:
        """A file as a commit has it, None where it has none. Raises Failed for an unknown commit."""
        name = self.name_of(path)
        file = git_objects.files(self.git, ref, [name]).get(name)
        return git_objects.content(self.git, file) if file else None

    def trailers(self, commit: str) -> dict[str, str]:
        """The trailers of a commit's message."""
        return commit_message.trailers(git_objects.read_commit(self.git, commit).text)

    def name_of(self, path: Path) -> str:
        """A path, absolute or from the config folder on, as the repository names it."""
        absolute = self.config / path
        return (absolute.parent.resolve() / absolute.name).relative_to(self.top).as_posix()

    def commit(
        self,
        paths: Sequence[Path],
        message: str,
        *,
        trailers: Mapping[str, str] | None = None,
        sign: str | None = None,
        instead_of: str | None = None,
    ) -> str | None:
        """Commit exactly these paths as they lie in the work tree; None where nothing of them changed.

        Everything else that is staged or changed stays so. `sign` is an SSH key: a file, or `key::` and the public
        one. `instead_of` is a commit of some of these paths that the new one takes the place of, if it is still the last one
        and nobody has seen it: a change that was taken back must not come twice to who has made the same. Raises Refused
        while a merge or the like is under way and where nobody is named as committer, Failed for a ledger that has lost
        committed entries, Locked where somebody else is at the clone.
        """
        names = [self.name_of(path) for path in paths]
        with work_tree.alone(self.git_dir):
            people = self._ready(names)
            head = parent = self.head()
            if head and head == instead_of and not upstream.has(self.git, head):
                parent = self.git.ask("rev-parse", "--quiet", "--verify", f"{head}^").text or None
            base = parent or git_objects.empty_tree(self.git)
            tree, files = git_objects.tree_of_work_tree(self.git, base, names)
            committed = git_objects.files(self.git, head or base, names)
            if all(committed.get(name) == file for name, file in files.items()):
                return None
            work_tree.check_only_added(self.git, committed, files, self._prefix)
            text = commit_message.compose(message, trailers or {}, told=True)
            made = git_objects.write_commit(self.git, tree, [parent] if parent else [], text, people, sign)
            git_objects.update_index(self.git, files)
            work_tree.point(self.git, head, made)
            return made

    def extend(
        self,
        path: Path,
        make: Make,
        *,
        sign: str | None = None,
        check: Callable[[str], None] | None = None,
        push: bool = False,
        attempts: int = ATTEMPTS,
    ) -> str | None:
        """Commit what `make` turns a file's committed content into; None where that is nothing.

        With `push` the commit is made on top of what is published and counts only once it is published itself: if
        somebody was faster, `make` is asked again about the newer content. `check` may raise for a commit before
        anything points to it. The clone follows at the end, and is as it was wherever this raises.
        """
        name = self.name_of(path)
        made: str | None = None

        def add(base: str | None) -> str | None:
            nonlocal made
            parent = base or git_objects.empty_tree(self.git)
            there = git_objects.files(self.git, parent, [name]).get(name)
            addition = make(git_objects.content(self.git, there))
            made = None
            if addition is not None:
                blob = git_objects.write_blob(self.git, addition.content)
                mode = there.mode if there else git_objects.REGULAR
                tree = git_objects.write_tree(self.git, parent, {name: File(mode, blob)})
                text = commit_message.compose(addition.message, addition.trailers, told=True)
                made = git_objects.write_commit(self.git, tree, [base] if base else [], text, people, sign)
                if check:
                    check(made)
            return made

        with work_tree.alone(self.git_dir):
            people = self._ready([name])
            if push:
                publish(self.git, self._prefix, people, attempts, add)
            else:
                head = self.head()
                after = add(head)
                if after:
                    work_tree.check_movable(self.git, head, after)
                    work_tree.move(self.git, head, after, self._prefix)
        return made

    def push(self, attempts: int = ATTEMPTS, check: Callable[[str], None] | None = None) -> Published:
        """Publish the branch's commits; those of others come first, own ones that nobody has seen are made anew behind.

        `check` may raise for what would be published, the last commit of it, each time before it is tried. Raises Failed, and
        leaves the clone as it was, for a conflict, for a signed commit that would have to be made anew, for local changes
        that stand in the way, and when others win every attempt.
        """
        with work_tree.alone(self.git_dir):
            return publish(
                self.git, self._prefix, self._ready([]), attempts, lambda tip: check(tip) if check and tip else None
            )

    def branch(
        self,
        name: str,
        contents: Mapping[Path, bytes],
        message: str,
        *,
        trailers: Mapping[str, str] | None = None,
        push: bool = True,
    ) -> str:
        """A new branch with one commit on top of HEAD, in which these files have these contents; its commit.

        The work tree and the branch that is checked out stay as they are. The same once more answers the commit that
        is there. Raises Refused where the name is taken by something else.
        """
        with work_tree.alone(self.git_dir):
            people = self._ready([])
            head = self.head()
            if head is None:
                raise Failed("there is no commit yet to branch off from", "Commit the config first.")
            names = {self.name_of(path): content for path, content in contents.items()}
            there = git_objects.files(self.git, head, names)
            files = {
                each: File(
                    there[each].mode if each in there else git_objects.REGULAR,
                    git_objects.write_blob(self.git, content, each),
                )
                for each, content in names.items()
            }
            tree = git_objects.write_tree(self.git, head, files)
            ref = f"refs/heads/{name}"
            made = self.git.ask("rev-parse", "--quiet", "--verify", ref).text
            if made and (self._tree(made), self.git("rev-parse", f"{made}^@")) != (tree, head):
                remedy = f"Choose another name, or delete it with 'git branch -D {name}'."
                raise Refused("no branch is made", [("free-name", f"there is a branch {name} already", remedy)])
            if not made:
                text = commit_message.compose(message, trailers or {})
                made = git_objects.write_commit(self.git, tree, [head], text, people)
                self.git("update-ref", ref, made, "")
            if push and not upstream.push(
                self.git, upstream.remote(self.git), made, ref, upstream.without_questions(self.git)
            ):
                remedy = "Close its pull request and delete it there, or choose another name."
                raise Refused("the branch is not published", [("free-name", f"{name} is there already", remedy)])
            return made

    @property
    def _prefix(self) -> str:
        return self.config.relative_to(self.top).as_posix()

    def _ready(self, names: Sequence[str]) -> dict[str, str]:
        """Nothing is half done, and somebody commits: the environment that names them."""
        work_tree.check_free(self.git, self.git_dir, names)
        return work_tree.committer(self.git)

    def _tree(self, commit: str) -> str:
        return self.git("rev-parse", f"{commit}^{{tree}}")


def find(config_dir: Path) -> Repository | None:
    """The repository that holds a config folder; None where it lies in no work tree, or in one that ignores it.

    Raises Failed where there is one that git will not open, such as another user's.
    """
    if shutil.which("git") is None:
        return None
    git = Git(config_dir)
    asked = git.ask("rev-parse", "--is-inside-work-tree", "--absolute-git-dir", "--show-toplevel")
    inside, git_dir, top, *_ = *asked.text.split("\n"), "", ""
    if inside == "false" or "not a git repository" in asked.err:
        return None
    if asked.code:
        raise Failed(f"git cannot open the repository of {config_dir}: {reason(asked)}", "Do what git says there.")
    config = config_dir.resolve()
    # The literal paths that everything else is asked with are unknown to this one command.
    asked = git.ask("check-ignore", "--quiet", ".", environment={"GIT_LITERAL_PATHSPECS": "0"})
    if config != Path(top) and asked.code == 0:
        return None
    return Repository(Path(top), config, Path(git_dir))
