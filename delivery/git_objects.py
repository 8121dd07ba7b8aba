"""Blobs, trees and commits made beside the work tree and the index, which stay as the person at them left them."""

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from delivery.git import LOCAL_SECONDS, SIGNING_SECONDS, Git

REGULAR = "100644"
_RAW = re.compile(r":(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) [A-Z]")
_SIGNATURES = ("gpgsig", "gpgsig-sha256")


@dataclass(frozen=True)
class File:
    """A file in a tree: its mode, such as 100644, and the name of its blob."""

    mode: str
    blob: str


@dataclass(frozen=True)
class Change:
    """What happened to a path between two trees; None where it is absent."""

    path: str
    before: File | None
    after: File | None


@dataclass(frozen=True)
class Commit:
    """A commit object. `author` is git's own line: name, address, seconds, zone. `payload` is what a signature is of."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: str
    message: bytes
    signature: str
    payload: bytes

    @property
    def text(self) -> str:
        """The message as text."""
        return self.message.decode(errors="replace")

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.text.partition("\n")[0]


def read_commit(git: Git, sha: str) -> Commit:
    """The commit as it is stored."""
    head, _, message = git.raw("cat-file", "commit", sha).partition(b"\n\n")
    fields, unsigned = _headers(head)
    return Commit(
        sha=sha,
        tree=fields["tree"][0],
        parents=tuple(fields.get("parent", ())),
        author=fields["author"][0],
        message=message,
        signature=next((fields[key][0] + "\n" for key in _SIGNATURES if key in fields), ""),
        payload=unsigned + b"\n\n" + message,
    )


def _headers(head: bytes) -> tuple[dict[str, list[str]], bytes]:
    """Header fields, continuation lines joined, and the header without signatures."""
    fields: dict[str, list[str]] = {}
    kept: list[bytes] = []
    key = ""
    for line in head.split(b"\n"):
        if line.startswith(b" "):
            fields[key][-1] += "\n" + os.fsdecode(line[1:])
        else:
            key, _, value = os.fsdecode(line).partition(" ")
            fields.setdefault(key, []).append(value)
        if key not in _SIGNATURES:
            kept.append(line)
    return fields, b"\n".join(kept)


def write_commit(
    git: Git, tree: str, parents: Sequence[str], message: bytes, people: Mapping[str, str], key: str | None = None
) -> str:
    """A new commit object, to which nothing points yet; signed with an SSH key where one is named."""
    options = [part for parent in parents for part in ("-p", parent)]
    if key is None:
        return git("commit-tree", tree, *options, stdin=message, environment=people, seconds=LOCAL_SECONDS)
    signed = ["-c", "gpg.format=ssh", "commit-tree", tree, *options, f"-S{key}"]
    return git(*signed, stdin=message, environment=people, seconds=SIGNING_SECONDS)


def authorship(commit: Commit) -> dict[str, str]:
    """The environment in which a commit keeps its author and the time of its making."""
    match = re.fullmatch(r"(.*?) ?<(.*)> (\d+ [+-]\d{4})", commit.author)
    if match is None:
        return {}
    return {"GIT_AUTHOR_NAME": match[1], "GIT_AUTHOR_EMAIL": match[2], "GIT_AUTHOR_DATE": f"@{match[3]}"}


def changes(git: Git, before: str, after: str) -> list[Change]:
    """Every path that differs between two trees or commits."""
    fields = _listed(git, "diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", before, after)
    found = []
    for header, path in zip(fields[0::2], fields[1::2], strict=True):
        match = _RAW.fullmatch(header)
        assert match, header
        found.append(Change(path, _file(match[1], match[3]), _file(match[2], match[4])))
    return found


def files(git: Git, tree: str, paths: Iterable[str]) -> dict[str, File]:
    """Those of the paths that are files of a tree or commit."""
    wanted = list(paths)
    if not wanted:
        return {}
    found = {}
    for line in _listed(git, "ls-tree", "-r", "-z", "--full-tree", tree, "--", *wanted):
        header, _, path = line.partition("\t")
        mode, _, blob = header.split(" ")
        found[path] = File(mode, blob)
    return found


def content(git: Git, file: File | None) -> bytes:
    """What a blob holds; empty where there is none."""
    return git.raw("cat-file", "blob", file.blob) if file else b""


def write_blob(git: Git, data: bytes, path: str | None = None) -> str:
    """A blob of these bytes; with a path as `git add` would store that file, line ends converted where asked for."""
    return git("hash-object", "-w", "--stdin", *(["--path", path] if path else ["--no-filters"]), stdin=data)


def write_tree(git: Git, base: str, files: Mapping[str, File | None]) -> str:
    """The tree `base` with these files in place of its own; None removes one."""
    with index(git, base) as environment:
        update_index(git, files, environment)
        return git("write-tree", environment=environment)


def tree_of_work_tree(git: Git, base: str, paths: Sequence[str]) -> tuple[str, dict[str, File | None]]:
    """The tree `base` with these paths as they lie in the work tree, and the files that they are."""
    with index(git, base) as environment:
        listed = os.fsencode("\0".join(paths))
        git("update-index", "--add", "--remove", "-z", "--stdin", stdin=listed, environment=environment)
        tree = git("write-tree", environment=environment)
    there = files(git, tree, paths)
    return tree, {path: there.get(path) for path in paths}


@contextmanager
def index(git: Git, base: str) -> Iterator[dict[str, str]]:
    """An index of its own, holding the tree `base`; the environment in which git uses it."""
    with tempfile.TemporaryDirectory(prefix="slipway-index-") as folder:
        environment = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git("read-tree", base, environment=environment)
        yield environment


def update_index(git: Git, files: Mapping[str, File | None], environment: Mapping[str, str] | None = None) -> None:
    """Put these files into an index; None removes one."""
    lines = [f"{file.mode} {file.blob} 0\t{path}" for path, file in files.items() if file]
    gone = [path for path, file in files.items() if file is None]
    if lines:
        git("update-index", "-z", "--index-info", stdin=os.fsencode("\0".join(lines)), environment=environment)
    if gone:
        listed = os.fsencode("\0".join(gone))
        git("update-index", "--force-remove", "-z", "--stdin", stdin=listed, environment=environment)


def empty_tree(git: Git) -> str:
    """The tree without any file, which a branch without commits stands on."""
    return git("hash-object", "-w", "-t", "tree", os.devnull)


def _file(mode: str, blob: str) -> File | None:
    return File(mode, blob) if mode != "000000" else None


def _listed(git: Git, *arguments: str) -> list[str]:
    """What a command with -z lists; names that are no UTF-8 come through unharmed."""
    return [os.fsdecode(each) for each in git.raw(*arguments).split(b"\0") if each]
