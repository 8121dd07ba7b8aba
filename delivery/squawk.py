"""squawk, asked about many files at once: what it finds, by its JSON reporter.

It is the program of the package squawk-cli. It gets copies, in which comments, psql's commands and data are blank and every
character is ASCII at its place, so that lines and columns are the file's and its own ignore comments say nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from delivery.errors import Failed
from migrations.squawk import LEFT_OUT, POSTGRES, SAME, SYNTAX, Remark

SECONDS = 300.0
"""For a batch. Squawk takes half a second for a megabyte."""
BATCH = 2**19
"""Characters of one process, where there are more: half a megabyte is some 200 ms."""
FILES = 1000
"""Files of one process, where each is asked about by itself; their names go on its command line."""
CONFIG = "squawk.toml"
END = "\n;\n"
"""Between two texts: the last statement of a file needs no semicolon."""


def program() -> str:
    """Where it is: beside the Python that runs this, else on the PATH. Raises Failed where it is not."""
    beside = Path(sys.executable).parent / ("squawk.exe" if os.name == "nt" else "squawk")
    found = str(beside) if beside.is_file() else shutil.which("squawk")
    if found is None:
        raise Failed("squawk is not installed, which parses SQL", "Run 'make setup', or 'pip install squawk-cli'.")
    return found


def ask(texts: Mapping[str, str]) -> dict[str, list[Remark]]:
    """What it says of each text; nothing of a text that it finds nothing in. Where SQL is broken it says only that.

    Many texts are one to it: thousands of small files cost more than what is in them. Only where one is broken is each asked
    about by itself, since what has no end would go on into the next.
    """
    found: dict[str, list[Remark]] = {}
    if not texts:
        return found
    squawk = program()
    with tempfile.TemporaryDirectory(prefix="slipway-squawk-") as made, ThreadPoolExecutor(os.cpu_count()) as pool:
        folder = Path(made)
        # A setting of a person or a repository must not change an answer.
        (folder / CONFIG).write_text("")
        batches = list(_batches(texts))
        for answer in pool.map(partial(_together, squawk, folder), range(len(batches)), batches):
            for remark in answer:
                found.setdefault(remark.file, []).append(remark)
    return found


def _batches(texts: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """By size, and as many as there are processors at least."""
    total = sum(map(len, texts.values()))
    limit = min(BATCH, total // (os.cpu_count() or 1) + 1)
    batch, size = dict[str, str](), 0
    for path, text in texts.items():
        if batch and size + len(text) > limit:
            yield batch
            batch, size = dict[str, str](), 0
        batch[path] = text
        size += len(text)
    yield batch


def _together(squawk: str, folder: Path, number: int, batch: Mapping[str, str]) -> list[Remark]:
    name = f"{number}.sql"
    firsts, line = list[int](), 0
    with (folder / name).open("w", encoding="ascii", newline="") as file:
        for text in batch.values():
            firsts.append(line)
            file.write(f"{text}{END}")
            line += text.count("\n") + END.count("\n")
    paths, answer = list(batch), _run(squawk, folder, [name])
    if len(batch) > 1 and (answer is None or any(each["rule_name"] == SYNTAX for each in answer)):
        return _apart(squawk, folder, number, batch)
    if answer is None:
        return [_given_up(paths[0])]
    made = list[Remark]()
    for each in answer:
        at = bisect_right(firsts, int(str(each["line"]))) - 1
        made.append(_remark(paths[at], each, firsts[at]))
    return made


def _apart(squawk: str, folder: Path, number: int, batch: Mapping[str, str]) -> list[Remark]:
    names = {f"{number}-{at}.sql": path for at, path in enumerate(batch)}
    for name, path in names.items():
        (folder / name).write_text(batch[path], encoding="ascii", newline="")
    ordered = list(names)
    groups = [ordered[at : at + FILES] for at in range(0, len(ordered), FILES)]
    made = list[Remark]()
    while groups:
        group = groups.pop()
        answer = _run(squawk, folder, group)
        if answer is not None:
            made += [_remark(names[str(each["file"]).rpartition("/")[2]], each, 0) for each in answer]
        elif len(group) == 1:
            made.append(_given_up(names[group[0]]))
        else:
            half = len(group) // 2
            groups += [group[:half], group[half:]]
    return made


def _given_up(path: str) -> Remark:
    return Remark(
        path, SYNTAX, 0, 0, "squawk gives up on this file: parentheses or queries stand too deep in each other", ""
    )


def _remark(path: str, each: Mapping[str, object], first: int) -> Remark:
    line, column = int(str(each["line"])) - first, int(str(each["column"]))
    return Remark(path, str(each["rule_name"]), line, column, str(each["message"]), str(each["help"] or ""))


def _run(squawk: str, folder: Path, names: Sequence[str]) -> list[dict[str, object]] | None:
    """What it answers; None where it died of one of the files, as it does of a hundred thousand parentheses."""
    left_out = ",".join([*LEFT_OUT, *SAME])
    command = [squawk, "--config", CONFIG, "--reporter", "json", "--pg-version", POSTGRES, "--exclude", left_out]
    try:
        done = subprocess.run(
            [*command, *names], cwd=folder, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"squawk has not answered in {SECONDS:.0f} seconds", "Check fewer files at once.") from None
    if done.returncode < 0 or done.returncode > 128:
        return None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = list[dict[str, object]]()
    # A file that it cannot read would otherwise pass for one in which nothing was found.
    if done.returncode != bool(answer):
        said = done.stderr.decode(errors="replace").strip().splitlines()
        what = said[0] if said else f"exit code {done.returncode}"
        raise Failed(f"squawk failed: {what}", "Run 'make setup' for the version that is asked here.")
    return answer
