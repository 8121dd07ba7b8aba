"""The images that the steps of builds run in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator

from model.errors import Problem

STEPS = "slipway:steps"
"""The key that has them, in the shared stack's file."""

REFERENCE = re.compile(
    r"(?P<repository>([a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]+)?|localhost:[0-9]+)/[a-z0-9]+([._/-]+[a-z0-9]+)*)"
    r"(:(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(@(?P<digest>sha256:[0-9a-f]{64}))?"
)
"""With its registry: https://github.com/distribution/reference/blob/main/reference.go"""

DOCKER, EMULATOR, SBOM, SLIPWAY, GCLOUD = "docker", "emulator", "sbom", "slipway", "gcloud"
PYTHON, PULUMI, BUILDKIT = "python", "pulumi", "buildkit"
OWN = {
    DOCKER: "has docker with buildx",
    BUILDKIT: "is what builds images, started by docker",
    EMULATOR: "installs emulation of the processors that builds are for",
    SBOM: "writes the list of what is in an image (BuildKit's generator of SBOMs)",
    SLIPWAY: "has the slipway command, git and the Pulumi CLI (the Dockerfile of this repository)",
    GCLOUD: "has gcloud, which signs; the image of slipway has it from there",
    PYTHON: "has Python; the image of slipway is built on it",
    PULUMI: "has the Pulumi CLI; the image of slipway has it from there",
}
"""Those that every pipeline has -> what each must be able to do. Checks and scanners name others."""


def _reference(value: str) -> str:
    match = REFERENCE.fullmatch(value)
    if not match or not (match["tag"] or match["digest"]) or match["tag"] == "latest":
        raise ValueError(
            f"'{value}' does not say which image is meant|Write registry, path, and a tag other than latest or a digest, "
            "such as docker.io/library/python:3.13.5; 'slipway pipeline pin' adds the digest"
        )
    return value


StepImage = Annotated[str, AfterValidator(_reference)]


def tag(reference: str) -> str:
    """The tag in a reference, or `1` where it has only a digest."""
    match = REFERENCE.fullmatch(reference)
    return (match and match["tag"]) or "1"


def pinned(reference: str) -> bool:
    """Whether it names one image for all time."""
    match = REFERENCE.fullmatch(reference)
    return bool(match and match["digest"])


def unpinned(file: str, steps: Mapping[str, str]) -> list[Problem]:
    """The steps of a stack's file that could run another image tomorrow than today."""
    return [
        Problem(file, f"{STEPS}.{name}", f"'{reference}' has no digest", "Run 'slipway pipeline pin'.")
        for name, reference in steps.items()
        if not pinned(reference)
    ]
