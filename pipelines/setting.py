"""What pipelines are made from: the shared stack, the catalogue, and the environments in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from model import names
from model.catalogue import FILE, Catalogue, load_catalogue
from model.environment import Environment
from model.errors import ConfigError, Problem, closest
from model.order import branches_of, order
from model.shared import Shared
from model.source import read_mapping
from model.stacks import NAMESPACE, load_environment, stack_file, stacks

TEMPLATE = "Pulumi.pr.yaml"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """`environments` go from first to last; `base` is the one that previews stand on, if there are any."""

    stack: str
    shared: Shared
    catalogue: Catalogue
    environments: Mapping[str, Environment]
    base: str | None

    def image(self, name: str, key: str = "") -> str:
        """The image that a step runs in; `key` of the catalogue names it, unless every pipeline has it. Raises ConfigError where there is none."""
        if name in self.shared.steps:
            return self.shared.steps[name]
        known = list(self.shared.steps)
        if key:
            raise ConfigError(Problem(FILE, key, f"there is no step image '{name}'", closest(name, known)))
        where = f"{NAMESPACE}:steps.{name}"
        raise ConfigError(
            Problem(stack_file(self.stack), where, "this key is missing", "Add the image, with its registry and tag.")
        )

    @property
    def branches(self) -> tuple[str, ...]:
        """The branches that releases are built of, in the order of the environments that they come to first."""
        of = branches_of({name: each.promotion for name, each in self.environments.items()})
        return tuple(dict.fromkeys(of.values())) or (names.MAIN,)

    @property
    def trunk(self) -> str:
        """The branch that the last environment's releases are built of: what is looked at by the clock is that one's."""
        of = branches_of({name: each.promotion for name, each in self.environments.items()})
        return list(of.values())[-1] if of else names.MAIN

    @property
    def moves(self) -> bool:
        """Whether builds may commit to the platform repository, which all that moves releases does."""
        return bool(self.shared.github_app and self.shared.platform_repository and self.shared.platform_source)


def load(config_dir: Path) -> Setting:
    """Of the files in a folder. Raises ConfigError where no stack there is a shared one."""
    for stack in stacks(config_dir):
        config = read_mapping(config_dir / stack_file(stack)).get("config")
        if isinstance(config, dict) and config.get(f"{NAMESPACE}:kind") == "shared":
            shared = load_environment(stack, config_dir)
            assert isinstance(shared, Shared)
            return of_program(stack, shared, load_catalogue(config_dir), config_dir)
    remedy = "Add a stack of kind shared, such as Pulumi.shared.yaml."
    raise ConfigError(Problem(str(config_dir), "", "there is no shared stack, which triggers belong to", remedy))


def of_program(stack: str, shared: Shared, catalogue: Catalogue, config_dir: Path) -> Setting:
    """Of a shared stack that is loaded already, with the files beside it."""
    environments = {
        name: loaded
        for name in order(config_dir)
        for loaded in [load_environment(name, config_dir)]
        if isinstance(loaded, Environment)
    }
    return Setting(
        stack=stack, shared=shared, catalogue=catalogue, environments=environments, base=_base(config_dir, environments)
    )


def _base(config_dir: Path, environments: Mapping[str, Environment]) -> str | None:
    template = config_dir / TEMPLATE
    if not template.exists():
        return None
    config, key = read_mapping(template).get("config") or {}, f"{NAMESPACE}:base"
    if not isinstance(config, dict):
        raise ConfigError(
            Problem(TEMPLATE, "config", "it must be a mapping", "Write 'slipway:key: value' pairs below it.")
        )
    base = config.get(key)
    if base is not None and base not in environments:
        raise ConfigError(Problem(TEMPLATE, key, f"there is no environment '{base}'", closest(str(base), environments)))
    return base
