"""The emulated Artifact Registry's contents: which image digests can be pulled, which of them crash, and their tags.

A repository is an ordinary entity of the world (`gcp:artifactregistry/repository:Repository`), made by a stack; what
is pushed into it is kept here. A digest stays when a tag moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import Entity, Snapshot, World

REPOSITORY_TYPE = "gcp:artifactregistry/repository:Repository"
_REFERENCE = re.compile(
    r"(?P<location>[a-z0-9-]+)-docker\.pkg\.dev/(?P<project>[^/]+)/(?P<repository>[^/]+)/(?P<image>.+)"
)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
"""https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests"""


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
    """Put an image into its repository. Raises as `push_all`."""
    image = Image(reference, digest, crash, crash_with)
    push_all(world, [image])
    return image


def push_all(world: World, images: Iterable[Image]) -> None:
    """Put images into their repositories, all of them or none; pushing one again says anew whether it crashes.

    Raises CloudError INVALID for a malformed reference or digest, NOT_FOUND where a repository does not exist.
    """
    with world.transaction() as tx:
        for image in images:
            if not DIGEST.fullmatch(image.digest):
                told = f"{image.digest!r} is not a digest; write sha256: and 64 hexadecimal digits"
                raise CloudError(Reason.INVALID, told)
            _repository(tx, image.reference)
            row = (image.reference, image.digest, image.crash, tx.now(), image.crash_with)
            tx.execute("INSERT OR REPLACE INTO image VALUES (?, ?, ?, ?, ?)", row)


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


def lose(world: World, reference: str, digest: str) -> None:
    """Take an image away, and the tags that name it: what no rule of its repository allows, and happens all the same.

    Raises CloudError INVALID for a malformed reference, NOT_FOUND where there is no such image.
    """
    with world.transaction() as tx:
        _held(tx, reference, digest)
        tx.execute("DELETE FROM image WHERE reference = ? AND digest = ?", (reference, digest))
        tx.execute("DELETE FROM tag WHERE reference = ? AND digest = ?", (reference, digest))


def tag(world: World, reference: str, digest: str, name: str, move: bool = True) -> None:
    """Name an image. A tag moves unless its repository has `dockerConfig.immutableTags`, or `move` is off.

    Raises CloudError INVALID for a malformed reference or tag, NOT_FOUND where there is no such image, IN_USE where a tag
    that does not move names another one: https://cloud.google.com/artifact-registry/docs/repositories/immutable-tags
    """
    if not TAG.fullmatch(name):
        raise CloudError(
            Reason.INVALID,
            f"{name!r} is no tag; write up to 128 letters, digits, '_', '.' and '-', none of the last two first",
        )
    with world.transaction() as tx:
        repository = _held(tx, reference, digest)
        immutable = bool((repository.inputs.get("dockerConfig") or {}).get("immutableTags"))
        if (immutable or not move) and (named := _named(tx, reference, name)) not in (None, digest):
            why = "the repository has enabled tag immutability" if immutable else f"it names {named}"
            raise CloudError(Reason.IN_USE, f"cannot update tag {name}: {why}")
        tx.execute("INSERT OR REPLACE INTO tag VALUES (?, ?, ?)", (reference, name, digest))


def resolve(world: World, reference: str, name: str) -> str | None:
    """The digest that a tag names, None where there is no such tag, image or repository."""
    with world.read() as tx:
        digest = _named(tx, reference, name)
        return digest if digest is not None and find(tx, reference, digest) is not None else None


def tags(world: World, reference: str, digest: str) -> list[str]:
    """The tags that name an image, sorted; none where it does not exist."""
    with world.read() as tx:
        if find(tx, reference, digest) is None:
            return []
        rows = tx.rows("SELECT name FROM tag WHERE reference = ? AND digest = ? ORDER BY name", (reference, digest))
    return [str(name) for (name,) in rows]


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


def _repository(tx: Snapshot, reference: str) -> Entity:
    repository = repository_id(reference)
    found = tx.get("gcp", REPOSITORY_TYPE, repository)
    if found is None:
        raise CloudError(
            Reason.NOT_FOUND, f"repository {repository} does not exist; deploy the stack that makes it first"
        )
    return found


def _held(tx: Snapshot, reference: str, digest: str) -> Entity:
    """The repository that an image is in."""
    repository = _repository(tx, reference)
    if find(tx, reference, digest) is None:
        raise CloudError(Reason.NOT_FOUND, f"{reference}@{digest} is not in the registry")
    return repository


def _named(tx: Snapshot, reference: str, name: str) -> str | None:
    rows = tx.rows("SELECT digest FROM tag WHERE reference = ? AND name = ?", (reference, name))
    return str(rows[0][0]) if rows else None
