"""The command in this process, and what its end says."""

from __future__ import annotations

import io
import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from delivery import cli
from delivery.errors import ExitCode
from model.errors import Problem
from tests.fuzz.lines import Line
from tests.fuzz.loading import complete

FAULT = "This is a fault of slipway itself."
MEANT = (ExitCode.DONE, ExitCode.BAD_INPUT, ExitCode.REFUSED, ExitCode.FOUND)


@dataclass
class Ended:
    """How often a command ended with which exit code, and what was wrong with an end."""

    counts: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def run(self, line: Line, as_json: bool) -> None:
        """Run a command line to its end."""
        given = (*(("--json",) if as_json else ()), *line.words)
        with _streams() as (out, err):
            try:
                cli.main(given)
                code = 0
            except SystemExit as end:
                code = int(end.code or 0)
            except Exception as error:  # noqa: BLE001 - whatever else it is, it is what is looked for
                code = -1
                print(repr(error), file=err)
            said, told = _text(out), _text(err)
        self.counts[code] += 1
        if what := _wrong(code, said, told, as_json):
            shown = " ".join(each[:60] for each in given)
            self.wrong.append(f"{line.parameter}: {shown!a}: {code}: {what}: {told[:600]!a}")


def _wrong(code: int, out: str, err: str, as_json: bool) -> str:
    if "Traceback" in err or FAULT in err:
        return "a fault of its own"
    if code == ExitCode.FAILED:
        # What was said is right and what it speaks of is not there yet: then the words say what to do first.
        return "" if len(err.partition("error: ")[2].strip().splitlines()) > 1 else "it failed without a remedy"
    if code not in MEANT:
        return "no code of an input"
    if code != ExitCode.BAD_INPUT:
        return ""
    if not as_json:
        return "" if err.partition("error: ")[2].strip() else "nothing is said"
    problems = [Problem(**each) for each in json.loads(out).get("problems", ())]
    return "" if problems and all(map(complete, problems)) else f"it does not say what to write: {problems}"


@contextmanager
def _streams() -> Iterator[tuple[io.TextIOWrapper, io.TextIOWrapper]]:
    """Streams as a process has them: stdout takes no half of a character, stderr shows it."""
    before = sys.stdin, sys.stdout, sys.stderr
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", "strict", write_through=True)
    err = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", write_through=True)
    sys.stdin, sys.stdout, sys.stderr = io.TextIOWrapper(io.BytesIO(), "utf-8"), out, err
    try:
        yield out, err
    finally:
        sys.stdin, sys.stdout, sys.stderr = before


def _text(stream: io.TextIOWrapper) -> str:
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode("utf-8")
