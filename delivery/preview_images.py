"""The images that a pull request changed: which they are, and waiting until they are built."""

import time
from collections.abc import Callable, Mapping, Sequence

from delivery.catalogue_images import image_of_service
from delivery.desk import Desk
from delivery.durations import spoken
from delivery.errors import Failed
from delivery.releases import image_problems
from model.catalogue import load_catalogue
from model.errors import ConfigError, Problem
from model.preview import Preview

PAUSE = 5.0
"""Seconds between two questions: a registry tells nobody when an image is there."""


def asked_for(desk: Desk, images: Mapping[str, str], changed: Sequence[str]) -> dict[str, str | None]:
    """Image -> its digest, None where the registry has to be asked for that of the commit.

    Raises ConfigError for images and services that the catalogue lacks.
    """
    if problems := image_problems(load_catalogue(desk.place.config), images, "--image"):
        raise ConfigError(*problems)
    return {**{image_of_service(desk.place.config, service, "--changed"): None for service in changed}, **images}


def one_way(built: bool, changed: bool, image: bool) -> None:
    """Which images changed is said in one way, or found out. Raises ConfigError."""
    if not built:
        return
    others = [key for key, said in (("--changed", changed), ("--image", image)) if said]
    remedy = "Take one of them."
    if problems := [Problem("command line", key, "it does not go with --built", remedy) for key in others]:
        raise ConfigError(*problems)


def built(
    desk: Desk,
    repository: str,
    wanted: Mapping[str, str | None],
    commit: str | None,
    seconds: float,
    tell: Callable[[str], None],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, str]:
    """The digest of each image once the repository of previews' images holds it: by digest, else by the commit as its tag.

    Raises ConfigError where a commit is wanted and not known, Failed where the images are not there within `seconds`.
    """
    if commit is None and (unknown := sorted(image for image, digest in wanted.items() if digest is None)):
        problem = f"it is not known of which commit {', '.join(unknown)} shall be"
        raise ConfigError(Problem("command line", "--commit", problem, "Add --commit with its 40 characters."))
    until, told = clock() + seconds, ""
    while True:
        found = {image: digest or _tagged(desk, repository, image, commit) for image, digest in wanted.items()}
        absent = set(desk.registry.missing(f"{repository}/{image}@{it}" for image, it in found.items() if it))
        missing = [image for image, it in found.items() if not it or f"{repository}/{image}@{it}" in absent]
        if not missing:
            return {image: digest for image, digest in found.items() if digest}
        names = ", ".join(f"{image}@{wanted[image]}" if wanted[image] else f"{image}:{commit}" for image in missing)
        left = until - clock()
        if left <= 0:
            raise Failed(
                f"{repository} has no {names}" + (f" after {spoken(seconds)}" if seconds else ""),
                "Build and push them, then run the same command again; --wait MINUTES waits for a build.",
            )
        if names != told:
            tell(f"waiting up to {spoken(left)} for {names} in {repository}")
            told = names
        sleep(min(PAUSE, left))


def of_commit(desk: Desk, preview: Preview, commit: str, tell: Callable[[str], None]) -> dict[str, str]:
    """The digest of each image of a commit that is not what the base runs: all that a pull request changed, once its build has
    ended."""
    images = load_catalogue(desk.place.config).images
    found = {image: _tagged(desk, preview.previews, image, commit) for image in images}
    built_of_it = {image: digest for image, digest in found.items() if digest and digest != preview.images.get(image)}
    if not built_of_it:
        tell(f"{preview.previews} has no image of {commit[:12]}: the preview runs the images of {preview.base} only")
    return built_of_it


def _tagged(desk: Desk, repository: str, image: str, commit: str | None) -> str | None:
    return desk.registry.resolve(f"{repository}/{image}", commit) if commit else None
