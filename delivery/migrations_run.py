"""`slipway migrations run`: plain SQL files on a database, which is what a migration image may do."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from delivery import database_token
from delivery.errors import Failed, Locked
from migrations import folder as folders
from migrations.database import Address, Database, SqlError, Unreachable, from_environment, from_url
from migrations.running import Busy, MigrationFailed, run


def carry_out(folder: Path, url: str | None, tell: Callable[[str], None]) -> list[str]:
    """Run what the database lacks; the names of those files. Raises ConfigError, Failed, and Locked where others are at it."""
    files = folders.files(folder)
    with told(), Database(address(url)) as database:
        return run(database, files, tell)


def address(url: str | None) -> Address:
    """Where the database is, by an address or by the environment, and as whom one logs in there."""
    return from_url(url) if url else from_environment(os.environ, database_token.password)


@contextmanager
def told() -> Iterator[None]:
    """Whatever goes wrong with a database, with what to do."""
    try:
        yield
    except MigrationFailed as error:
        remedy = "Repair the file, if it has run nowhere yet; else what it needs. Then run the same command again."
        raise Failed(f"a migration failed: {error}", remedy, {"file": error.name, "line": error.line}) from None
    except Busy as error:
        raise Locked(str(error), "Wait until it has ended; it may be an older Job that still works.") from None
    except (Unreachable, SqlError) as error:
        raise Failed(str(error), "Look at the address of the database and at the user's rights there.") from None
