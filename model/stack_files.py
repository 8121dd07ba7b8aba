"""Which stacks there are: each has a file in the config folder."""

from __future__ import annotations

from pathlib import Path


def stack_file(stack: str) -> str:
    """The name of a stack's file."""
    return f"Pulumi.{stack}.yaml"


def stacks(config_dir: Path) -> list[str]:
    """The stacks that have a file, by name. `pr`, the template of previews, is none."""
    found = sorted(path.name[len("Pulumi.") : -len(".yaml")] for path in config_dir.glob("Pulumi.*.yaml"))
    return [stack for stack in found if stack != "pr"]
