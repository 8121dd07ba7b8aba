"""Reading YAML files, with errors that say where."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any

import yaml

from model.errors import ConfigError, Problem

SHOWN = 60
"""Characters of a value that a message repeats."""

BITS = 1024
"""Of a number: as many as a fraction may have. Python writes none down that has many more."""

DEEPEST = 100
"""Lists and maps in each other. libyaml ends the process at some ten thousand, Python gives up at some hundred."""

MOST = 100_000
"""Entries of lists and maps below a key, what aliases repeat counted as often as it stands there: a few letters can say billions."""

LONG = 20_000
"""Characters; a shorter text cannot be nested so deeply that libyaml fails."""

Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as fast where libyaml is there, as it is in PyYAML's own packages."""


class _Loader(Fast):
    """YAML in which a key may stand only once; a second one would silently win."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """What YAML takes for a number or a date and Python does not, such as 2026-02-30, is a mistake with a place."""
        try:
            found = super().construct_object(node, deep)
            if isinstance(found, int) and found.bit_length() > BITS:
                raise ValueError("it has too many digits")
            return found
        except (ValueError, LookupError, AttributeError):
            what = f"'{str(node.value)[:SHOWN]}' cannot be read as {node.tag.rpartition(':')[2]}"
            raise yaml.constructor.ConstructorError(None, None, what, node.start_mark) from None


def _mapping(loader: _Loader, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable):
            what = "a list or a map cannot be a key"
            raise yaml.constructor.ConstructorError(None, None, what, key_node.start_mark)
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
        loaded = load(text)
    except yaml.reader.ReaderError as error:
        what = f"the character U+{error.character:04X} cannot stand in YAML"
        raise ConfigError(Problem(name, _line(text, error.character), what, "Take it out.")) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        what = getattr(error, "problem", None) or "it is no YAML that can be read"
        raise ConfigError(Problem(name, where, str(what), "Correct the YAML there.")) from None
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise ConfigError(Problem(name, "", "it must be a mapping", "Write 'key: value' pairs."))
    if deep := [str(key) for key, value in loaded.items() if _deep(value)]:
        what, remedy = (
            f"more than {DEEPEST} lists and maps stand in each other",
            "Write fewer; an alias of itself is endless.",
        )
        raise ConfigError(*(Problem(name, key, what, remedy) for key in deep))
    counted: dict[int, int] = {}
    if "&" in text and (many := [str(key) for key, value in loaded.items() if _count(value, counted) > MOST]):
        what = f"with what aliases repeat it has more than {MOST} entries"
        raise ConfigError(*(Problem(name, key, what, "Write it without aliases of aliases.") for key in many))
    return {str(key): value for key, value in loaded.items()}


def load(text: str) -> Any:
    """What a YAML text says. Raises YAMLError where it is broken."""
    if len(text) > LONG:
        _check_depth(text)
    try:
        return yaml.load(text, _Loader)
    except RecursionError:
        _check_depth(text)
        raise yaml.YAMLError from None


def _check_depth(text: str) -> None:
    """Raises YAMLError where lists and maps stand too deeply in each other. Events are read one after the other, at any depth."""
    depth = 0
    for event in yaml.parse(text, Fast):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            what = f"more than {DEEPEST} lists and maps stand in each other"
            mark: Any = event.start_mark
            raise yaml.composer.ComposerError(None, None, what, mark)


def _deep(value: Any) -> bool:
    """Whether lists and maps stand too deeply in what was read; each is looked at once a level, however often it stands there."""
    level = {id(value): value}
    for _ in range(DEEPEST):
        inner = [each for holder in level.values() if isinstance(holder, (dict, list)) for each in _within(holder)]
        level = {id(each): each for each in inner if isinstance(each, (dict, list))}
        if not level:
            return False
    return True


def _count(value: Any, counted: dict[int, int]) -> int:
    """How many entries there are in what was read; each is looked at once, however often it stands there."""
    if not isinstance(value, (dict, list)):
        return 1
    if id(value) not in counted:
        counted[id(value)] = 1 + sum(_count(each, counted) for each in _within(value))
    return counted[id(value)]


def _within(holder: dict[Any, Any] | list[Any]) -> Iterable[Any]:
    return holder.values() if isinstance(holder, dict) else holder


def _line(text: str, character: int) -> str:
    """Where a character stands first: libyaml counts bytes, and Python's own reader characters."""
    return f"line {text[: text.find(chr(character))].count(chr(10)) + 1}"
