"""What a stack stands on, seen to before anything is made: the shared stack, whose attestor and repository others name."""

from delivery.desk import Desk
from delivery.engines import Mode
from delivery.errors import Refused
from model.environment import Environment
from model.errors import ConfigError
from model.shared_rules import needed, shared_stacks, unmet
from model.stacks import AnyStack


def check(desk: Desk, stack: str, mode: Mode, loaded: AnyStack) -> None:
    """Refuse what would fail halfway. What the files say is held against each other for every engine; whether the shared
    stack is up, only where both keep their states in one place: else it would take rights in another project to know.

    Raises ConfigError and Refused.
    """
    if not isinstance(loaded, Environment) or mode not in ("up", "plan"):
        return
    common = shared_stacks(desk.place.config)
    problems = [problem for name, shared in common.items() for problem in unmet(stack, loaded, name, shared)]
    if problems:
        raise ConfigError(*problems)
    if mode == "plan":
        return
    refusals: list[tuple[str, str, str]] = []
    for name, shared in common.items():
        wanted = needed(loaded, shared)
        if not wanted or desk.engine.state_of(name) != desk.engine.state_of(stack):
            continue
        exports = desk.engine.outputs(name) or {}
        refusals += [
            ("shared-first", f"{stack} needs {what}, which {name} has not made yet", f"Run 'slipway up {name}' first.")
            for output, what in wanted.items()
            if exports.get(output) != what
        ]
    if refusals:
        raise Refused(f"bringing up {stack} is refused", refusals)
