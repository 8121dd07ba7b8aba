"""Who delivery is on GitHub and where GitHub is, from the variables that GitHub's own tools read."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from delivery import github_api
from delivery.errors import Failed
from delivery.github_credentials import Address, Installation, Token, address, credentials
from model.errors import ConfigError
from tests.github.conftest import client_of
from tests.github.server import Server
from tests.github.state import App, Repository

APP = {"GITHUB_APP_ID": "17", "GITHUB_APP_PRIVATE_KEY": "a\\nb", "GITHUB_APP_INSTALLATION_ID": "42"}


def test_a_token_is_found_by_either_name() -> None:
    assert credentials({"GH_TOKEN": "two\n"}) == Token("two")
    assert credentials({"GH_TOKEN": "two", "GITHUB_TOKEN": "one"}) == Token("one")
    assert credentials({"GITHUB_TOKEN": "one", **APP}) == Installation("17", "a\nb", "42")


def test_a_missing_one_is_named() -> None:
    with pytest.raises(Failed, match="GITHUB_TOKEN is not set") as caught:
        github_api.connect("acme/platform", {"GITHUB_TOKEN": " "})
    assert "GH_TOKEN" in caught.value.remedy
    assert "GITHUB_APP_ID" in caught.value.remedy
    with pytest.raises(Failed, match="GITHUB_APP_ID and GITHUB_APP_INSTALLATION_ID is not set"):
        credentials({"GITHUB_TOKEN": "one", "GITHUB_APP_PRIVATE_KEY": "key"})


def test_no_secret_shows() -> None:
    shown = repr([credentials({"GITHUB_TOKEN": "hunter2"}), credentials(APP | {"GITHUB_APP_PRIVATE_KEY": "hunter2"})])
    assert "hunter2" not in shown


@pytest.mark.parametrize(
    ("environment", "rest", "graphql"),
    [
        ({}, "https://api.github.com", "https://api.github.com/graphql"),
        (
            {"GITHUB_API_URL": "https://git.acme.com/api/v3/"},
            "https://git.acme.com/api/v3",
            "https://git.acme.com/api/graphql",
        ),
        (
            {"GITHUB_API_URL": "https://api.acme.ghe.com", "GITHUB_GRAPHQL_URL": "https://api.acme.ghe.com/graphql"},
            "https://api.acme.ghe.com",
            "https://api.acme.ghe.com/graphql",
        ),
        ({"GITHUB_API_URL": "http://localhost:8080"}, "http://localhost:8080", "http://localhost:8080/graphql"),
    ],
)
def test_where_github_is(environment: dict[str, str], rest: str, graphql: str) -> None:
    assert address(environment) == Address(rest, graphql)


@pytest.mark.parametrize(
    "url", ["http://git.acme.com/api/v3", "git.acme.com", "ftp://localhost", "https://", "http://[x"]
)
@pytest.mark.parametrize("name", ["GITHUB_API_URL", "GITHUB_GRAPHQL_URL"])
def test_no_token_goes_out_in_clear(name: str, url: str) -> None:
    with pytest.raises(ConfigError, match=f"{name}: .* is no address to send a token to. Write https://"):
        address({name: url})


@pytest.mark.parametrize("name", ["platform", "acme/", "acme/platform/x", "acme/pla tform", ""])
def test_what_is_no_repository(name: str) -> None:
    with pytest.raises(ConfigError, match="--repository: .*Write OWNER/NAME"):
        github_api.connect(name, {"GITHUB_TOKEN": "one"})


@pytest.fixture(scope="module")
def keys() -> tuple[str, str]:
    """A private key and its public half, as PEM."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = serialization.NoEncryption()
    pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return pem.decode(), private.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def app(server: Server, key: str) -> dict[str, str]:
    """The environment of an app."""
    return {**server.environment, **APP, "GITHUB_APP_PRIVATE_KEY": key}


def test_an_app_asks_for_a_token_once_an_hour_and_speaks_as_its_bot(
    server: Server, repository: Repository, keys: tuple[str, str]
) -> None:
    private, public = keys
    server.install(App("17", "slipway", 42, public))
    repository.open("ann", "a", "1" * 40, number=7)
    clock = [time.time()]
    client = client_of(app(server, private.replace("\n", "\\n")), lambda: clock[0])
    client.github.comment(7, "plan-dev", "one")
    client.github.comment(7, "plan-dev", "two")
    asked = [seen for seen in server.requests if seen.path.endswith("/access_tokens")]
    clock[0] += 3590
    client.github.pull_request(7)
    renewed = [seen for seen in server.requests if seen.path.endswith("/access_tokens")]
    assert [(each.user, each.body) for each in repository.pull_requests[7].comments] == [
        ("slipway[bot]", "<!-- slipway: plan-dev -->\ntwo")
    ]
    assert (len(asked), len(renewed)) == (1, 2)
    assert server.requests[-1].headers["authorization"] == "Bearer ghs_installation2"


def test_an_app_with_a_wrong_key(server: Server, keys: tuple[str, str]) -> None:
    _, public = keys
    server.install(App("18", "other", 42, public))
    with pytest.raises(Failed, match="GITHUB_APP_PRIVATE_KEY is no private key"):
        client_of(app(server, "nonsense")).github.pull_request(7)
    with pytest.raises(Failed, match="does not accept the token: A JSON web token could not be decoded"):
        client_of(app(server, keys[0])).github.pull_request(7)


def test_a_command_starts_without_an_http_client() -> None:
    loaded = "import sys, delivery.cli; print([name for name in ('requests', 'gidgethub') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"
