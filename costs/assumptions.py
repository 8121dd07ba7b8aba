"""What an estimate has to assume, since no file says it: each by name, so that it can be shown and set."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pydantic import Field

from model.errors import ConfigError, Problem, closest
from model.inert import Inert


class Assumptions(Inert):
    """Defaults are those of a team of about ten who merge a few times a day."""

    build_minutes: float = Field(
        3000,
        description="minutes a month of builds that a push, a pull request or a person starts, all triggers together",
    )
    scheduled_build_minutes: float = Field(2, description="minutes of one build that a schedule starts")
    key_years: float = Field(
        1, description="years after which old versions of a rotated key are destroyed, for the most that keys cost"
    )

    def stated(self) -> dict[str, tuple[float, str]]:
        """Name -> value and meaning."""
        return {
            _kebab(name): (getattr(self, name), field.description or "")
            for name, field in type(self).model_fields.items()
        }


def parsed(given: Sequence[str]) -> Assumptions:
    """From texts such as `build-minutes=500`. Raises ConfigError for what is none."""
    names = {_kebab(name): name for name in Assumptions.model_fields}
    values: dict[str, float] = {}
    for text in given:
        name, _, value = text.partition("=")
        if name not in names:
            raise ConfigError(Problem("command line", "--assume", f"'{name}' is no assumption", closest(name, names)))
        try:
            values[names[name]] = float(value)
        except ValueError:
            values[names[name]] = math.nan
        if not 0 <= values[names[name]] < math.inf:
            problem = f"'{value}' is no number of 0 or more"
            raise ConfigError(Problem("command line", "--assume", problem, f"Write such as {name}=100."))
    return Assumptions.model_validate(values)


def _kebab(name: str) -> str:
    return name.replace("_", "-")
