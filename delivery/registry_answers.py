"""What all clients of registries of container images share: how one is asked, and what its answers mean.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

import hashlib
import json
import re
from collections.abc import Callable, Collection

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.util import Retry

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

DIGEST_HEADER = "Docker-Content-Digest"
_POOL = re.compile(r"^HTTPS?Connection(?:Pool)?\(.*?\): ")

PASSING = (500, 502, 503, 504)
"""Statuses that often pass by themselves."""


class Bearer(AuthBase):
    """Puts a token on each request, none where there is none. Given as `auth`, it also keeps passwords of a .netrc out."""

    def __init__(self, token: Callable[[], str] | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token()}"
        return request


def session(statuses: Collection[int] = PASSING) -> requests.Session:
    """Asks once more for what passes by itself. Retry-After is not heeded: it may ask for minutes."""
    made = requests.Session()
    once_more = Retry(
        total=1,
        status_forcelist=statuses,
        allowed_methods={"HEAD", "GET", "PUT"},
        respect_retry_after_header=False,
        raise_on_status=False,
    )
    adapter = HTTPAdapter(max_retries=once_more, pool_maxsize=AT_ONCE)
    for scheme in ("https://", "http://"):
        made.mount(scheme, adapter)
    return made


def said(content: bytes) -> str:
    """The error's own words: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes"""
    try:
        first = json.loads(content)["errors"][0]
        return f" ({first.get('message') or first['code']})"
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""


def reason(error: BaseException) -> str:
    """The innermost reason: what requests and urllib3 put around it repeats the address."""
    for deeper in (getattr(error, "reason", None), *error.args[-1:]):
        if isinstance(deeper, BaseException):
            return reason(deeper)
    return _POOL.sub("", str(error))


def digest_of(manifest: bytes) -> str:
    """The name that a manifest has by its content."""
    return f"sha256:{hashlib.sha256(manifest).hexdigest()}"
