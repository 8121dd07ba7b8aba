"""Where a database is, and as whom one logs in there."""

from __future__ import annotations

import ssl
from typing import Any

import pytest

from delivery import database_token, google_login
from migrations.database import Address, encryption, from_environment, from_url
from model.errors import ConfigError

LIMITS = "-c lock_timeout=5s -c statement_timeout=900s -c idle_in_transaction_session_timeout=60s"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("postgresql://ann@db.example.com/main", Address("ann", "main", "db.example.com", options=LIMITS)),
        (
            "postgres://ann:p%40ss@[::1]:6543/main?sslmode=verify-full&sslrootcert=/ca.pem",
            Address("ann", "main", "::1", 6543, "p@ss", "verify-full", "/ca.pem", LIMITS),
        ),
        ("postgresql:///main?host=/run/postgresql", Address("postgres", "main", "/run/postgresql", options=LIMITS)),
        (
            "postgresql://ann@db/main?options=-c%20lock_timeout=1s",
            Address("ann", "main", "db", options="-c lock_timeout=1s"),
        ),
    ],
)
def test_an_address(url: str, address: Address) -> None:
    assert from_url(url) == address


@pytest.mark.parametrize("url", ["mysql://ann@db/main", "postgresql://db", "postgresql://db:x/main", "main"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ConfigError, match="--database-url: this is no address of a database. Write postgresql://USER@"):
        from_url(url)


def test_a_pod_s_own_variables() -> None:
    pod = {"DATABASE_HOST": "10.0.0.3", "DATABASE_NAME": "main", "DATABASE_USER": "login@acme.iam"}
    limits = {"PGOPTIONS": "-c lock_timeout=3s", "PGAPPNAME": "migrate-1"}
    preview = from_environment({**pod, **limits, "DATABASE_PASSWORD": "secret"})
    assert preview == Address(
        "login@acme.iam", "main", "10.0.0.3", 5432, "secret", "prefer", None, "-c lock_timeout=3s", "migrate-1"
    )
    environment = from_environment({**pod, "DATABASE_IMPERSONATE": "login@acme"}, lambda account: f"token of {account}")
    assert (environment.password, environment.sslmode, environment.options) == (None, "require", LIMITS)
    assert environment.token
    assert environment.token() == "token of login@acme"


def test_libpq_s_variables_come_first() -> None:
    env = {"PGHOST": "db", "PGPORT": "6543", "PGUSER": "ann", "PGDATABASE": "shop", "DATABASE_NAME": "main"}
    found = from_environment(env)
    assert (found.host, found.port, found.user, found.database) == ("db", 6543, "ann", "shop")
    with pytest.raises(ConfigError, match="PGDATABASE: no database is named. Add --database-url, or set PGHOST"):
        from_environment({})


@pytest.mark.parametrize(("mode", "wanted"), [("disable", False), ("allow", None), ("prefer", None)])
def test_without_encryption(mode: str, wanted: bool | None) -> None:
    assert encryption(Address("a", "b", sslmode=mode)) is wanted


@pytest.mark.parametrize(
    ("mode", "verified", "named"), [("require", False, False), ("verify-ca", True, False), ("verify-full", True, True)]
)
def test_encryption(mode: str, verified: bool, named: bool) -> None:
    context = encryption(Address("a", "b", sslmode=mode))
    assert isinstance(context, ssl.SSLContext)
    assert (context.verify_mode is ssl.CERT_REQUIRED, context.check_hostname) == (verified, named)


def test_a_login_s_password_is_good_for_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    class Credentials:
        def __init__(self, source: str, **given: Any) -> None:
            asked.append({"source": source, **given})
            self.token = ""

        def refresh(self, request: object) -> None:
            self.token = "one-hour"

    monkeypatch.setattr(google_login, "found", lambda request: "pod")
    monkeypatch.setattr(database_token.impersonated_credentials, "Credentials", Credentials)
    assert database_token.password("login-main@acme.iam.gserviceaccount.com") == "one-hour"
    assert asked == [
        {
            "source": "pod",
            "target_principal": "login-main@acme.iam.gserviceaccount.com",
            "target_scopes": ["https://www.googleapis.com/auth/sqlservice.login"],
            "lifetime": 3600,
        }
    ]
