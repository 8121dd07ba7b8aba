"""Reading YAML files, with errors that say where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from model.errors import ConfigError, Problem

_Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as fast where libyaml is there, as it is in PyYAML's own packages."""


class _Loader(_Fast):
    """YAML in which a key may stand only once; a second one would silently win."""


def _mapping(loader: _Loader, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"the key '{key}' stands twice", key_node.start_mark)
        seen.add(key)
    return yaml.SafeLoader.construct_mapping(loader, node, deep)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_mapping(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file; refuses a file that is missing, broken, or holds something else."""
    return mapping(path.name, read(path))


def read(path: Path) -> str:
    """A file's text; refuses one that is missing or is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(Problem(path.name, "", f"there is no such file in {path.parent}", "Create it.")) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(Problem(path.name, "", f"it cannot be read ({error})", "Save it as UTF-8 text.")) from None


def mapping(name: str, text: str) -> dict[str, Any]:
    """The mapping in a YAML text, which is that of the file `name`; refuses one that is broken or holds something else."""
    try:
        loaded = yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        what = getattr(error, "problem", None) or "it is not YAML"
        raise ConfigError(Problem(name, where, str(what), "Correct the YAML there.")) from None
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise ConfigError(Problem(name, "", "it must be a mapping", "Write 'key: value' pairs."))
    return {str(key): value for key, value in loaded.items()}
