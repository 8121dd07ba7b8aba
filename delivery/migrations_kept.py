"""What was found in migrations, on its way from the step that has read them to the one that may ask GitHub about them.

The first reads SQL that anybody may have written, and has no secret; the second has the App's key, and reads no SQL. Who wrote the
file between them is not known: it is taken for findings or refused, and the policy is asked after it.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from delivery.migrations_check import Found
from model.errors import ConfigError, Problem

LARGEST = 64 * 2**20
"""Bytes; a thousand findings make one million."""
_FOUND = TypeAdapter(Found)


def write(found: Found, file: Path) -> None:
    """Raises ConfigError where it cannot be written."""
    try:
        file.write_bytes(_FOUND.dump_json(found))
    except OSError as error:
        raise _problem("--save", f"{file} cannot be written ({error.strerror})", "Name another file.") from None


def read(file: Path) -> Found:
    """Raises ConfigError for a file in which no findings are."""
    remedy = "Give it what 'slipway migrations check PATH --save FILE' has written."
    try:
        if file.stat().st_size > LARGEST:
            raise _problem("--saved", f"{file} is larger than {LARGEST // 2**20} MiB", remedy)
        return _FOUND.validate_json(file.read_bytes(), strict=True)
    except OSError as error:
        raise _problem("--saved", f"{file} cannot be read ({error.strerror})", remedy) from None
    except ValidationError:
        raise _problem("--saved", f"{file} has no findings in it", remedy) from None


def _problem(key: str, what: str, remedy: str) -> ConfigError:
    return ConfigError(Problem("command line", key, what, remedy))
