"""Artifact Registry, through the API that all registries of container images have.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md, and what Artifact Registry says of it:
https://cloud.google.com/artifact-registry/docs/reference/docker-api
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.util import Retry

from delivery.errors import Failed
from delivery.google_login import LOGIN, GoogleToken
from delivery.registry import Image, absent, by_digest, checked_digest, checked_tag, image_named, taken
from model.environment import DIGEST

CONNECT_SECONDS, READ_SECONDS = 5, 15
"""Of each request. A manifest is a few kilobytes."""

AT_ONCE = 8
"""Questions under way at the same time; a release has about as many images."""

MANIFESTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
"""A registry shows a manifest only to who accepts its type."""

_DIGEST = "Docker-Content-Digest"
_AGAIN = "See https://status.cloud.google.com, and try again."


class HttpRegistry:
    """Implements `delivery.registry.Registry`. `token` gives an access token; `server` (scheme and host) stands in for https
    and the host that the images name."""

    def __init__(self, token: Callable[[], str] | None = None, server: str | None = None) -> None:
        self._server = server
        self._session = requests.Session()
        self._session.auth = _Bearer(token or GoogleToken())
        # Once more for what passes by itself. Retry-After is not heeded: it may ask for minutes.
        once_more = Retry(
            total=1,
            status_forcelist=(429, 500, 502, 503, 504),
            allowed_methods={"HEAD", "GET", "PUT"},
            respect_retry_after_header=False,
            raise_on_status=False,
        )
        adapter = HTTPAdapter(max_retries=once_more, pool_maxsize=AT_ONCE)
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, adapter)

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
        told = answer.headers.get(_DIGEST, "")
        if DIGEST.fullmatch(told):
            return told
        # The header is optional.
        manifest = self._get(image, name)
        return _digest(manifest) if manifest is not None else None

    def _get(self, image: Image, name: str) -> requests.Response | None:
        answer = self._ask("GET", image, f"manifests/{name}")
        if answer.status_code == 404:
            return None
        if answer.status_code != 200:
            raise _failure(image, answer)
        if name.startswith("sha256:") and _digest(answer) != name:
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
            raise Failed(f"{image.host} does not answer: {_reason(error)}", remedy) from None


class _Bearer(AuthBase):
    """Puts the token on each request. As `auth` of the session, it also keeps passwords of a .netrc out."""

    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token()}"
        return request


def _failure(image: Image, answer: requests.Response) -> Failed:
    """What an answer that is neither yes nor no means."""
    said = f"{image.host} answers with HTTP {answer.status_code}{_said(answer)}"
    if answer.status_code == 401:
        return Failed(f"{said}: it does not take these credentials", LOGIN)
    if answer.status_code == 403:
        role = "writer" if answer.request.method == "PUT" else "reader"
        remedy = f"Whoever runs this needs roles/artifactregistry.{role} on the repository."
        return Failed(f"{said}: {image} is not for these credentials", remedy)
    return Failed(f"{said} to a question about {image}", _AGAIN)


def _said(answer: requests.Response) -> str:
    """The error's own words: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes"""
    try:
        first = json.loads(answer.content)["errors"][0]
        return f" ({first.get('message') or first['code']})"
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""


def _reason(error: BaseException) -> str:
    """The innermost reason: what requests and urllib3 put around it repeats the address."""
    for deeper in (getattr(error, "reason", None), *error.args[-1:]):
        if isinstance(deeper, BaseException):
            return _reason(deeper)
    return str(error)


def _digest(manifest: requests.Response) -> str:
    return f"sha256:{hashlib.sha256(manifest.content).hexdigest()}"
