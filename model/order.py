"""How the environments follow each other, and of which branch their releases are built."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from model import names
from model.environment import Environment
from model.errors import ConfigError, Problem, closest
from model.promotion import Promotion
from model.stack_files import stack_file, stacks
from model.stacks import NAMESPACE, load_environment


def order(config_dir: Path) -> list[str]:
    """The environments from first to last, as `promotion.from` chains them."""
    sources: dict[str, str | None] = {}
    for stack in stacks(config_dir):
        if names.PREVIEW.fullmatch(stack):
            continue
        loaded = load_environment(stack, config_dir)
        if isinstance(loaded, Environment):
            sources[stack] = loaded.promotion.from_
    alike = {stack.lower(): stack for stack in sources}
    for stack, source in sources.items():
        if (other := alike[stack.lower()]) != stack:
            what = f"it differs from {stack_file(other)} in capitals alone, which names in the cloud have not"
            raise ConfigError(Problem(stack_file(stack), "", what, "Rename one of them."))
        if source is not None and source not in sources:
            raise ConfigError(
                Problem(
                    stack_file(stack),
                    f"{NAMESPACE}:promotion.from",
                    f"there is no environment '{source}'",
                    closest(source, [name for name in sources if name != stack]),
                )
            )
    ordered = [stack for stack, source in sources.items() if source is None]
    while len(ordered) < len(sources):
        following = [stack for stack, source in sources.items() if source in ordered and stack not in ordered]
        if not following:
            circle = sorted(set(sources) - set(ordered))
            raise ConfigError(
                Problem(
                    stack_file(circle[0]),
                    f"{NAMESPACE}:promotion.from",
                    f"the environments {', '.join(circle)} follow each other in a circle",
                    "Take 'from' out of the first one.",
                )
            )
        ordered += following
    return ordered


def branches(config_dir: Path) -> dict[str, str]:
    """Environment -> the branch that its releases are built of: the first one's of its line."""
    loaded = {stack: load_environment(stack, config_dir) for stack in order(config_dir)}
    return branches_of({stack: each.promotion for stack, each in loaded.items() if isinstance(each, Environment)})


def branches_of(promotions: Mapping[str, Promotion]) -> dict[str, str]:
    """The same of what is loaded already, from first to last."""
    found: dict[str, str] = {}
    for stack, promotion in promotions.items():
        found[stack] = found[promotion.from_] if promotion.from_ else promotion.branch
    return found


def line(stack: str, config_dir: Path) -> list[str]:
    """The environments that a release passes on its way to this one, first to last, itself included."""
    passed = [stack]
    order(config_dir)
    while isinstance(loaded := load_environment(passed[0], config_dir), Environment) and loaded.promotion.from_:
        passed.insert(0, loaded.promotion.from_)
    return passed
