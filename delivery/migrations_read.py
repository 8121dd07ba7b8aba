"""Which migration files there are, which of them are new, and what each says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from delivery.git import Git
from migrations import layout, sums, texts
from migrations.finding import Mistake
from model.errors import ConfigError, Problem

LARGEST = 64 * 2**20
"""Bytes of a file; what is larger is data, which no migration is."""


@dataclass
class Files:
    """`all` are the migrations, path as shown -> content; `new` those that count."""

    all: dict[str, bytes] = field(default_factory=dict)
    new: list[str] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    def decoded(self, told: str) -> tuple[dict[str, str], list[str]]:
        """The texts of the new ones, and what had to be guessed. What cannot be read becomes a mistake."""
        found, remarks = dict[str, str](), list[str]()
        for path in self.new:
            read = texts.decode(self.all[path], told)
            if read.remark:
                remarks.append(f"{path}: {read.remark}")
            at = read.text.find("\0")
            if read.wrong:
                line = read.text.count("\n") + 1
                remedy = "Save it as UTF-8, or say what it is with --encoding."
                self.mistakes.append(Mistake("encoding", path, line, 1, read.wrong, remedy))
            elif at >= 0:
                line, column = read.text.count("\n", 0, at) + 1, at - read.text.rfind("\n", 0, at)
                what = "there is a NUL here, which PostgreSQL takes in no text"
                self.mistakes.append(Mistake("encoding", path, line, column, what, "Take it out."))
            else:
                found[path] = read.text
        return found, remarks


def collect(given: Sequence[Path], base: str = "") -> Files:
    """All that the paths mean; with a base, its files are old, and those that differ from it are mistakes."""
    made = Files()
    problems = list[Problem]()
    for path in given:
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        if not path.exists() and not (base and _has(path, base)):
            problems.append(Problem(str(path), "", "there is no such file or folder", "Name where migrations are."))
            continue
        for each in found:
            shown = each.as_posix()
            if (path.is_dir() and not (layout.migrates(shown) or _astray(each))) or not each.is_file():
                continue
            try:
                if each.stat().st_size > LARGEST:
                    what = f"it is larger than {LARGEST // 2**20} MiB"
                    problems.append(Problem(shown, "", what, "Load data by other means."))
                    continue
                made.all[shown] = each.read_bytes()
            except OSError as error:
                problems.append(Problem(shown, "", f"it cannot be read ({error.strerror})", "Correct that."))
    if problems:
        raise ConfigError(*problems)
    made.all = {path: made.all[path] for path in sorted(made.all, key=layout.order)}
    old = _against(given, base, made) if base else set[str]()
    made.new = [path for path in made.all if path not in old]
    made.mistakes += _twins(made)
    made.mistakes += _late(made, base)
    made.mistakes += _sums(made)
    return made


def _astray(path: Path) -> bool:
    """Whether a file that should take another one back stands beside none: whoever runs migrations may run it too."""
    shown = path.as_posix()
    if not layout.undoes(shown):
        return False
    listed = path.parent / sums.ATLAS
    if listed.is_file() and path.name in listed.read_text(encoding="utf-8", errors="replace").split():
        return not any(layout.golang(beside) and Path(beside).is_file() for beside in layout.undone(shown))
    return not any(Path(beside).is_file() for beside in layout.undone(shown))


def _twins(files: Files) -> list[Mistake]:
    new = set(files.new)
    return [
        Mistake("number", second, 1, 1, f"it has the same number as {first}", "Give it the next one that is free.")
        for first, second in layout.twins(files.all)
        if new & {first, second}
    ]


def _late(files: Files, base: str) -> list[Mistake]:
    old = set(files.all) - set(files.new)
    return [
        Mistake("order", new, 1, 1, f"it comes before {after}, which {base} has", "Give it a number behind that one.")
        for new, after in layout.late(files.new, old)
    ]


def _sums(files: Files) -> list[Mistake]:
    """Each folder that has a file of checksums is held against it; what one names twice is said once."""
    found = list[Mistake]()
    edited = {each.file for each in files.mistakes if each.rule == "edited"}
    for folder in dict.fromkeys(Path(path).parent for path in files.all):
        for name, compare in ((sums.OURS, sums.wrong), (sums.ATLAS, sums.wrong_atlas)):
            path = folder / name
            if path.is_file():
                here = sums.beside(folder, of_atlas=name == sums.ATLAS)
                text = path.read_text(encoding="utf-8", errors="replace")
                found += [each for each in compare(path.as_posix(), text, here) if each.file not in edited]
    return found


def atlas(path: str) -> bool:
    """Whether Atlas runs the file: its checksums lie beside it."""
    return (Path(path).parent / sums.ATLAS).is_file()


def _against(given: Sequence[Path], base: str, files: Files) -> set[str]:
    """The paths that the base has; those that it has otherwise, or that are gone, are mistakes."""
    old = set[str]()
    for path in given:
        folder = _nearest(path)
        git = Git(folder.resolve())
        top = git.ask("rev-parse", "--show-toplevel")
        if top.code:
            raise ConfigError(
                Problem(
                    "command line", "--base", f"{folder} is in no git repository", "Leave it out, or work in a clone."
                )
            )
        common = git.ask("merge-base", base, "HEAD")
        start = common.text or base
        if git.ask("rev-parse", "--quiet", "--verify", f"{start}^{{commit}}").code or start.startswith("-"):
            what = f"there is no commit '{base}'"
            raise ConfigError(
                Problem("command line", "--base", what, "Fetch it, or name another, such as origin/main.")
            )
        root = Path(top.text)
        spec = str(path.resolve().relative_to(root.resolve()))
        listed = Git(root).raw("ls-tree", "-r", "-z", "--name-only", start, "--", spec)
        names = {name for name in listed.decode("utf-8", "surrogateescape").split("\0") if name}
        shown = {_shown(root, name, path): name for name in names}
        old |= set(shown)
        changed = Git(root).raw("diff", "--name-only", "--no-renames", "-z", start, "--", spec)
        for name in filter(None, changed.decode("utf-8", "surrogateescape").split("\0")):
            where = _shown(root, name, path)
            if name not in names or not (layout.migrates(name) or where in files.all):
                continue
            if where in files.all:
                files.mistakes.append(sums.edited(where, base))
            else:
                remedy = "Put it back as it was: databases have it already."
                files.mistakes.append(
                    Mistake("edited", where, 0, 0, f"this migration is gone, and {base} has it", remedy)
                )
    return old


def _nearest(path: Path) -> Path:
    """The folder itself, or the one that is there above it."""
    return next(each for each in (path, *path.parents, Path("/")) if each.is_dir())


def _has(path: Path, base: str) -> bool:
    """Whether something is gone here that the base has."""
    if base.startswith("-"):
        return False
    git = Git(_nearest(path).resolve())
    top = git.ask("rev-parse", "--show-toplevel").text
    full, root = path.resolve(), Path(top or "/").resolve()
    if not top or root not in full.parents:
        return False
    start = git.ask("merge-base", base, "HEAD").text or base
    return git.ask("cat-file", "-e", f"{start}:{full.relative_to(root)}").code == 0


def _shown(root: Path, name: str, given: Path) -> str:
    """A path of the repository as the files beside it are shown."""
    full = root.resolve() / name
    if given.is_file():
        return given.as_posix()
    return (given / full.relative_to(given.resolve())).as_posix()
