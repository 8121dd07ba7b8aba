"""A server for each test, and clients of it that wait without waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from delivery.github_api import GitHubApi
from delivery.github_credentials import address, credentials
from delivery.github_http import Http
from delivery.github_patience import Patience
from tests.github.server import Server, serving
from tests.github.state import Repository

REPOSITORY = "acme/platform"
NOW = 1_800_000_000.0
"""The time of clients, in seconds since 1970."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """GitHub on this machine, not to be asked for through a proxy."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as running:
        yield running


@pytest.fixture
def repository(server: Server) -> Repository:
    """acme/platform on it."""
    return server.repository(REPOSITORY)


@dataclass(frozen=True)
class Client:
    """The real client; `waits` are the seconds that it would have waited."""

    github: GitHubApi
    waits: list[float] = field(default_factory=list)


def client_of(environment: Mapping[str, str], now: Callable[[], float] = lambda: NOW) -> Client:
    """A client as the environment says."""
    waits: list[float] = []
    http = Http(address(environment), credentials(environment), Patience(), waits.append, now)
    return Client(GitHubApi(REPOSITORY, http), waits)


@pytest.fixture
def client(server: Server, repository: Repository) -> Client:
    """With the server's token, on acme/platform."""
    return client_of(server.environment)
