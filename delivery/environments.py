"""The environments and their order, as the stack files chain them."""

from delivery.desk import Desk
from model.errors import ConfigError, Problem, closest
from model.order import order


def known(desk: Desk, name: str, key: str = "ENV") -> list[str]:
    """All environments, first to last, `name` being one of them. Raises ConfigError where it is none."""
    environments = order(desk.place.config)
    if name not in environments:
        raise ConfigError(
            Problem("command line", key, f"there is no environment '{name}'", closest(name, environments))
        )
    return environments
