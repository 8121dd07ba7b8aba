"""Tokens come from Google's own library and whatever credentials the machine has."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from delivery.errors import Failed
from delivery.google_login import LOGIN, SCOPE, GoogleToken
from delivery.registry_http import HttpRegistry
from tests.loopback import QuietHandler, serving
from tests.registry.server import RegistryServer

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ACCOUNT = "ci@acme.iam.gserviceaccount.com"


def part(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


class TokenServer:
    """Google's, for service accounts: https://developers.google.com/identity/protocols/oauth2/service-account#httprest."""

    def __init__(self) -> None:
        self.url = ""
        self.given = 0
        self.lifetime = 3600
        self.refuses = False

    def token(self, body: bytes) -> tuple[int, dict[str, Any]]:
        form = parse_qs(body.decode())
        head, claims, signature = form["assertion"][0].split(".")
        assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
        KEY.public_key().verify(
            base64.urlsafe_b64decode(signature + "=="), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256()
        )
        assert (part(claims)["iss"], part(claims)["scope"]) == (ACCOUNT, SCOPE)
        if self.refuses:
            return 400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
        self.given += 1
        token = f"ya29.{self.given}"
        return 200, {"access_token": token, "expires_in": self.lifetime, "token_type": "Bearer"}


@pytest.fixture
def google(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenServer]:
    """Its server, and a service account's key where application default credentials are looked for."""
    state = TokenServer()

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            status, document = state.token(self.body())
            self.answer(status, json.dumps(document).encode(), {"Content-Type": "application/json"})

    with serving(Handler) as state.url:
        pem = KEY.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        account = {
            "type": "service_account",
            "client_email": ACCOUNT,
            "private_key_id": "1",
            "private_key": pem.decode(),
            "token_uri": f"{state.url}/token",
        }
        (tmp_path / "key.json").write_text(json.dumps(account))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
        yield state


def test_one_token_serves_until_it_is_old(google: TokenServer) -> None:
    token = GoogleToken()
    assert [token(), token()] == ["ya29.1", "ya29.1"]
    google.lifetime = 0
    another = GoogleToken()
    assert [another(), another()] == ["ya29.2", "ya29.3"]


def test_the_registry_is_asked_with_it(google: TokenServer) -> None:
    with RegistryServer(token="ya29.1").running() as server:
        digest = server.push("acme/apps/api", b"{}")
        registry = HttpRegistry(server=server.url)
        assert registry.missing([f"us-west1-docker.pkg.dev/acme/apps/api@{digest}"]) == []
    assert google.given == 1


def test_refused_credentials(google: TokenServer) -> None:
    google.refuses = True
    with pytest.raises(Failed, match="Google refuses the credentials that are here: .*Invalid JWT Signature") as failed:
        GoogleToken()()
    assert failed.value.remedy == LOGIN


def test_a_sign_in_out_of_reach(google: TokenServer, tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_text(path.read_text().replace(google.url, "http://127.0.0.1:1"))
    with pytest.raises(Failed, match="Google's sign-in cannot be reached: ") as failed:
        GoogleToken()()
    assert "try again" in failed.value.remedy


def test_no_credentials_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "nowhere.json"))
    with pytest.raises(Failed, match="no credentials of Google Cloud are here: .*nowhere.json") as failed:
        GoogleToken()()
    assert failed.value.remedy == LOGIN


def test_it_says_nothing_of_a_default_project(google: TokenServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        GoogleToken()()
    assert caplog.records == []
