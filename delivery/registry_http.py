"""Artifact Registry, through the API that all registries of container images have.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md, and what Artifact Registry says of it:
https://cloud.google.com/artifact-registry/docs/reference/docker-api
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import requests

from delivery.errors import Failed
from delivery.google_login import LOGIN, GoogleToken
from delivery.registry import Image, absent, by_digest, checked_digest, checked_tag, image_named, taken
from delivery.registry_answers import (
    AT_ONCE,
    CONNECT_SECONDS,
    DIGEST_HEADER,
    MANIFESTS,
    PASSING,
    READ_SECONDS,
    Bearer,
    digest_of,
    reason,
    said,
    session,
)
from model.release import DIGEST

_AGAIN = "See https://status.cloud.google.com, and try again."


class HttpRegistry:
    """Implements `delivery.registry.Registry`. `token` gives an access token; `server` (scheme and host) stands in for https
    and the host that the images name."""

    def __init__(self, token: Callable[[], str] | None = None, server: str | None = None) -> None:
        self._server = server
        self._session = session((429, *PASSING))
        self._session.auth = Bearer(token or GoogleToken())

    def missing(self, references: Iterable[str]) -> list[str]:
        """Those references that the registry does not hold."""
        asked = {reference: by_digest(reference) for reference in references}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            held = list(pool.map(self._holds, asked.values()))
        return [reference for reference, there in zip(asked, held, strict=True) if not there]

    def tags(self, image: str, digest: str) -> list[str]:
        """The tags that name this digest."""
        of, wanted = image_named(image), checked_digest(digest)
        found: set[str] = set()
        for page in self._pages(of):
            manifests = page.get("manifest")
            if isinstance(manifests, dict):
                # Artifact Registry's own addition: every digest with its tags.
                found.update((manifests.get(wanted) or {}).get("tag") or ())
            else:
                found.update(tag for tag in page.get("tags") or () if self._find(of, tag) == wanted)
        return sorted(found)

    def resolve(self, image: str, tag: str) -> str | None:
        """The digest that a tag names."""
        return self._find(image_named(image), checked_tag(tag))

    def tag(self, reference: str, tag: str) -> None:
        """Give an image a tag: its manifest is put under that name too."""
        image, digest = by_digest(reference)
        named = self._find(image, checked_tag(tag))
        if named == digest:
            return
        if named is not None:
            raise taken(image, tag, named, digest)
        manifest = self._get(image, digest)
        if manifest is None:
            raise absent(image, digest)
        kind = {"Content-Type": manifest.headers.get("Content-Type", MANIFESTS[0])}
        answer = self._ask("PUT", image, f"manifests/{tag}", manifest.content, kind)
        if answer.status_code in (200, 201):
            return
        # Registries differ in how they refuse to move a tag, which somebody else may have made meanwhile.
        named = self._find(image, tag)
        if named is None:
            raise _failure(image, answer)
        if named != digest:
            raise taken(image, tag, named, digest)

    def _holds(self, asked: tuple[Image, str]) -> bool:
        return self._find(*asked) is not None

    def _find(self, image: Image, name: str) -> str | None:
        """The digest of a manifest by tag or digest, None where there is none."""
        answer = self._ask("HEAD", image, f"manifests/{name}")
        if answer.status_code == 404:
            return None
        if answer.status_code != 200:
            raise _failure(image, answer)
        told = answer.headers.get(DIGEST_HEADER, "")
        if DIGEST.fullmatch(told):
            return told
        # The header is optional.
        manifest = self._get(image, name)
        return digest_of(manifest.content) if manifest is not None else None

    def _get(self, image: Image, name: str) -> requests.Response | None:
        answer = self._ask("GET", image, f"manifests/{name}")
        if answer.status_code == 404:
            return None
        if answer.status_code != 200:
            raise _failure(image, answer)
        if name.startswith("sha256:") and digest_of(answer.content) != name:
            raise Failed(f"the registry answers with another manifest than {image}@{name}", _AGAIN)
        return answer

    def _pages(self, image: Image) -> Iterator[dict[str, Any]]:
        """The list of an image's tags, page by page; none where there is no such image."""
        path, seen = "tags/list", set[str]()
        while path not in seen:
            seen.add(path)
            answer = self._ask("GET", image, path)
            if answer.status_code == 404:
                return
            if answer.status_code != 200:
                raise _failure(image, answer)
            try:
                page = answer.json()
            except ValueError:
                page = None
            if not isinstance(page, dict):
                raise Failed(f"{image.host} answers with no list of tags for {image}", _AGAIN)
            yield page
            following = answer.links.get("next", {}).get("url")
            if not following:
                return
            # Only ever the query: no answer leads to another host, or another image.
            path = f"tags/list?{urlsplit(urljoin(answer.url, following)).query}"

    def _ask(
        self,
        method: Literal["HEAD", "GET", "PUT"],
        image: Image,
        path: str,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> requests.Response:
        url = f"{self._server or f'https://{image.host}'}/v2/{image.path}/{path}"
        sent = {"Accept": ", ".join(MANIFESTS), **(headers or {})} if path.startswith("manifests/") else headers
        try:
            return self._session.request(
                method, url, data=content, headers=sent, timeout=(CONNECT_SECONDS, READ_SECONDS), allow_redirects=False
            )
        except requests.RequestException as error:
            remedy = "See whether this machine reaches the registry, and try again."
            raise Failed(f"{image.host} does not answer: {reason(error)}", remedy) from None


def _failure(image: Image, answer: requests.Response) -> Failed:
    """What an answer that is neither yes nor no means."""
    what = f"{image.host} answers with HTTP {answer.status_code}{said(answer.content)}"
    if answer.status_code == 401:
        return Failed(f"{what}: it does not take these credentials", LOGIN)
    if answer.status_code == 403:
        role = "writer" if answer.request.method == "PUT" else "reader"
        remedy = f"Whoever runs this needs roles/artifactregistry.{role} on the repository."
        return Failed(f"{what}: {image} is not for these credentials", remedy)
    return Failed(f"{what} to a question about {image}", _AGAIN)
