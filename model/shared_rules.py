"""What an environment needs of the shared stack: a repository to pull from, an attestor to ask, and to be named there."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from model import names
from model.environment import Environment
from model.errors import ConfigError, Problem
from model.shared import Shared
from model.source import mapping, read
from model.stacks import NAMESPACE, load_environment, stack_file, stacks
from model.step_image import unpinned


def shared_stacks(config_dir: Path) -> dict[str, Shared]:
    """The shared stacks by name. A file that cannot be read is passed over: its own stack's commands tell of it."""
    found = {}
    for stack in stacks(config_dir):
        if names.PREVIEW.fullmatch(stack):
            continue
        try:
            shared = _is_shared(stack, read(config_dir / stack_file(stack)))
            loaded = load_environment(stack, config_dir) if shared else None
        except (ConfigError, AttributeError):
            continue
        if isinstance(loaded, Shared):
            found[stack] = loaded
    return found


@lru_cache(maxsize=32)
def _is_shared(stack: str, text: str) -> bool:
    """A command asks several times, and reading a file of an environment takes longer than all else about it."""
    config = mapping(stack_file(stack), text).get("config") or {}
    return config.get(f"{NAMESPACE}:kind") == "shared"


def releases(shared: Shared) -> str:
    """The repository of releases, as images are named in it."""
    return f"{shared.region}-docker.pkg.dev/{shared.project}/{shared.repositories.releases}"


def cache(shared: Shared) -> str:
    """The repository of the builds' own images."""
    return f"{shared.region}-docker.pkg.dev/{shared.project}/{shared.repositories.cache}"


def attestor(shared: Shared) -> str:
    """Who signs what is built."""
    return f"projects/{shared.project}/attestors/{names.ATTESTOR}"


def unpinned_steps(stack: str, shared: Shared) -> tuple[list[Problem], list[Problem]]:
    """The steps of builds that no digest names: those in others' repositories, and those in the team's own."""
    own = {name: image for name, image in shared.steps.items() if image.startswith(f"{cache(shared)}/")}
    others = {name: image for name, image in shared.steps.items() if name not in own}
    return unpinned(stack_file(stack), others), unpinned(stack_file(stack), own)


def needed(loaded: Environment, shared: Shared) -> dict[str, str]:
    """Output of the shared stack -> what it must be for the environment to come up. Nothing where another team's is used."""
    found = {}
    if loaded.security.binary_authorization and loaded.attestor == attestor(shared):
        found["attestor"] = attestor(shared)
    if loaded.images and loaded.registry == releases(shared):
        found["registry"] = releases(shared)
    return found


def unmet(stack: str, loaded: Environment, name: str, shared: Shared) -> list[Problem]:
    """Where the files of an environment and of the shared stack `name` in one project do not fit together."""
    file, there = stack_file(stack), stack_file(name)
    problems: list[Problem] = []
    number = f'"{loaded.project_number}"'
    if loaded.registry == releases(shared):
        known = shared.readers.get(stack)
        if known != loaded.project_number:
            what = f"'{stack}' has another number here" if known else f"'{stack}' is missing"
            what += ", so that its nodes cannot pull images"
            problems.append(Problem(there, f"{NAMESPACE}:readers", what, f"Write {stack}: {number}."))
    elif loaded.registry.split("/")[1] == shared.project:
        what = f"{name} makes no repository '{loaded.registry}'"
        problems.append(Problem(file, f"{NAMESPACE}:registry", what, f"Write {releases(shared)}."))
    if loaded.security.binary_authorization and loaded.attestor:
        if loaded.attestor == attestor(shared) and stack not in shared.signed:
            what = f"'{stack}' is missing, so that its clusters may not ask for signatures"
            problems.append(Problem(there, f"{NAMESPACE}:signed", what, f"Add {stack}."))
        elif loaded.attestor != attestor(shared) and loaded.attestor.split("/")[1] == shared.project:
            what = f"{name} makes no attestor '{loaded.attestor}'"
            problems.append(Problem(file, f"{NAMESPACE}:attestor", what, f"Write {attestor(shared)}."))
    return problems
