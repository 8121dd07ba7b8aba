"""The sandbox's registry: what was pushed into the emulated repositories."""

from collections.abc import Iterable

from delivery.registry import absent, by_digest, checked_digest, checked_tag, image_named, taken
from sandbox.clouds import registry
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import World


class SandboxRegistry:
    """Implements `delivery.registry.Registry` over the world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def missing(self, references: Iterable[str]) -> list[str]:
        """Those references that were never pushed, or were lost."""
        asked = {reference: by_digest(reference) for reference in references}
        return [
            reference
            for reference, (image, digest) in asked.items()
            if not registry.has(self._world, str(image), digest)
        ]

    def tags(self, image: str, digest: str) -> list[str]:
        """The tags that name this digest."""
        return registry.tags(self._world, str(image_named(image)), checked_digest(digest))

    def resolve(self, image: str, tag: str) -> str | None:
        """The digest that a tag names."""
        return registry.resolve(self._world, str(image_named(image)), checked_tag(tag))

    def tag(self, reference: str, tag: str) -> None:
        """Give an image a tag."""
        image, digest = by_digest(reference)
        checked_tag(tag)
        try:
            registry.tag(self._world, str(image), digest, tag, move=False)
        except CloudError as error:
            if error.reason is Reason.NOT_FOUND:
                raise absent(image, digest) from None
            named = self.resolve(str(image), tag) or "another image"
            raise taken(image, tag, named, digest) from None
