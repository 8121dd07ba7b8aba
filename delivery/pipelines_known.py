"""A team's triggers, by the names that people write."""

from pathlib import Path

from model import names
from model.catalogue import Catalogue, load_catalogue
from model.errors import ConfigError, Problem, closest
from pipelines import setting, triggers
from pipelines.trigger import Trigger


def named(config_dir: Path, name: str) -> tuple[Trigger, dict[str, str]]:
    """A trigger, and the versions of its secrets. Raises ConfigError where there is none of this name."""
    known = setting.load(config_dir)
    found = triggers.triggers(known)
    if name not in found:
        raise ConfigError(Problem("command line", "NAME", f"there is no trigger '{name}'", closest(name, found)))
    project = known.shared.project
    versions: dict[str, str] = {
        secret: f"projects/{project}/secrets/{names.pipeline_secret(secret)}/versions/latest"
        for secret in known.shared.secrets
    }
    return found[name], versions


def here(config_dir: Path, name: str, local: bool) -> Trigger:
    """The one that is to run on this machine. Raises ConfigError where nobody has said that it is."""
    found, _ = named(config_dir, name)
    if not local:
        remedy = f"Write 'slipway pipeline run {name} --local'; Cloud Build starts it at its event."
        raise ConfigError(Problem("command line", "--local", "where it shall run is missing", remedy))
    return found


def catalogue(config_dir: Path) -> Catalogue:
    """What the team runs."""
    return load_catalogue(config_dir)
