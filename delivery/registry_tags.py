"""What a tag means at any registry, asked as a stranger: nobody needs an account to pin an image that everyone may pull.

The questions are those of https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests, the
tokens those of https://distribution.github.io/distribution/spec/auth/token. Who the asker is counts only for Google's
registries, and only where they answer no stranger. Passwords of other registries are left out: `docker login` keeps them in
ways of its own, and a team's own images are in Artifact Registry.
"""

import ipaddress
import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Literal
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from delivery.errors import Failed
from delivery.google_login import GoogleToken
from delivery.registry import Image
from delivery.registry_answers import (
    CONNECT_SECONDS,
    DIGEST_HEADER,
    MANIFESTS,
    READ_SECONDS,
    Bearer,
    digest_of,
    reason,
    said,
    session,
)
from model.release import DIGEST

HOSTS = {"docker.io": "registry-1.docker.io"}
"""Where a registry is reached that is named otherwise: https://docs.docker.com/reference/api/registry/latest/"""

GOOGLE = re.compile(r"(?:[a-z]+\.)?gcr\.io|[a-z0-9-]+-docker\.pkg\.dev")
MOST_BYTES = 4 * 1024 * 1024
"""The least that a registry must take for a manifest, so no more is published: spec.md#pushing-manifests"""

HOPS = 5
_PARAMETER = re.compile(r'([a-z_]+)="([^"]*)"', re.IGNORECASE)
_AGAIN = "See whether this machine reaches the registry, and try again."


class Tags:
    """Asks each image's own registry. `google` gives an access token, `seconds` bounds connecting, reading and a whole
    answer, `servers` (host -> scheme and host) stand in for registries."""

    def __init__(
        self,
        google: Callable[[], str] | None = None,
        seconds: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
        servers: Mapping[str, str] | None = None,
    ) -> None:
        self._google = google or GoogleToken()
        self._seconds = seconds
        self._servers = servers or {}
        self._session = session()

    def digest(self, repository: str, tag: str) -> str:
        """The digest that `HOST[:PORT]/PATH` has under this tag: of the index where the image is for several processors.

        Raises Failed, with what to do, where there is no such tag, or whatever keeps the registry from telling.
        """
        host, _, path = repository.partition("/")
        image = Image(host, f"library/{path}" if host in HOSTS and "/" not in path else path)
        return _Question(self._session, image, tag, self._base(host), self._google, self._seconds).digest()

    def _base(self, host: str) -> str:
        name = HOSTS.get(host, host)
        return self._servers.get(host) or f"{'http' if _loopback(f'//{name}') else 'https'}://{name}"


class _Question:
    """One tag of one image, asked until it is answered or refused for good."""

    def __init__(
        self,
        http: requests.Session,
        image: Image,
        tag: str,
        base: str,
        google: Callable[[], str],
        seconds: tuple[float, float],
    ) -> None:
        self._http, self._image, self._tag = http, image, tag
        self._url = f"{base}/v2/{image.path}/manifests/{tag}"
        self._google, self._seconds = google, seconds
        self._token, self._known = "", False

    def digest(self) -> str:
        # Docker Hub counts GET towards what a stranger may pull in an hour, and HEAD not.
        answer, content = self._asked("HEAD")
        told = answer.headers.get(DIGEST_HEADER, "")
        if answer.status_code == 200 and DIGEST.fullmatch(told):
            return told
        if answer.status_code != 429:
            # The header is optional, and no answer to HEAD has words.
            answer, content = self._asked("GET")
        if answer.status_code != 200:
            raise self._failure(answer, content)
        told, found = answer.headers.get(DIGEST_HEADER, ""), digest_of(content)
        if told and told != found:
            what = f"{self._image.host} says that {self._image}:{self._tag} is {told}, and sends {found}"
            raise Failed(what, "Do not use this image; tell whoever runs the registry, or what stands between.")
        return found

    def _asked(self, method: Literal["HEAD", "GET"]) -> tuple[requests.Response, bytes]:
        """The answer: to a stranger, to one with a stranger's token, to who the credentials here are of."""
        answer, content = self._send(method, self._url)
        if answer.status_code == 401 and not self._token and (token := self._strangers(answer)):
            self._token = token
            answer, content = self._send(method, self._url)
        if answer.status_code in (401, 403) and GOOGLE.fullmatch(self._image.host) and not self._known:
            try:
                self._token, self._known = self._google(), True
            except Failed as failed:
                what = f"{self._image.host} shows {self._image} to no stranger, and {failed.what}"
                raise Failed(what, failed.remedy) from None
            answer, content = self._send(method, self._url)
        return answer, content

    def _strangers(self, answer: requests.Response) -> str:
        """A token for who has no account; empty where the registry's own server of tokens gives none."""
        scheme, _, rest = answer.headers.get("WWW-Authenticate", "").partition(" ")
        asked = {key.lower(): value for key, value in _PARAMETER.findall(rest)}
        if scheme.lower() != "bearer" or not asked.get("realm"):
            return ""
        wanted = {"scope": asked.get("scope") or f"repository:{self._image.path}:pull"}
        if asked.get("service"):
            wanted["service"] = asked["service"]
        realm = asked["realm"]
        url = self._checked(f"{realm}{'&' if urlsplit(realm).query else '?'}{urlencode(wanted)}")
        given, content = self._send("GET", url, signed=False)
        if given.status_code in (400, 401, 403, 404):
            return ""
        if given.status_code != 200:
            raise self._failure(given, content)
        try:
            document = json.loads(content)
            return str(document.get("token") or document["access_token"])
        except (ValueError, LookupError, AttributeError, TypeError):
            raise Failed(f"{urlsplit(url).netloc} answers with no token for {self._image}", _AGAIN) from None

    def _send(self, method: Literal["HEAD", "GET"], url: str, signed: bool = True) -> tuple[requests.Response, bytes]:
        """Follow redirects; the token goes to no other host."""
        sent = {"Accept": ", ".join(MANIFESTS) if signed else "application/json", "Accept-Encoding": "identity"}
        home = urlsplit(url).netloc
        for _ in range(HOPS):
            token = self._token if signed and urlsplit(url).netloc == home else ""
            answer, content = self._read(method, url, sent, token)
            following = answer.headers.get("Location")
            if answer.status_code not in (301, 302, 303, 307, 308) or not following:
                return answer, content
            url = self._checked(urljoin(url, following))
        raise Failed(f"{self._image.host} sends on more than {HOPS} times for {self._image}", _AGAIN)

    def _read(self, method: str, url: str, sent: Mapping[str, str], token: str) -> tuple[requests.Response, bytes]:
        """One request, and as much of its answer as a manifest can be."""
        auth = Bearer(lambda: token) if token else Bearer(None)
        host, until, content = urlsplit(url).netloc, time.monotonic() + sum(self._seconds), bytearray()
        try:
            with self._http.request(
                method, url, headers=dict(sent), auth=auth, timeout=self._seconds, allow_redirects=False, stream=True
            ) as answer:
                while part := answer.raw.read1(65536):
                    content += part
                    if len(content) > MOST_BYTES:
                        raise Failed(f"{host} answers with more than a manifest of {self._image} can be", _AGAIN)
                    if time.monotonic() > until:
                        raise Failed(f"{host} does not come to an end of what it says of {self._image}", _AGAIN)
                return answer, bytes(content)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise Failed(f"{host} does not answer: {reason(error)}", _AGAIN) from None

    def _checked(self, url: str) -> str:
        """The address that the registry names. Raises Failed where it would be asked in clear, or a stranger asks this machine."""
        parts = urlsplit(url)
        if parts.scheme == "https" or (parts.scheme == "http" and _loopback(url) and _loopback(self._url)):
            return url
        shown = f"{parts.scheme}://{parts.netloc}"
        raise Failed(
            f"{self._image.host} leads to {shown}, which is not asked", "Registries are asked over https only."
        )

    def _failure(self, answer: requests.Response, content: bytes) -> Failed:
        """What an answer that is not yes means."""
        host, status = urlsplit(answer.url).netloc, answer.status_code
        what = f"{host} answers with HTTP {status}{said(content)}"
        if status == 404:
            return Failed(f"{what}: there is no {self._image}:{self._tag}", "Write a tag that is there.")
        if status == 429:
            after = answer.headers.get("Retry-After", "")
            when = f"in {after} seconds" if after.isdigit() else "later"
            return Failed(
                f"{what}: too much was asked from this address", f"Try again {when}, or from another address."
            )
        if status in (401, 403) and self._known:
            remedy = "Whoever runs this needs roles/artifactregistry.reader on the repository."
            return Failed(f"{what}: {self._image} is not for these credentials", remedy)
        if status in (401, 403):
            remedy = "See that the name is right; an image that is not for everyone, copy to Artifact Registry and name that."
            return Failed(f"{what}: it shows {self._image} to no stranger", remedy)
        return Failed(f"{what} to a question about {self._image}:{self._tag}", _AGAIN)


def _loopback(url: str) -> bool:
    """Whether it is this machine, where no certificate can be had."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
