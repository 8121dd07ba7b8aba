"""From services to images, as people name the one and pins name the other."""

from pathlib import Path

from model.catalogue import load_catalogue
from model.errors import ConfigError, Problem, closest


def image_of_service(config_dir: Path, service: str, key: str = "--service") -> str:
    """The image that a service runs. Raises ConfigError for a service that the catalogue lacks."""
    services = load_catalogue(config_dir).services
    if service not in services:
        raise ConfigError(Problem("command line", key, f"there is no service '{service}'", closest(service, services)))
    return services[service].image
