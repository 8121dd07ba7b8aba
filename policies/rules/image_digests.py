"""Images by digest, from the registries that a stack names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies import pods
from policies.resource import UNTOLD, Resource, at, entries
from policies.rule import GKE, Rule
from policies.settings import Settings

DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
RUN = re.compile(r"gcp:cloudrunv2/(service:Service|job:Job)")


def _images(resource: Resource) -> Iterator[str]:
    if RUN.fullmatch(resource.type):
        path = "template.template.containers" if resource.kind == "Job" else "template.containers"
        for each in entries(resource.get(path)):
            yield str(at(each, "image"))
    for container in pods.containers(resource):
        yield str(container.spec.get("image"))


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """An image for each sentence."""
    for image in dict.fromkeys(_images(resource)):
        if image in UNTOLD:
            continue
        if not DIGEST.search(image):
            yield f"its image {image} is not named by digest"
        if not any(image.startswith(f"{registry}/") for registry in settings.registries):
            yield f"its image {image} is from no registry of this stack ({', '.join(settings.registries) or 'none'})"


RULE = Rule(
    id="image-digests",
    title="Images are named by digest and come from the stack's own registries",
    why="A tag can move after it was tested, and what others publish has been neither scanned nor signed here.",
    remedy="Name the image REGISTRY/IMAGE@sha256:DIGEST, and mirror what is somebody else's into the registry",
    types=re.compile(rf"{RUN.pattern}|{pods.MAKES_PODS.pattern}"),
    check=check,
    numbers={GKE: "5.1.4"},
    decided="`slipway:registry`, and a preview's `slipway:previews`",
)
