"""Artifact Registry: https://cloud.google.com/artifact-registry/pricing"""

from __future__ import annotations

from costs.resource import Resource
from costs.said import Said, Use
from costs.stack import Stack


def of_repository(repository: Resource, stack: Stack) -> list[Said]:
    """What lies in it; and each image that is pushed where the project has scanning on."""
    said: list[Said] = [Use("images", "images that lie in the repository")]
    if repository.text("vulnerabilityScanningConfig", "enablementConfig") != "DISABLED":
        said.append(Use("image-scan", "scans of images, where the project has Artifact Analysis on"))
    return said
