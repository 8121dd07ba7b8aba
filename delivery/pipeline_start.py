"""`slipway pipeline start`: the build of a trigger, because somebody wants it now."""

from collections.abc import Sequence
from pathlib import Path

from delivery import pipelines_known, sandbox_events
from delivery.desk import Desk
from delivery.git import Git
from model.errors import ConfigError, Problem, closest


def start(desk: Desk, name: str, commit: str, given: Sequence[str]) -> dict[str, str]:
    """Trigger, commit, and where the build can be looked at. Raises ConfigError for what there is not."""
    trigger, _ = pipelines_known.named(desk.place.config, name)
    parameters, problems = sandbox_events.parameters(given)
    problems += [
        Problem("command line", "--set", f"{name} has no parameter '{key}'", closest(key, trigger.parameters))
        for key in parameters
        if key not in trigger.parameters
    ]
    built = commit or Git(Path.cwd()).ask("rev-parse", "HEAD").text
    if not sandbox_events.COMMIT.fullmatch(built):
        remedy = "Write all 40 digits, or change to a clone of the application repository."
        problems.append(Problem("command line", "--commit", f"'{built}' is no commit", remedy))
    if problems:
        raise ConfigError(*problems)
    return {"trigger": name, "commit": built, "url": desk.builds.start(name, built, parameters)}
