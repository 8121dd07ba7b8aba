"""What the registry holds: one protocol, so that no rule of delivery knows whether the registry is real."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from delivery.errors import Failed, Refused
from model.errors import ConfigError, Problem
from model.release import DIGEST

TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
"""Both: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests"""

_IMAGE = re.compile(rf"(?P<host>[a-z0-9-]+-docker\.pkg\.dev)/(?P<path>{_PART}(?:/{_PART}){{2,}})")


class Registry(Protocol):
    """Where images are. An image is `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE`, a reference that and `@sha256:...`.

    Every method raises ConfigError where it is given something else, and Failed where the registry does not answer or
    does not allow the question: what could not be asked is never called missing.
    """

    def missing(self, references: Iterable[str]) -> list[str]:
        """Those references that the registry does not hold, in the order given, each once."""
        ...

    def tags(self, image: str, digest: str) -> list[str]:
        """The tags that name this digest, sorted; none where the registry does not hold it."""
        ...

    def resolve(self, image: str, tag: str) -> str | None:
        """The digest that a tag names, None where there is no such tag."""
        ...

    def tag(self, reference: str, tag: str) -> None:
        """Give an image a tag; nothing happens where it has it already.

        Raises Refused where the tag names another digest: a tag never moves. Raises Failed where the registry does not
        hold the image.
        """
        ...


@dataclass(frozen=True)
class Image:
    """An image's name taken apart: the host of the registry and the path in it."""

    host: str
    path: str

    def __str__(self) -> str:
        return f"{self.host}/{self.path}"


def image_named(text: str) -> Image:
    """Take an image's name apart. Raises ConfigError where it is none of Artifact Registry."""
    match = _IMAGE.fullmatch(text)
    if match is None:
        problem = f"'{text}' is no image of Artifact Registry"
        raise ConfigError(_problem("IMAGE", problem, "Write LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE."))
    return Image(match["host"], match["path"])


def by_digest(reference: str) -> tuple[Image, str]:
    """The image and the digest of a reference. Raises ConfigError where it has none, or more than that."""
    name, _, digest = reference.partition("@")
    return image_named(name), checked_digest(digest)


def checked_digest(digest: str) -> str:
    """The digest as it stands. Raises ConfigError where it is none."""
    if not DIGEST.fullmatch(digest):
        raise ConfigError(_problem("IMAGE", f"'{digest}' is no digest", "Write sha256: and 64 hexadecimal digits."))
    return digest


def checked_tag(tag: str) -> str:
    """The tag as it stands. Raises ConfigError where it is none."""
    if not TAG.fullmatch(tag):
        remedy = "Write up to 128 letters, digits, '_', '.' and '-', none of the last two first."
        raise ConfigError(_problem("TAG", f"'{tag}' is no tag", remedy))
    return tag


def taken(image: Image, tag: str, named: str, digest: str) -> Refused:
    """The refusal to move a tag from the digest that it names."""
    refusal = (
        "tag-immutable",
        f"it names {named} already, not {digest}",
        "Use another tag: what was once built under a name is what the name means.",
    )
    return Refused(f"the tag {tag} of {image} is not moved", [refusal])


def absent(image: Image, digest: str) -> Failed:
    """The failure to tag what is not there."""
    return Failed(f"the registry does not hold {image}@{digest}", "Push the image first, or build the commit again.")


def _problem(key: str, problem: str, remedy: str) -> Problem:
    return Problem("command line", key, problem, remedy)
