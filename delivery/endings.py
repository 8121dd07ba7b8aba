"""Every way for a command to end: its exit code, its words on stderr, its object on stdout, and never a traceback."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.markup import escape

from delivery import screen
from delivery.errors import Ended, ExitCode, Refused
from model.errors import ConfigError

DEBUG = "SLIPWAY_DEBUG"
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
        _end(as_json, ExitCode.FAILED, str(error), "", {})
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        remedy = f"This is a fault of slipway itself. Set {DEBUG}=1 to see where it comes from."
        _end(as_json, ExitCode.FAILED, f"{type(error).__name__}: {error}", remedy, {})


def _end(as_json: bool, code: ExitCode, what: str, remedy: str, details: Mapping[str, object]) -> None:
    screen.err().print(f"[red]error[/]: {escape(what)}")
    if remedy:
        screen.err().print(escape(remedy))
    if as_json:
        screen.print_json({"error": what, "remedy": remedy, **details})
    sys.exit(code)
