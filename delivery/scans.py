"""Where scanners have left what they found: SARIF files, and `NAME.skipped` of those that could not scan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from delivery import sarif
from model.errors import ConfigError, Problem

SKIPPED, SARIF = ".skipped", ".sarif"
LARGEST = 64 * 2**20
"""Bytes of a file. GitHub takes 10 MB, compressed, which a SARIF file of this size still is."""
REASON = 300
"""Characters of a reason that are shown."""


@dataclass(frozen=True)
class Report:
    """A SARIF file: its name as it was given, its text, and what it says."""

    name: str
    text: bytes
    scan: sarif.Scan


@dataclass(frozen=True)
class Reports:
    """`skipped` says for each scanner that did not scan why."""

    files: tuple[Report, ...]
    skipped: tuple[tuple[str, str], ...]

    @property
    def findings(self) -> list[sarif.Finding]:
        """Of all files, one after the other."""
        return [found for each in self.files for found in each.scan.findings]

    @property
    def remarks(self) -> list[str]:
        """What there is to say of the scans themselves."""
        said = [f"{name} was skipped: {reason}" for name, reason in self.skipped]
        return [*said, *(remark for each in self.files for remark in each.scan.remarks)]


def collect(given: Sequence[Path]) -> Reports:
    """What is in these files. A folder stands for all that scanners have left there; beside each file its skipped ones count.

    Raises ConfigError for all that is not there or cannot be read, each by its name.
    """
    problems: list[Problem] = []
    wanted: dict[Path, None] = {}
    for path in given:
        try:
            wanted |= dict.fromkeys(_meant(path))
        except ConfigError as error:
            problems += error.problems
    beside = {found: None for path in wanted for found in sorted(path.parent.glob(f"*{SKIPPED}"))}
    reports, skipped = list[Report](), list[tuple[str, str]]()
    for path in {**wanted, **beside}:
        try:
            if path.suffix == SKIPPED:
                skipped.append((sarif.line(path.stem), _reason(path)))
            else:
                text = _text(path)
                reports.append(Report(str(path), text, sarif.read(str(path), text)))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(*problems)
    return Reports(tuple(reports), tuple(sorted(skipped)))


def _meant(path: Path) -> Iterable[Path]:
    if path.is_dir():
        found = sorted([*path.glob(f"*{SARIF}"), *path.glob(f"*{SKIPPED}")])
        if not found:
            what = f"no scanner has left anything there, neither *{SARIF} nor *{SKIPPED}"
            raise ConfigError(Problem(str(path), "", what, "Run the scanners first."))
        return found
    instead = path.with_suffix(SKIPPED)
    if path.exists():
        return [path]
    if path.name and instead.exists():
        return [instead]
    remedy = f"Run the scanner first, or let it say in {instead.name} why it could not scan."
    raise ConfigError(Problem(str(path), "", "there is no such file", remedy))


def _text(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
    except OSError as error:
        raise ConfigError(Problem(str(path), "", f"it cannot be read ({error.strerror})", "Correct that.")) from None
    if len(text) > LARGEST:
        what = f"it is larger than {LARGEST // 2**20} MiB"
        raise ConfigError(Problem(str(path), "", what, "Let the scanner look at less, or report less."))
    return text


def _reason(path: Path) -> str:
    said = sarif.line(_text(path).decode(errors="replace"))
    return (said if len(said) <= REASON else f"{said[:REASON]}…") or "it does not say why"
