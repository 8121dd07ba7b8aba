"""`slipway graph`: a stack, or an update of it, as a picture."""

from pathlib import Path

from delivery import graph_mermaid, graph_svg, screen, stack_commands, timeline_mermaid, timeline_svg
from delivery.desk import Desk
from delivery.engines import Kept
from delivery.errors import Failed
from delivery.graph import Graph, graph
from delivery.timeline import Timeline, creation, planned
from model.errors import ConfigError, Problem, closest
from model.stacks import load_environment, stacks

FORMATS = ("svg", "mermaid", "json")
_ENDINGS = {".svg": "svg", ".mmd": "mermaid", ".json": "json"}


def chosen(named: str | None, file: Path | None, as_json: bool) -> str:
    """The format: the one that is named, else by the ending of the file, else SVG."""
    if named is not None and named not in FORMATS:
        what = f"there is no format '{named}'"
        raise ConfigError(Problem("command line", "--format", what, closest(named, FORMATS)))
    if as_json and named not in (None, "json"):
        what = f"--json and the format {named} exclude each other"
        raise ConfigError(Problem("command line", "--format", what, "Leave one of them out."))
    return named or ("json" if as_json else _ENDINGS.get(file.suffix, "svg") if file else "svg")


def picture(desk: Desk, stack: str) -> Graph:
    """The components of a stack as its state has them. Raises Failed where it was never brought up."""
    return graph(stack, _kept(desk, stack))


def timeline(desk: Desk, stack: str, of_plan: bool) -> Timeline:
    """How long the whole stack would take to be created, or the update that a plan would be."""
    from sandbox.clouds.latency import seconds

    resources = _kept(desk, stack)
    if not of_plan:
        return creation(stack, resources, seconds)
    plan = stack_commands.run(desk, stack, "plan")
    if not plan.ok:
        found = next((each.message for each in plan.diagnostics if each.severity == "error"), "the plan failed")
        raise Failed(found.strip(), f"'slipway plan {stack}' shows all of it.")
    found = planned(stack, resources, plan.steps, seconds)
    if found.new:
        what = f"{found.new} of the resources are new; what they wait for shows when they are made, here they begin at once"
        screen.err().print(what, style="yellow")
    return found


def drawn(shown: Graph | Timeline, format: str) -> str:
    """The text of a picture in a format other than JSON."""
    if isinstance(shown, Graph):
        return graph_svg.svg(shown) if format == "svg" else graph_mermaid.mermaid(shown)
    return timeline_svg.svg(shown) if format == "svg" else timeline_mermaid.mermaid(shown)


def check(file: Path) -> None:
    """Raises ConfigError where a file cannot be written because its folder is not there."""
    if not file.parent.is_dir() or file.is_dir():
        what = f"{file} is a folder" if file.is_dir() else f"there is no folder {file.parent}"
        raise ConfigError(Problem("command line", "--output", what, "Name a file in a folder that is there."))


def _kept(desk: Desk, stack: str) -> list[Kept]:
    """The resources. A stack that is no longer in the config may still have some."""
    found = desk.engine.kept(stack)
    if not found:
        if stack not in stacks(desk.place.config):
            load_environment(stack, desk.place.config)
        raise Failed(
            f"'{stack}' was never brought up, so there is nothing to draw", f"Bring it up with 'slipway up {stack}'."
        )
    return found
