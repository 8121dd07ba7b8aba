"""A connection to a PostgreSQL database, and where it is: from an address, or from the environment as libpq and pods have it."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from pg8000.exceptions import DatabaseError, Error
from pg8000.native import Connection

from model.errors import ConfigError, Problem

CONNECT_SECONDS = 10
LOCK_SECONDS, STATEMENT_SECONDS, IDLE_SECONDS = 5, 900, 60
OPTIONS = "-c lock_timeout={lock}s -c statement_timeout={statement}s -c idle_in_transaction_session_timeout={idle}s"
"""PGOPTIONS. Who waits for a table's lock makes everybody wait who comes after, so that one gives up soon; a statement has as long
as an index of a large table takes; and who has gone away in the middle of a transaction must not keep its locks."""

VERIFIED = ("verify-ca", "verify-full")


class SqlError(Exception):
    """PostgreSQL refused something; `code` is its SQLSTATE."""

    def __init__(self, code: str, message: str, detail: str = "") -> None:
        super().__init__(f"{message} ({code})" + (f": {detail}" if detail else ""))
        self.code = code


class Unreachable(Exception):
    """There is nobody to talk to, or not any more."""


@dataclass(frozen=True)
class Address:
    """`host` is a name, an address, or the folder of a socket. `token` gives a password where there is none."""

    user: str
    database: str
    host: str = "localhost"
    port: int = 5432
    password: str | None = None
    sslmode: str = "prefer"
    root: str | None = None
    options: str = ""
    application: str = "slipway migrations"
    token: Callable[[], str] | None = None

    def on(self, database: str) -> Address:
        """Another database of the same server."""
        return replace(self, database=database)


def options(lock: float = LOCK_SECONDS, statement: float = STATEMENT_SECONDS, idle: float = IDLE_SECONDS) -> str:
    """PGOPTIONS with these limits, in seconds."""
    return OPTIONS.format(lock=lock, statement=statement, idle=idle)


def from_url(url: str, key: str = "--database-url") -> Address:
    """`postgresql://USER[:PASSWORD]@HOST[:PORT]/DATABASE[?sslmode=...]`; `?host=/folder` names a socket. Raises ConfigError."""
    remedy = "Write postgresql://USER@HOST:5432/DATABASE."
    try:
        parts = urlsplit(url)
        port = parts.port or 5432
    except ValueError:
        raise ConfigError(Problem("command line", key, "this is no address of a database", remedy)) from None
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ConfigError(Problem("command line", key, "this is no address of a database", remedy))
    query = dict(parse_qsl(parts.query))
    return Address(
        user=unquote(parts.username or "postgres"),
        database=unquote(parts.path.strip("/")),
        host=query.get("host") or parts.hostname or "localhost",
        port=int(query.get("port", port)),
        password=unquote(parts.password) if parts.password else None,
        sslmode=query.get("sslmode", "prefer"),
        root=query.get("sslrootcert"),
        options=query.get("options") or options(),
    )


def from_environment(env: Mapping[str, str], token: Callable[[str], str] | None = None) -> Address:
    """By libpq's PGHOST and its like, else by the DATABASE_* that Slipway gives every pod. Raises ConfigError for none.

    `token` makes a password for a service account: with DATABASE_IMPERSONATE one logs in as that.
    """
    database = env.get("PGDATABASE") or env.get("DATABASE_NAME")
    user = env.get("PGUSER") or env.get("DATABASE_USER")
    if not database or not user:
        remedy = "Add --database-url, or set PGHOST, PGUSER and PGDATABASE."
        raise ConfigError(Problem("environment", "PGDATABASE", "no database is named", remedy))
    account = env.get("DATABASE_IMPERSONATE")
    return Address(
        user=user,
        database=database,
        host=env.get("PGHOST") or env.get("DATABASE_HOST") or "localhost",
        port=int(env.get("PGPORT") or 5432),
        password=env.get("PGPASSWORD") or env.get("DATABASE_PASSWORD"),
        # Cloud SQL takes no IAM login in clear.
        sslmode=env.get("PGSSLMODE") or ("require" if account else "prefer"),
        root=env.get("PGSSLROOTCERT"),
        options=env.get("PGOPTIONS") or options(),
        application=env.get("PGAPPNAME") or "slipway migrations",
        token=(lambda: token(account)) if token and account else None,
    )


class Database:
    """One session. Nothing is in a transaction that does not say so."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._connection = _connected(address)
        self.pid = int(self.run("SELECT pg_backend_pid()")[0][0])

    def run(self, sql: str, **values: object) -> list[list[Any]]:
        """The rows that a statement answers, `:name` in it standing for the values. Raises SqlError or Unreachable."""
        try:
            return list(self._connection.run(sql, **values) or [])
        except DatabaseError as error:
            raise _sql_error(error) from None
        except (Error, OSError) as error:
            raise Unreachable(f"the connection to {self.address.database} broke: {error}") from None

    @property
    def version(self) -> str:
        """The server's, such as 15.14."""
        return str(self.run("SHOW server_version")[0][0]).partition(" ")[0]

    def close(self) -> None:
        """End the session."""
        try:
            self._connection.close()
        except (Error, OSError):
            return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _connected(address: Address) -> Connection:
    password = address.token() if address.token and not address.password else address.password
    socket = address.host.startswith("/")
    where = {"unix_sock": f"{address.host}/.s.PGSQL.{address.port}"} if socket else {}
    try:
        made = Connection(
            address.user,
            host=address.host,
            port=address.port,
            database=address.database,
            password=password,
            ssl_context=False if socket else encryption(address),
            timeout=CONNECT_SECONDS,
            application_name=address.application,
            startup_params={"options": address.options} if address.options else None,
            **where,
        )
    except DatabaseError as error:
        raise _sql_error(error) from None
    except (Error, OSError) as error:
        raise Unreachable(f"{address.host}:{address.port} cannot be reached: {error}") from None
    # Only connecting has a limit here: what a statement may take, the server knows by its own timeout.
    made._usock.settimeout(None)
    return made


def encryption(address: Address) -> ssl.SSLContext | bool | None:
    """How to connect: False is not at all, None as the server likes; its certificate is looked at where the mode says so."""
    if address.sslmode in ("disable", "allow", "prefer"):
        return False if address.sslmode == "disable" else None
    context = ssl.create_default_context(cafile=address.root)
    context.check_hostname = address.sslmode == "verify-full"
    if address.sslmode not in VERIFIED:
        context.verify_mode = ssl.CERT_NONE
    return context


def _sql_error(error: DatabaseError) -> SqlError:
    told = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    return SqlError(str(told.get("C", "")), str(told.get("M", error)), str(told.get("D", "")))
