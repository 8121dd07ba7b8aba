"""A PostgreSQL server as Cloud SQL sets one up: its superuser is Google's, its administrators are none."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from components.pod import literal

SUPERUSER = "cloudsqladmin"
DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
VERSION = "15"
"""Cloud SQL's, which `components/database_instance.py` names: later versions have other rules for granting roles."""


def expanded(text: str) -> str:
    """An argument as the kubelet hands it on: `$$` is `$`, and `$(NAME)` the variable of that name, if there is one.

    https://github.com/kubernetes/kubernetes/blob/master/third_party/forked/golang/expansion/expand.go
    """
    return re.sub(
        r"\$(\$|\(([^)]*)\))", lambda match: "$" if match[1] == "$" else VARIABLES.get(match[2], match[0]), text
    )


VARIABLES = {"PGPASSWORD": "secret"}


@dataclass(frozen=True)
class Server:
    """A running server, reachable through a socket in `folder`."""

    binaries: Path
    folder: Path

    def run(self, sql: str, user: str = SUPERUSER, database: str = "postgres") -> str:
        """What the statements answer. The first that is refused ends them."""
        done = self._psql(sql, user, database)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def as_job(self, commands: Sequence[str], user: str) -> None:
        """As a Job's arguments, which the kubelet goes over before psql gets them: see `expanded`."""
        self.each([expanded(literal(command)) for command in commands], user)

    def each(self, commands: Sequence[str], user: str) -> None:
        """Each as a command of its own, as a Job's arguments have them."""
        psql = [
            self.binaries / "psql",
            "--no-psqlrc",
            "--set=ON_ERROR_STOP=1",
            f"--host={self.folder}",
            f"--username={user}",
        ]
        arguments = [*psql, "--dbname=postgres", *(f"--command={command}" for command in commands)]
        done = subprocess.run(arguments, check=False, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr

    def error(self, sql: str, user: str, database: str) -> str:
        """Why the statements are refused."""
        done = self._psql(sql, user, database)
        assert done.returncode != 0, done.stdout
        return done.stderr

    def _psql(self, sql: str, user: str, database: str) -> subprocess.CompletedProcess[str]:
        psql = [self.binaries / "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]
        target = [f"--host={self.folder}", f"--username={user}", f"--dbname={database}", "--set=ON_ERROR_STOP=1"]
        return subprocess.run([*psql, *target], check=False, input=sql, capture_output=True, text=True, timeout=60)


def _binaries() -> Path | None:
    """Where PostgreSQL's binaries are, as Debian installs them or on the PATH."""
    found = [path for path in DEBIAN if path.parent.name == VERSION and (path / "initdb").exists()]
    if found:
        return found[0]
    initdb = shutil.which("initdb")
    if not initdb:
        return None
    version = subprocess.run([initdb, "--version"], capture_output=True, text=True, check=True).stdout
    return Path(initdb).parent if f" {VERSION}." in version else None


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server without any of the program's databases. Skipped where PostgreSQL is not installed (`make postgres`)."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip(f"PostgreSQL {VERSION} is not installed; 'make postgres' installs it on Debian")
    account = None
    if os.getuid() == 0:
        # PostgreSQL refuses to run as root.
        account = next((name for name in ("postgres", "nobody") if _known(name)), None)
        if account is None:
            pytest.skip("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
    # Not below pytest's folder: no other user gets in there, and a socket's path has 107 characters at most.
    folder = Path(tempfile.mkdtemp(prefix="slipway-postgres-"))
    if account:
        os.chown(folder, pwd.getpwnam(account).pw_uid, pwd.getpwnam(account).pw_gid)

    def run(*command: str | Path) -> None:
        done = subprocess.run(
            command, check=False, user=account, cwd=folder, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr

    data = folder / "data"
    # Nobody but this machine's own socket is listened to; what a login may do is what is looked at, not who it is.
    run(binaries / "initdb", "--auth=trust", f"--username={SUPERUSER}", "--no-sync", f"--pgdata={data}")
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
    try:
        run(binaries / "pg_ctl", "start", "--wait", f"--pgdata={data}", f"--log={folder}/log", f"--options={options}")
        yield Server(binaries, folder)
    finally:
        run(binaries / "pg_ctl", "stop", "--mode=immediate", f"--pgdata={data}")
        shutil.rmtree(folder)


def _known(account: str) -> bool:
    try:
        return bool(pwd.getpwnam(account))
    except KeyError:
        return False
