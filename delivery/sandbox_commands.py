"""What only the sandbox has: pushing images, serving its providers to the real CLI, and starting over."""

import shutil
from collections.abc import Iterator

from delivery.desk import Desk
from delivery.releases import image_problems
from delivery.sandbox_world import SandboxWorld
from model.catalogue import load_catalogue
from model.errors import ConfigError, Problem, closest
from model.stacks import load_environment, order
from sandbox.clouds import attestations, registry
from sandbox.clouds.protocol import CloudError
from sandbox.clouds.world import World


def push(desk: Desk, image: str, crash: bool, unsigned: bool) -> str:
    """Put `IMAGE@DIGEST` into the emulated registry; IMAGE is one of the catalogue or a full reference.

    It is signed as the pipeline signs what its scan has passed, unless it shall be `unsigned`. With `crash` its
    containers die when they start. Returns the full reference.
    """
    name, at, digest = image.partition("@")
    if not at:
        raise ConfigError(
            Problem(
                "command line", "IMAGE", f"'{image}' has no digest", "Write IMAGE@sha256: and 64 hexadecimal digits."
            )
        )
    catalogue = load_catalogue(desk.place.config)
    if "/" not in name and name not in catalogue.images:
        raise ConfigError(
            Problem(
                "command line",
                "IMAGE",
                f"there is no image '{name}' in services.yaml",
                f"{closest(name, catalogue.images)} A full reference is taken as it stands.",
            )
        )
    if "/" not in name and (problems := image_problems(catalogue, {name: digest}, "IMAGE")):
        raise ConfigError(*problems)
    references = [name] if "/" in name else sorted({f"{repository}/{name}" for repository in _registries(desk)})
    world = world_of(desk)
    for reference in references:
        try:
            registry.push(world, reference, digest, crash)
            if not unsigned:
                attestations.sign(world, reference, digest)
        except CloudError as error:
            raise ConfigError(
                Problem(
                    "command line", "IMAGE", error.message, "Bring up the stack that makes it: 'slipway up shared'."
                )
            ) from None
    return ", ".join(f"{reference}@{digest}" for reference in references)


def world_of(desk: Desk) -> World:
    """The emulated world, made at its first use."""
    return SandboxWorld(desk.place.sandbox / "world.sqlite")


def reset(desk: Desk) -> bool:
    """Forget world and states; whether there were any."""
    folder = desk.place.sandbox
    known = [folder / ".pulumi", *folder.glob("world.sqlite*")] if folder.is_dir() else []
    found = [path for path in known if path.exists()]
    for path in found:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return bool(found)


def _registries(desk: Desk) -> Iterator[str]:
    """Where the environments pull from; the same for all of them unless a team has it otherwise."""
    for stack in order(desk.place.config):
        loaded = load_environment(stack, desk.place.config)
        yield str(getattr(loaded, "registry", ""))
