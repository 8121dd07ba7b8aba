"""The pins of a stack: which digests it shall run, from which release, and whose migrations its database has.

A promotion changes these three keys of `Pulumi.<stack>.yaml` and nothing else in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from delivery import stack_yaml
from delivery.atomic import replace_text
from model.errors import ConfigError, Problem
from model.stacks import NAMESPACE, load_environment, stack_file

IMAGES = f"{NAMESPACE}:images"
RELEASE = f"{NAMESPACE}:release"
MIGRATED = f"{NAMESPACE}:migrated"


@dataclass(frozen=True)
class Pins:
    """What a stack file pins. No images means that nothing was ever released there."""

    images: Mapping[str, str] = field(default_factory=dict)
    release: str | None = None
    migrated: str | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Pins":
        """What `as_json` wrote; nothing pinned where it is empty."""
        return cls(dict(data.get("images") or {}), data.get("release"), data.get("migrated"))

    def as_json(self) -> dict[str, Any]:
        """As ledger and `--json` show it."""
        return {"release": self.release, "migrated": self.migrated, "images": dict(sorted(self.images.items()))}


def read(stack: str, config_dir: Path) -> Pins:
    """The pins of a stack's file, which is checked as a whole. Raises ConfigError."""
    loaded = load_environment(stack, config_dir)
    return Pins(
        dict(getattr(loaded, "images", {})), getattr(loaded, "release", None), getattr(loaded, "migrated", None)
    )


def repin(text: str, pins: Pins) -> str:
    """The file's text with these pins; every byte that is no pin stays."""
    changes: dict[str, stack_yaml.Value | None] = {IMAGES: pins.images, RELEASE: pins.release, MIGRATED: pins.migrated}
    return stack_yaml.edit(text, changes)


def write(stack: str, config_dir: Path, pins: Pins) -> None:
    """Change the pins of a stack's file. A kill at any moment leaves the old file or the new one."""
    path = config_dir / stack_file(stack)
    text = read_text(path)
    try:
        changed = repin(text, pins)
    except stack_yaml.StackYamlError as error:
        where = f"line {error.line}" if error.line else IMAGES
        raise ConfigError(Problem(path.name, where, error.problem, "Write the pins as plain nested keys.")) from None
    if changed != text:
        replace_text(path, changed)


def read_text(path: Path) -> str:
    """The file as it stands, line ends included. Raises ConfigError where there is none."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        raise ConfigError(Problem(path.name, "", f"there is no such file in {path.parent}", "Create it.")) from None
