"""The client of the real registry, against a server that answers as registries do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.errors import Failed, Refused
from delivery.google_login import LOGIN
from delivery.registry_answers import MANIFESTS
from delivery.registry_http import HttpRegistry
from tests.registry.server import DROP, RegistryServer

PATH = "acme/apps/api"
IMAGE = f"us-west1-docker.pkg.dev/{PATH}"
HOST = "us-west1-docker.pkg.dev"
NEVER = "sha256:" + "0" * 64


@pytest.fixture
def server() -> Iterator[RegistryServer]:
    with RegistryServer().running() as started:
        yield started


@pytest.fixture
def registry(server: RegistryServer) -> HttpRegistry:
    return HttpRegistry(lambda: server.token, server.url)


def manifest(type_: str) -> bytes:
    return json.dumps({"schemaVersion": 2, "mediaType": type_}, indent=3).encode()


@pytest.mark.parametrize("type_", MANIFESTS)
def test_a_tag_is_the_manifest_put_again_byte_by_byte(
    server: RegistryServer, registry: HttpRegistry, type_: str
) -> None:
    digest = server.push(PATH, manifest(type_), type_)
    registry.tag(f"{IMAGE}@{digest}", "one")
    held = server.images[PATH]
    assert held.manifests == {digest: (type_, manifest(type_))}
    assert held.tags == {"one": digest}
    assert server.calls == [
        ("HEAD", f"/v2/{PATH}/manifests/one"),
        ("GET", f"/v2/{PATH}/manifests/{digest}"),
        ("PUT", f"/v2/{PATH}/manifests/one"),
    ]


def test_without_the_optional_digest_it_is_reckoned(server: RegistryServer, registry: HttpRegistry) -> None:
    digest = server.push(PATH, b"{}")
    server.images[PATH].tags["one"] = digest
    server.tells_digest = False
    assert registry.resolve(IMAGE, "one") == digest


@pytest.mark.parametrize("page", [1, 2, 100])
def test_a_registry_without_googles_addition_is_asked_page_by_page(
    server: RegistryServer, registry: HttpRegistry, page: int
) -> None:
    first, second = server.push(PATH, b'{"a": 1}'), server.push(PATH, b'{"a": 2}')
    server.images[PATH].tags.update({"one": first, "two": second, "three": first, "zero": first})
    server.page = page
    assert registry.tags(IMAGE, first) == ["one", "three", "zero"]
    assert registry.tags(IMAGE, second) == ["two"]


@pytest.mark.parametrize("ask", ["missing", "resolve", "tags", "tag"])
@pytest.mark.parametrize(
    ("status", "said", "remedy"),
    [
        (401, r"HTTP 401( \(as the script says\))?: it does not take these credentials", LOGIN),
        (403, rf"HTTP 403.*: {IMAGE} is not for these credentials", "roles/artifactregistry.reader"),
        (302, rf"HTTP 302.* to a question about {IMAGE}", "try again"),
        (418, rf"HTTP 418.* to a question about {IMAGE}", "try again"),
        (500, rf"HTTP 500.* to a question about {IMAGE}", "try again"),
        (503, rf"HTTP 503.* to a question about {IMAGE}", "try again"),
        (DROP, rf"{HOST} does not answer: Remote end closed connection without response", "try again"),
    ],
)
def test_what_could_not_be_asked_is_a_failure_and_nothing_is_called_missing(
    server: RegistryServer, registry: HttpRegistry, ask: str, status: int, said: str, remedy: str
) -> None:
    digest = server.push(PATH, b"{}")
    server.script = [status] * 10
    questions = {
        "missing": lambda: registry.missing([f"{IMAGE}@{digest}"]),
        "resolve": lambda: registry.resolve(IMAGE, "one"),
        "tags": lambda: registry.tags(IMAGE, digest),
        "tag": lambda: registry.tag(f"{IMAGE}@{digest}", "one"),
    }
    with pytest.raises(Failed, match=said) as failed:
        questions[ask]()
    assert remedy in failed.value.remedy
    passing = status in (DROP, 500, 503)
    assert len(server.calls) == (2 if passing else 1), "what may pass by itself is asked once more, the rest is not"


@pytest.mark.parametrize("status", [DROP, 429, 500, 502, 503, 504])
def test_what_passes_by_itself_is_not_noticed(server: RegistryServer, registry: HttpRegistry, status: int) -> None:
    digest = server.push(PATH, b"{}")
    server.script = [status]
    assert registry.missing([f"{IMAGE}@{digest}"]) == []


def test_nobody_listens(server: RegistryServer) -> None:
    registry = HttpRegistry(lambda: server.token, "http://127.0.0.1:1")
    with pytest.raises(Failed, match=rf"{HOST} does not answer: .*Connection refused"):
        registry.missing([f"{IMAGE}@{NEVER}"])


def test_a_wrong_token_is_not_a_missing_image(server: RegistryServer) -> None:
    with pytest.raises(Failed, match=r"HTTP 401( \(the token is not valid\))?: it does not take these credentials"):
        HttpRegistry(lambda: "another", server.url).missing([f"{IMAGE}@{NEVER}"])


def test_who_may_not_write_is_told_so(server: RegistryServer, registry: HttpRegistry) -> None:
    digest = server.push(PATH, b"{}")
    server.read_only = True
    with pytest.raises(Failed, match=r"HTTP 403 \(Permission 'artifactregistry.*' denied\): ") as failed:
        registry.tag(f"{IMAGE}@{digest}", "one")
    assert "roles/artifactregistry.writer" in failed.value.remedy


@pytest.mark.parametrize("status", [400, 403, 409, 412])
def test_a_tag_that_somebody_else_made_meanwhile_is_not_moved(server: RegistryServer, status: int) -> None:
    first, second = server.push(PATH, b'{"a": 1}'), server.push(PATH, b'{"a": 2}')
    server.immutable, server.refusal = True, status
    asked = 0

    def token() -> str:
        """Another build is quicker, between the question and the write."""
        nonlocal asked
        asked += 1
        if asked == 3:
            server.images[PATH].tags["one"] = first
        return server.token

    with pytest.raises(Refused, match=f"the tag one of {IMAGE} is not moved"):
        HttpRegistry(token, server.url).tag(f"{IMAGE}@{second}", "one")
    assert server.images[PATH].tags == {"one": first}


def test_another_manifest_than_was_asked_for_is_not_put_under_a_tag(
    server: RegistryServer, registry: HttpRegistry
) -> None:
    digest = server.push(PATH, b"{}")
    server.images[PATH].manifests[digest] = (MANIFESTS[0], b'{"evil": true}')
    with pytest.raises(Failed, match="the registry answers with another manifest"):
        registry.tag(f"{IMAGE}@{digest}", "one")
    assert server.images[PATH].tags == {}


def test_a_password_that_lies_about_goes_nowhere(
    server: RegistryServer, registry: HttpRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ann password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    digest = server.push(PATH, b"{}")
    assert registry.missing([f"{IMAGE}@{digest}"]) == []


def test_without_a_stand_in_the_host_of_the_image_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(Failed, match=f"^{HOST} does not answer: "):
        HttpRegistry(lambda: "token").resolve(IMAGE, "one")
