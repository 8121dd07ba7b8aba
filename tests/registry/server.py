"""A registry that answers as the OCI distribution specification says, and with what Artifact Registry adds to it.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md: manifests by tag and digest, content negotiation,
pages of tags linked by `Link`, errors as JSON. From Artifact Registry: a bearer token that is an access token, `manifest` in
the list of tags (as github.com/google/go-containerregistry reads it), tags that do not move where they are immutable.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.loopback import QuietHandler, serving

INDEX = "application/vnd.oci.image.index.v1+json"
TOKEN = "ya29.a-token"
DROP = 0
"""In the script: the connection ends without an answer."""


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass
class Held:
    """One image: manifests by digest, each with its type, and tags."""

    manifests: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class RegistryServer:
    """What it holds by path, how it behaves, and what it was asked."""

    url: str = ""
    images: dict[str, Held] = field(default_factory=dict)
    token: str = TOKEN
    immutable: bool = False
    refusal: int = 400
    """With which status it refuses to move a tag."""
    read_only: bool = False
    page: int | None = None
    """How many tags a page has; then the list has no `manifest`."""
    tells_digest: bool = True
    script: list[int] = field(default_factory=list)
    """Statuses of the next answers, whatever is asked."""
    calls: list[tuple[str, str]] = field(default_factory=list)

    def push(self, path: str, content: bytes, type_: str = INDEX) -> str:
        """Put an image there; its digest."""
        digest = digest_of(content)
        self.images.setdefault(path, Held()).manifests[digest] = (type_, content)
        return digest

    def lose(self, path: str, digest: str) -> None:
        """As when a version is deleted: its tags go too."""
        held = self.images[path]
        del held.manifests[digest]
        held.tags = {tag: named for tag, named in held.tags.items() if named != digest}

    @contextmanager
    def running(self) -> Iterator[RegistryServer]:
        """At its `url` until the block ends."""

        class Handler(_Handler):
            registry = self

        with serving(Handler) as self.url:
            yield self


class _Handler(QuietHandler):
    registry: RegistryServer

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        if self._stopped():
            return
        url = urlsplit(self.path)
        if match := re.fullmatch(r"/v2/(.+)/manifests/([^/]+)", url.path):
            self._manifest(match[1], match[2])
        elif match := re.fullmatch(r"/v2/(.+)/tags/list", url.path):
            self._list(match[1], parse_qs(url.query))
        else:
            self._error(404, "UNSUPPORTED", "no such address")

    def do_PUT(self) -> None:
        content = self.body()
        if self._stopped():
            return
        if self.registry.read_only:
            self._error(403, "DENIED", "Permission 'artifactregistry.repositories.uploadArtifacts' denied")
            return
        match = re.fullmatch(r"/v2/(.+)/manifests/([^/]+)", self.path)
        assert match
        held, digest = self.registry.images.setdefault(match[1], Held()), digest_of(content)
        type_ = self.headers["Content-Type"]
        if json.loads(content).get("mediaType", type_) != type_:
            self._error(400, "MANIFEST_INVALID", "the manifest is of another type")
            return
        if self.registry.immutable and held.tags.get(match[2], digest) != digest:
            message = f"cannot update tag {match[2]}. The repository has enabled tag immutability"
            self._error(self.registry.refusal, "DENIED", message)
            return
        held.manifests[digest] = (type_, content)
        held.tags[match[2]] = digest
        self.answer(201, b"", {"Location": f"{self.path}", "Docker-Content-Digest": digest})

    def _stopped(self) -> bool:
        self.registry.calls.append((self.command, self.path))
        if self.registry.script:
            status = self.registry.script.pop(0)
            if status == DROP:
                self.drop()
            else:
                self._error(status, "UNKNOWN", "as the script says")
            return True
        if self.headers["Authorization"] != f"Bearer {self.registry.token}":
            self._error(401, "UNAUTHORIZED", "the token is not valid")
            return True
        return False

    def _manifest(self, path: str, name: str) -> None:
        held = self.registry.images.get(path)
        if held is None:
            self._error(404, "NAME_UNKNOWN", "no such image")
            return
        digest = held.tags.get(name, name)
        type_, content = held.manifests.get(digest, ("", b""))
        if not type_ or type_ not in [each.strip() for each in self.headers["Accept"].split(",")]:
            self._error(404, "MANIFEST_UNKNOWN", f"Failed to fetch {name!r}")
            return
        headers = {"Content-Type": type_}
        if self.registry.tells_digest:
            headers["Docker-Content-Digest"] = digest
        self.answer(200, content, headers)

    def _list(self, path: str, query: dict[str, list[str]]) -> None:
        held = self.registry.images.get(path)
        if held is None:
            self._error(404, "NAME_UNKNOWN", "no such image")
            return
        document: dict[str, Any] = {"name": path, "tags": sorted(held.tags)}
        headers = {"Content-Type": "application/json"}
        if self.registry.page is None:
            document["manifest"] = {
                digest: {"mediaType": type_, "tag": [tag for tag, named in held.tags.items() if named == digest]}
                for digest, (type_, _) in held.manifests.items()
            }
        else:
            after = [tag for tag in sorted(held.tags) if tag > query.get("last", [""])[0]]
            document["tags"] = after[: self.registry.page]
            if len(after) > self.registry.page:
                address = f"/v2/{path}/tags/list?n={self.registry.page}&last={document['tags'][-1]}"
                headers["Link"] = f'<{address}>; rel="next"'
        self.answer(200, json.dumps(document).encode(), headers)

    def _error(self, status: int, code: str, message: str) -> None:
        document = {"errors": [{"code": code, "message": message}]}
        self.answer(status, json.dumps(document).encode(), {"Content-Type": "application/json"})
