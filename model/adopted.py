"""Whether what a stack says of resources that exist already fits its program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from model.errors import ConfigError, Problem
from model.stacks import NAMESPACE, stack_file


def check_adopted(stack: str, unknown: Sequence[str], ambiguous: Mapping[str, Sequence[str]]) -> None:
    """Refuses keys of `adopt` that no resource has, or several have."""
    file, key = stack_file(stack), f"{NAMESPACE}:adopt"
    problems = [
        Problem(file, f"{key}.{name}", "no resource of the stack has this name", "Take a name from 'slipway plan'.")
        for name in unknown
    ]
    problems += [
        Problem(file, f"{key}.{name}", f"{len(types)} resources have this name", f"Write one of {', '.join(types)}.")
        for name, types in ambiguous.items()
    ]
    if problems:
        raise ConfigError(*problems)
