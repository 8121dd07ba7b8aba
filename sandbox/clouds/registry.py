"""The emulated Artifact Registry's contents: which image digests can be pulled, and which of them crash.

A repository is an ordinary entity of the world (`gcp:artifactregistry/repository:Repository`), made by a stack; what
is pushed into it is kept here. Digests stay when a tag moves; nothing here knows tags.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import Snapshot, World

REPOSITORY_TYPE = "gcp:artifactregistry/repository:Repository"
_REFERENCE = re.compile(
    r"(?P<location>[a-z0-9-]+)-docker\.pkg\.dev/(?P<project>[^/]+)/(?P<repository>[^/]+)/(?P<image>.+)"
)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Image:
    """One pushed image: reference without digest, digest, and whether its containers crash when they start."""

    reference: str
    digest: str
    crash: bool


def push(world: World, reference: str, digest: str, crash: bool = False) -> Image:
    """Put an image into its repository; pushing it again sets `crash` anew.

    Raises CloudError INVALID for a malformed reference or digest, NOT_FOUND where the repository does not exist.
    """
    if not DIGEST.fullmatch(digest):
        raise CloudError(Reason.INVALID, f"{digest!r} is not a digest; write sha256: and 64 hexadecimal digits")
    with world.transaction() as tx:
        repository = repository_id(reference)
        if tx.get("gcp", REPOSITORY_TYPE, repository) is None:
            raise CloudError(
                Reason.NOT_FOUND, f"repository {repository} does not exist; deploy the stack that makes it first"
            )
        tx.execute("INSERT OR REPLACE INTO image VALUES (?, ?, ?, ?)", (reference, digest, crash, tx.now()))
    return Image(reference, digest, crash)


def find(tx: Snapshot, reference: str, digest: str) -> Image | None:
    """The image, or None where it (or its repository) does not exist. Reads inside the caller's transaction."""
    match = _REFERENCE.fullmatch(reference)
    if match is None or tx.get("gcp", REPOSITORY_TYPE, repository_id(reference)) is None:
        return None
    rows = tx.rows("SELECT crash FROM image WHERE reference = ? AND digest = ?", (reference, digest))
    return Image(reference, digest, bool(rows[0][0])) if rows else None


def has(world: World, reference: str, digest: str) -> bool:
    """Whether the image can be pulled."""
    with world.read() as tx:
        return find(tx, reference, digest) is not None


def images(world: World, prefix: str = "") -> list[Image]:
    """Everything that was pushed to references with this beginning, sorted, oldest push first within a reference."""
    with world.read() as tx:
        rows = tx.rows("SELECT reference, digest, crash FROM image ORDER BY reference, pushed, digest")
    return [Image(ref, digest, bool(crash)) for ref, digest, crash in rows if ref.startswith(prefix)]


def repository_id(reference: str) -> str:
    """The full name of an image's repository. Raises CloudError INVALID for what is no image of Artifact Registry."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise CloudError(
            Reason.INVALID,
            f"{reference!r} is no image of Artifact Registry; write LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE",
        )
    return "projects/{project}/locations/{location}/repositories/{repository}".format(**match.groupdict())
