"""The environment that previews borrow from, as their template names it."""

from pathlib import Path

from delivery import stack_yaml
from model import names
from model.errors import ConfigError, Problem, closest
from model.stacks import NAMESPACE, stacks

TEMPLATE = "Pulumi.pr.yaml"


def named(template: str, config_dir: Path) -> str:
    """The base that this text of a template names. Raises ConfigError where it names no environment's stack."""
    try:
        config = stack_yaml.parse(template).get("config") or {}
    except stack_yaml.StackYamlError as error:
        where = f"line {error.line}" if error.line else ""
        raise ConfigError(Problem(TEMPLATE, where, error.problem, "Correct the YAML there.")) from None
    base = str(config.get(f"{NAMESPACE}:base", ""))
    known = [stack for stack in stacks(config_dir) if not names.PREVIEW.fullmatch(stack)]
    if base not in known:
        raise ConfigError(Problem(TEMPLATE, f"{NAMESPACE}:base", f"there is no stack '{base}'", closest(base, known)))
    return base


def repository(config_dir: Path) -> str:
    """Where previews take the images from that were built for them. Raises ConfigError where the template does not say."""
    config = stack_yaml.parse((config_dir / TEMPLATE).read_text(encoding="utf-8")).get("config") or {}
    if found := config.get(f"{NAMESPACE}:previews"):
        return str(found)
    remedy = "Add the repository of previews' images, as the shared stack's output 'previews' names it."
    raise ConfigError(Problem(TEMPLATE, f"{NAMESPACE}:previews", "this key is missing", remedy))
