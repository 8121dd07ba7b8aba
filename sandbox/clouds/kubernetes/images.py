"""Image references as container runtimes read them: registry and path, tag, digest.

Grammar of github.com/distribution/reference; the API server itself only wants them to be non-empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.clouds.registry import DIGEST

_HOST = (
    r"(?:localhost|[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+)(?::\d+)?"
)
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"(?P<name>(?:{_HOST}/)?{_PART}(?:/{_PART})*)(?::(?P<tag>\w[\w.-]{{0,127}}))?(?:@(?P<digest>[^@]+))?"
)


@dataclass(frozen=True)
class Image:
    """A reference taken apart; `tag` and `digest` are empty where it has none."""

    name: str
    tag: str
    digest: str


def parse(reference: str) -> Image:
    """Take a reference apart. Raises ValueError, with what to write instead, where no runtime could read it."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(
            f"{reference!r} is no image reference; write [HOST/]PATH[:TAG][@sha256:...], the path in lower case"
        )
    digest = match["digest"] or ""
    if digest and not DIGEST.fullmatch(digest):
        raise ValueError(f"{digest!r} is no digest; write sha256: and 64 hexadecimal digits")
    return Image(match["name"], match["tag"] or "", digest)


def pull_policy(reference: str) -> str:
    """The default `imagePullPolicy`: Always for `latest` or no tag, unless there is a digest."""
    try:
        image = parse(reference)
    except ValueError:
        return "IfNotPresent"
    return "Always" if not image.digest and image.tag in ("", "latest") else "IfNotPresent"
