"""A registry for strangers: manifests only for who has a token, which its own server of tokens gives to everyone.

https://distribution.github.io/distribution/spec/auth/token
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.loopback import QuietHandler, serving
from tests.registry.server import INDEX, digest_of

STRANGER, ACCOUNT = "stranger-", "ya29.a-token"
"""How a stranger's token begins, and the token of somebody whom the registry knows."""


@dataclass
class PublicRegistry:
    """What it holds, how it behaves, and what it was asked."""

    url: str = ""
    tags: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """PATH:TAG -> type and manifest."""

    challenge: str = 'Bearer realm="{url}/token",service="registry.test",scope="repository:{path}:pull"'
    """What is said to who has no token; empty for a registry that asks for none."""
    closed: bool = False
    """Its server of tokens gives strangers none."""
    private: bool = False
    """A stranger's token opens nothing."""
    token_key: str = "token"
    tells_digest: bool = True
    heads: bool = True
    """Whether it answers HEAD."""
    lie: str = ""
    """The digest that it tells with GET."""
    status: int = 0
    """Answers with this to every question about a manifest."""
    headers: dict[str, str] = field(default_factory=dict)
    """Sent along with that."""
    moved: dict[str, str] = field(default_factory=dict)
    """Address -> where it is now."""
    hangs: bool = False
    drips: bool = False
    """Its answers never come to an end."""
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, address, and what stood in Authorization."""

    def push(self, image: str, type_: str = INDEX) -> str:
        """Put PATH:TAG there, an image for two processors; its digest."""
        platforms = [{"architecture": each, "os": "linux"} for each in ("amd64", "arm64")]
        manifests = [{"digest": digest_of(image.encode()), "platform": each} for each in platforms]
        content = json.dumps({"schemaVersion": 2, "mediaType": type_, "manifests": manifests, "of": image}).encode()
        self.tags[image] = (type_, content)
        return digest_of(content)

    @contextmanager
    def running(self) -> Iterator[PublicRegistry]:
        """At its `url` until the block ends."""
        done = threading.Event()

        class Handler(_Handler):
            registry = self
            released = done

        with serving(Handler) as self.url:
            yield self
            done.set()


class _Handler(QuietHandler):
    registry: PublicRegistry
    released: threading.Event

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        registry, url = self.registry, urlsplit(self.path)
        given = self.headers["Authorization"] or ""
        registry.calls.append((self.command, self.path, given))
        if registry.hangs:
            self.released.wait(10)
            return self.drop()
        if registry.drips:
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            while self.command == "GET" and not self.released.wait(0.05):
                self.wfile.write(b" ")
            return None
        if url.path in registry.moved:
            return self.answer(307, b"", {"Location": registry.moved[url.path]})
        if url.path == "/token":
            return self._token(parse_qs(url.query))
        match = re.fullmatch(r"(?:/elsewhere)?/v2/(.+)/manifests/([^/]+)", url.path)
        assert match
        if registry.status:
            return self._error(registry.status, "UNKNOWN", "as the test says", registry.headers)
        accepted = [f"Bearer {ACCOUNT}", *([] if registry.private else [f"Bearer {STRANGER}{match[1]}"])]
        if registry.challenge and given not in accepted:
            said = registry.challenge.format(url=registry.url, path=match[1])
            return self._error(401, "UNAUTHORIZED", "authentication required", {"WWW-Authenticate": said})
        return self._manifest(match[1], match[2])

    def _token(self, query: dict[str, list[str]]) -> None:
        if self.registry.closed:
            return self._error(403, "DENIED", "no strangers")
        assert query["service"] == ["registry.test"]
        (scope,) = query["scope"]
        path = scope.removeprefix("repository:").removesuffix(":pull")
        document = {self.registry.token_key: f"{STRANGER}{path}", "expires_in": 300}
        self.answer(200, json.dumps(document).encode(), {"Content-Type": "application/json"})

    def _manifest(self, path: str, tag: str) -> None:
        registry = self.registry
        if self.command == "HEAD" and not registry.heads:
            return self._error(405, "UNSUPPORTED", "no HEAD here")
        type_, content = registry.tags.get(f"{path}:{tag}", ("", b""))
        if type_ not in [each.strip() for each in self.headers["Accept"].split(",")]:
            return self._error(404, "MANIFEST_UNKNOWN", "manifest unknown")
        headers = {"Content-Type": type_}
        if registry.tells_digest:
            headers["Docker-Content-Digest"] = digest_of(content)
        if registry.lie and self.command == "GET":
            headers["Docker-Content-Digest"] = registry.lie
        self.answer(200, content, headers)

    def _error(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        document = {"errors": [{"code": code, "message": message}]}
        self.answer(status, json.dumps(document).encode(), {"Content-Type": "application/json", **(headers or {})})
