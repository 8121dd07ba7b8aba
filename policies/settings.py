"""What a stack's file and the catalogue have decided, as far as rules go by it. No decision is taken twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from model import names
from model.catalogue import Catalogue, load_catalogue
from model.environment import Environment
from model.errors import ConfigError
from model.preview import Preview
from model.shared import Shared
from model.stacks import AnyStack, load_environment, stacks


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`registries` are those that images may come from; `releases` is the id of the one whose tags never move. `public` are the
    services that the catalogue opens to everybody, `gateway` whether a gateway to the internet is declared.

    Of a preview, `base` is what it may borrow from, and `production` whether that is where releases end and data is kept.
    `others` are projects of other environments, by id and number. `labels` are what the provider adds to everything that can
    bear labels.
    """

    stack: str
    kind: Literal["shared", "environment", "preview"]
    project: str = ""
    registries: tuple[str, ...] = ()
    releases: str = ""
    public: frozenset[str] = frozenset()
    gateway: bool = False
    customer_keys: bool = False
    deletion_protection: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    base: str = ""
    production: bool = False
    others: frozenset[str] = frozenset()


def load(stack: str, config_dir: Path) -> Settings:
    """Of a stack that has a file. Raises ConfigError where it or the catalogue is not good."""
    loaded, catalogue = load_environment(stack, config_dir), load_catalogue(config_dir)
    if isinstance(loaded, Shared):
        return Settings(
            stack=stack,
            kind="shared",
            project=loaded.project,
            releases=loaded.repositories.releases,
            customer_keys=loaded.customer_keys,
            deletion_protection=loaded.deletion_protection,
            labels=loaded.billing,
        )
    if isinstance(loaded, Environment):
        return Settings(
            stack=stack,
            kind="environment",
            project=loaded.project,
            registries=(loaded.registry,),
            public=_public(catalogue),
            gateway=bool(catalogue.gateway and loaded.gateway),
            customer_keys=loaded.security.customer_keys,
            deletion_protection=loaded.deletion_protection,
            labels=loaded.billing,
        )
    return _preview(stack, loaded, config_dir)


def _preview(stack: str, loaded: Preview, config_dir: Path) -> Settings:
    others = _environments(config_dir)
    base = others.pop(loaded.base, None)
    known = {loaded.project, loaded.project_number, *([base.project, base.project_number] if base else [])}
    return Settings(
        stack=stack,
        kind="preview",
        project=loaded.project,
        registries=(loaded.registry, loaded.previews),
        labels=loaded.billing,
        base=loaded.base,
        production=bool(base) and base.deletion_protection and not _followed(loaded.base, others),
        others=frozenset(each for other in others.values() for each in (other.project, other.project_number)) - known,
    )


def _followed(base: str, others: Mapping[str, Environment]) -> bool:
    """Whether releases go on from there."""
    return any(other.promotion.from_ == base for other in others.values())


def _environments(config_dir: Path) -> dict[str, Environment]:
    """A file that is not good is passed over: its own stack's commands tell of it."""
    found: dict[str, Environment] = {}
    for stack in stacks(config_dir):
        loaded: AnyStack | None = None
        try:
            loaded = None if names.PREVIEW.fullmatch(stack) else load_environment(stack, config_dir)
        except ConfigError:
            continue
        if isinstance(loaded, Environment):
            found[stack] = loaded
    return found


def _public(catalogue: Catalogue) -> frozenset[str]:
    return frozenset(name for name, service in catalogue.services.items() if service.public)
