"""What only the sandbox has: pushing images, serving its providers to the real CLI, and starting over."""

import shutil
from collections.abc import Iterator, Sequence

from delivery import builds_records, github_records, notices_sandbox, preview_base
from delivery.desk import Desk
from delivery.errors import Locked
from delivery.registry import by_digest
from delivery.releases import commit_problems, image_problems
from delivery.sandbox_world import SandboxWorld
from model.catalogue import load_catalogue
from model.errors import ConfigError, Problem, closest
from model.order import order
from model.stacks import load_environment
from sandbox import engine as sandbox_engine
from sandbox.clouds import attestations, registry
from sandbox.clouds.protocol import CloudError
from sandbox.clouds.world import World


def push(
    desk: Desk,
    images: Sequence[str],
    crash: bool,
    unsigned: bool,
    crash_with: str | None = None,
    *,
    commit: str | None = None,
) -> list[str]:
    """Put each `IMAGE@DIGEST` into the emulated registry, all or none; IMAGE is one of the catalogue or a full reference.

    With a `commit` of a pull request they go to the repository of previews' images, and the commit is their tag. They are signed as the pipeline signs what its scan has passed, unless they shall be `unsigned`. With `crash` their
    containers die when they start, with `crash_with` those that are started with this argument. Returns the full
    references.
    """
    if crash_with == "":
        raise ConfigError(
            Problem("command line", "--crash-with", "it is empty", "Write one of the arguments of a container.")
        )
    if commit is not None and (problems := commit_problems(commit)):
        raise ConfigError(*problems)
    named = [
        (reference, digest)
        for references, digest in (_named(desk, it, commit is not None) for it in images)
        for reference in references
    ]
    world = world_of(desk)
    try:
        registry.push_all(world, [registry.Image(*each, crash, crash_with or "") for each in named])
    except CloudError as error:
        remedy = "Bring up the stack that makes it: 'slipway up shared'."
        raise ConfigError(Problem("command line", "IMAGE", error.message, remedy)) from None
    for reference, digest in named if not unsigned else ():
        attestations.sign(world, reference, digest)
    for reference, digest in named if commit else ():
        desk.registry.tag(f"{reference}@{digest}", commit or "")
    return [f"{reference}@{digest}" for reference, digest in named]


def lose(desk: Desk, image: str) -> str:
    """Take `IMAGE@DIGEST` out of the emulated registry, wherever it was pushed to; IMAGE as for `push`.

    What runs keeps running; what would have to pull the image no longer can. Returns the full references.
    """
    references, digest = _named(desk, image)
    world = world_of(desk)
    held = [reference for reference in references if registry.has(world, reference, digest)]
    if not held:
        pushed = sorted({each.digest for each in registry.images(world) if each.reference in references})
        remedy = closest(digest, pushed) if pushed else "'slipway sandbox inspect' lists what it holds."
        raise ConfigError(Problem("command line", "IMAGE", f"the registry holds no {image}", remedy))
    for reference in held:
        registry.lose(world, reference, digest)
    return ", ".join(f"{reference}@{digest}" for reference in held)


def world_of(desk: Desk) -> World:
    """The emulated world, made at its first use."""
    return SandboxWorld(desk.place.sandbox / "world.sqlite")


def reset(desk: Desk) -> bool:
    """Forget world, states, builds, what is on GitHub and what people were told; whether there were any.

    Raises Locked while somebody works on a stack: what they have made would be in no world, and their state of it would
    outlive it.
    """
    folder = desk.place.sandbox
    if holders := sandbox_engine.FileBackend(folder).holders():
        raise Locked(sandbox_engine.LockedError(holders[0]).message, "Wait until that is done.")
    files = (".pulumi", github_records.FILE, builds_records.FILE, notices_sandbox.FILE)
    known = [*(folder / name for name in files), *folder.glob("world.sqlite*")] if folder.is_dir() else []
    found = [path for path in known if path.exists()]
    for path in found:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return bool(found)


def _named(desk: Desk, image: str, preview: bool = False) -> tuple[list[str], str]:
    """The references that `IMAGE@DIGEST` means, without digest, and the digest.

    Raises ConfigError where there is no digest, or IMAGE is neither of the catalogue nor a full reference.
    """
    name, at, digest = image.partition("@")
    if not at:
        raise ConfigError(
            Problem(
                "command line", "IMAGE", f"'{image}' has no digest", "Write IMAGE@sha256: and 64 hexadecimal digits."
            )
        )
    if "/" in name:
        return [str(by_digest(image)[0])], digest
    catalogue = load_catalogue(desk.place.config)
    if name not in catalogue.images:
        raise ConfigError(
            Problem(
                "command line",
                "IMAGE",
                f"there is no image '{name}' in services.yaml",
                f"{closest(name, catalogue.images)} A full reference is taken as it stands.",
            )
        )
    if problems := image_problems(catalogue, {name: digest}, "IMAGE"):
        raise ConfigError(*problems)
    repositories = [preview_base.repository(desk.place.config)] if preview else set(_registries(desk))
    return sorted(f"{repository}/{name}" for repository in repositories), digest


def _registries(desk: Desk) -> Iterator[str]:
    """Where the environments pull from; the same for all of them unless a team has it otherwise."""
    for stack in order(desk.place.config):
        loaded = load_environment(stack, desk.place.config)
        yield str(getattr(loaded, "registry", ""))
