"""The environment that previews borrow from, as their template names it."""

from pathlib import Path
from typing import Any

from model import names
from model.errors import ConfigError, Problem, closest
from model.source import mapping, read
from model.stacks import NAMESPACE, stacks

TEMPLATE = "Pulumi.pr.yaml"


def named(template: str, config_dir: Path) -> str:
    """The base that this text of a template names. Raises ConfigError where it names no environment's stack."""
    base = str(_config(template).get(f"{NAMESPACE}:base", ""))
    known = [stack for stack in stacks(config_dir) if not names.PREVIEW.fullmatch(stack)]
    if base not in known:
        raise ConfigError(Problem(TEMPLATE, f"{NAMESPACE}:base", f"there is no stack '{base}'", closest(base, known)))
    return base


def repository(config_dir: Path) -> str:
    """Where previews take the images from that were built for them. Raises ConfigError where the template does not say."""
    if found := _config(read(config_dir / TEMPLATE)).get(f"{NAMESPACE}:previews"):
        return str(found)
    remedy = "Add the repository of previews' images, as the shared stack's output 'previews' names it."
    raise ConfigError(Problem(TEMPLATE, f"{NAMESPACE}:previews", "this key is missing", remedy))


def _config(template: str) -> dict[str, Any]:
    config = mapping(TEMPLATE, template).get("config") or {}
    if not isinstance(config, dict):
        remedy = "Write 'slipway:key: value' pairs below it."
        raise ConfigError(Problem(TEMPLATE, "config", "it must be a mapping", remedy))
    return config
