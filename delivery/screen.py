"""Where things are printed: results to stdout, everything else to stderr.

rich leaves colours out where NO_COLOR is set or nobody looks; here comes only that a pipe never wraps a line, and that
what looks like the code of an emoji stays what somebody wrote, as in a URN.
"""

import json
import sys
from typing import Any, TextIO

from rich.console import Console

PIPE_WIDTH = 500
"""Columns for a stream that is no terminal: wide enough that no table row or message is folded."""


def console(stream: TextIO) -> Console:
    """A console on a stream, made anew for each use so that a redirected stream is honoured."""
    width = None if stream.isatty() else PIPE_WIDTH
    return Console(file=stream, width=width, highlight=False, emoji=False, soft_wrap=not stream.isatty())


def out() -> Console:
    """For what was asked for."""
    return console(sys.stdout)


def err() -> Console:
    """For progress, remarks and errors."""
    return console(sys.stderr)


def print_json(data: Any) -> None:
    """One JSON document on stdout, as text for people and programs alike."""
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")
    sys.stdout.flush()
