"""The emulated Artifact Registry's contents: which image digests can be pulled, and which of them crash.

A repository is an ordinary entity of the world (`gcp:artifactregistry/repository:Repository`), made by a stack; what
is pushed into it is kept here. Digests stay when a tag moves; nothing here knows tags.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
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
    """One pushed image: reference without digest, digest, and what becomes of its containers when they start.

    With `crash` all of them die, with `crash_with` those that are started with this argument, as the manifest has it: one
    program often does several things, and only one of them may be broken.
    """

    reference: str
    digest: str
    crash: bool = False
    crash_with: str = ""

    def dies(self, *arguments: Sequence[str] | None) -> bool:
        """Whether a container dies that is started with these lists of arguments; None stands for an empty one."""
        return self.crash or (self.crash_with != "" and any(self.crash_with in (each or ()) for each in arguments))


def push(world: World, reference: str, digest: str, crash: bool = False, crash_with: str = "") -> Image:
    """Put an image into its repository; pushing it again says anew whether it crashes.

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
        row = (reference, digest, crash, tx.now(), crash_with)
        tx.execute("INSERT OR REPLACE INTO image VALUES (?, ?, ?, ?, ?)", row)
    return Image(reference, digest, crash, crash_with)


def find(tx: Snapshot, reference: str, digest: str) -> Image | None:
    """The image, or None where it (or its repository) does not exist. Reads inside the caller's transaction."""
    match = _REFERENCE.fullmatch(reference)
    if match is None or tx.get("gcp", REPOSITORY_TYPE, repository_id(reference)) is None:
        return None
    rows = tx.rows("SELECT crash, crash_with FROM image WHERE reference = ? AND digest = ?", (reference, digest))
    return Image(reference, digest, bool(rows[0][0]), rows[0][1]) if rows else None


def has(world: World, reference: str, digest: str) -> bool:
    """Whether the image can be pulled."""
    with world.read() as tx:
        return find(tx, reference, digest) is not None


def images(world: World, prefix: str = "") -> list[Image]:
    """Everything that was pushed to references with this beginning, sorted, oldest push first within a reference."""
    with world.read() as tx:
        rows = tx.rows("SELECT reference, digest, crash, crash_with FROM image ORDER BY reference, pushed, digest")
    return [Image(ref, digest, bool(crash), with_) for ref, digest, crash, with_ in rows if ref.startswith(prefix)]


def repository_id(reference: str) -> str:
    """The full name of an image's repository. Raises CloudError INVALID for what is no image of Artifact Registry."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise CloudError(
            Reason.INVALID,
            f"{reference!r} is no image of Artifact Registry; write LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE",
        )
    return "projects/{project}/locations/{location}/repositories/{repository}".format(**match.groupdict())
