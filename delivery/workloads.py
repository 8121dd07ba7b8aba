"""What runs in a stack right now, read from the clouds and never from what was asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Workload:
    """One Deployment, or service on Cloud Run. `image` is the reference by digest that its ready pods (or the revision that
    gets all requests) really run, empty where there is no such one."""

    name: str
    image: str
    ready: int
    desired: int
    healthy: bool
    reason: str = ""

    @property
    def digest(self) -> str | None:
        """The digest of `image`."""
        _, at, digest = self.image.partition("@")
        return digest if at else None


class Workloads(Protocol):
    """Where health is read."""

    def running(self, stack: str, changing: bool = True) -> Mapping[str, Workload]:
        """What runs for a stack by its name in the catalogue; empty where the stack was never brought up.

        Where it is not the one that is about to change, whoever may only read must be able to.
        """
        ...


def by_image(workloads: Iterable[Workload], image_of: Mapping[str, str]) -> dict[str, str]:
    """Image -> the digest that runs, for images whose Deployments agree. `image_of` maps a Deployment to its image.

    Where Deployments of one image run different digests, or one of them runs none, the image is left out: no single
    digest can be called what runs.
    """
    found: dict[str, set[str | None]] = {}
    for workload in workloads:
        image = image_of.get(workload.name)
        if image is not None:
            found.setdefault(image, set()).add(workload.digest)
    agreed: dict[str, str] = {}
    for image, digests in found.items():
        (digest, *others) = digests
        if digest is not None and not others:
            agreed[image] = digest
    return agreed
