"""Every way for a command to end: its exit code, its words on stderr, its object on stdout, and never a traceback."""

import errno
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from rich.markup import escape

from delivery import screen
from delivery.errors import Ended, ExitCode, Refused
from model.errors import ConfigError, Problem

DEBUG = "SLIPWAY_DEBUG"
SHOWN = 60
"""Characters of a name that is too long."""

INTERRUPTED = "interrupted; what was done is on record, and the same command goes on from there"


@contextmanager
def told(as_json: bool) -> Iterator[None]:
    """Turn what the block raises into an exit. With SLIPWAY_DEBUG set, a fault of slipway itself keeps its traceback."""
    try:
        yield
    except SystemExit as end:
        if end.code == ExitCode.INTERRUPTED:
            screen.err().print(INTERRUPTED)
        raise
    except ConfigError as error:
        _end(as_json, ExitCode.BAD_INPUT, str(error), "", {"problems": [vars(found) for found in error.problems]})
    except Refused as refused:
        lines = [f"  {guard}: {problem}\n    {remedy}" for guard, problem, remedy in refused.refusals]
        _end(as_json, refused.code, "\n".join([refused.what, *lines]), "", refused.details)
    except Ended as ended:
        _end(as_json, ended.code, ended.what, ended.remedy, ended.details)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            _end(as_json, ExitCode.BAD_INPUT, *_too_long(str(error.filename)))
        _end(as_json, ExitCode.FAILED, str(error), "", {})
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        remedy = f"This is a fault of slipway itself. Set {DEBUG}=1 to see where it comes from."
        _end(as_json, ExitCode.FAILED, f"{type(error).__name__}: {error}", remedy, {})


def _too_long(name: str) -> tuple[str, str, Mapping[str, object]]:
    """What is said of a name of a stack, a folder or a file that no file system takes."""
    found = Problem("command line", f"{name[:SHOWN]}...", "no file can have such a long name", "Write a shorter one.")
    return str(found), "", {"problems": [vars(found)]}


def _end(as_json: bool, code: ExitCode, what: str, remedy: str, details: Mapping[str, object]) -> None:
    screen.err().print(f"[red]error[/]: {escape(what)}")
    if remedy:
        screen.err().print(escape(remedy))
    if as_json:
        # Where stdout takes nothing, that may be what this tells of; stderr has it.
        with suppress(OSError):
            screen.print_json({"error": what, "remedy": remedy, **details})
    sys.exit(code)
