"""Surgical edits of a stack file: the few characters that must change do, every other byte stays.

libyaml finds where each value stands; the text itself is edited. A round trip through any YAML writer would
re-indent lists, re-wrap long lines or move comments somewhere, and a promotion that shows up in review as more than
its digests is one that nobody can check. After every edit the new text is read again and compared with the old
data, so a file this module does not understand is refused and never damaged.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode

from model import source

Scalar = str | int
Value = Scalar | Mapping[str, Scalar]


class StackYamlError(Exception):
    """The text cannot be read or cannot be edited safely. `line` counts from 1; 0 when no line is to blame."""

    def __init__(self, problem: str, line: int = 0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line


@dataclass(frozen=True)
class _Edit:
    start: int
    end: int
    text: str


def parse(text: str) -> dict[str, Any]:
    """The document as plain data, as YAML 1.2 has it; a file that is empty is an empty mapping."""
    return _mapping(YAML(typ="safe", pure=True).load, text)


def _mapping(load: Callable[[str], Any], text: str) -> dict[str, Any]:
    try:
        data = load(text)
    # ValueError: of a day that there is not, and of a number too long
    except (YAMLError, yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise StackYamlError(str(problem), mark.line + 1 if mark else 0) from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise StackYamlError(f"the document is a {type(data).__name__}, not a mapping")
    return data


def edit(text: str, changes: Mapping[str, Value | None]) -> str:
    """Set keys of the `config` mapping; None removes a key, a mapping replaces the whole mapping under its key."""
    now = _data(text)
    wanted = _expected(now, changes)
    result = text
    for key, value in changes.items():
        if wanted["config"].get(key) != (now.get("config") or {}).get(key):
            result = _apply(result, _edits(result, key, value))
    if _data(result) != wanted:
        raise StackYamlError("this layout cannot be edited safely (anchors, tags or merged keys?)")
    return result


@lru_cache(maxsize=16)
def _data(text: str) -> dict[str, Any]:
    """The document, only to be read, as the models have it: a move edits the same text twice, for its plan and for good."""
    return _mapping(source.load, text)


@lru_cache(maxsize=16)
def _root(text: str) -> Node | None:
    """The document's nodes, only to be read."""
    root: Node | None = yaml.compose(text, source.Fast)
    return root


def _expected(before: dict[str, Any], changes: Mapping[str, Value | None]) -> dict[str, Any]:
    config = dict(before.get("config") or {})
    for key, value in changes.items():
        if value is None:
            config.pop(key, None)
        else:
            config[key] = dict(value) if isinstance(value, Mapping) else value
    return {**before, "config": config}


def _apply(text: str, edits: list[_Edit]) -> str:
    for change in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        text = text[: change.start] + change.text + text[change.end :]
    return text


def _edits(text: str, key: str, value: Value | None) -> list[_Edit]:
    newline = "\r\n" if "\r\n" in text else "\n"
    config = _entry(_root(text), "config")
    if config is None:
        lead = "" if not text or text.endswith("\n") else newline
        return [_Edit(len(text), len(text), lead + "config:" + newline + _lines(2, {key: value}, newline))]
    config_key, mapping = config
    if not isinstance(mapping, MappingNode) or mapping.flow_style or not mapping.value:
        return _replaced_by_block(text, config_key, mapping, 2, {key: value}, newline)
    indent = mapping.value[0][0].start_mark.column
    found = _entry(mapping, key)
    if found is None:
        return [] if value is None else [_appended(text, mapping, _lines(indent, {key: value}, newline), newline)]
    key_node, node = found
    if value is None:
        return [_removed(text, key_node, node)]
    if isinstance(value, Mapping):
        return _mapping_edits(text, key_node, node, indent + 2, value, newline)
    return [_scalar(text, key_node, node, value)]


def _mapping_edits(
    text: str, key_node: Node, node: Node, indent: int, value: Mapping[str, Scalar], newline: str
) -> list[_Edit]:
    if not isinstance(node, MappingNode) or node.flow_style or not value:
        return _replaced_by_block(text, key_node, node, indent, value, newline)
    column = node.value[0][0].start_mark.column
    edits: list[_Edit] = []
    present = {child.value: (child, content) for child, content in node.value}
    for name, (child, content) in present.items():
        if name not in value:
            edits.append(_removed(text, child, content))
        elif not isinstance(content, ScalarNode) or content.value != str(value[name]):
            edits.append(_scalar(text, child, content, value[name]))
    missing = {name: content for name, content in value.items() if name not in present}
    if missing:
        edits.append(_appended(text, node, _lines(column, missing, newline), newline))
    return edits


def _entry(mapping: Node | None, key: str) -> tuple[Node, Node] | None:
    if isinstance(mapping, MappingNode):
        for key_node, value in mapping.value:
            if key_node.value == key:
                return key_node, value
    return None


def _scalar(text: str, key_node: Node, node: Node, value: Scalar) -> _Edit:
    start, end = _span(text, key_node, node)
    style = str(node.style or "") if isinstance(node, ScalarNode) else ""
    lead = " " if text[start - 1] == ":" else ""
    return _Edit(start, end, lead + _written(value, style))


def _replaced_by_block(
    text: str, key_node: Node, node: Node, indent: int, value: Mapping[str, Value | None], newline: str
) -> list[_Edit]:
    """Put a block where nothing, `{}` or a mapping in braces stood; a comment on the key's line stays there."""
    _, end = _span(text, key_node, node)
    colon = text.index(":", key_node.end_mark.index) + 1
    if not value:
        return [_Edit(colon, end, " {}")]
    line_end = _line_end(text, end)
    lead = "" if text[line_end - 1] == "\n" else newline
    return [_Edit(colon, end, ""), _Edit(line_end, line_end, lead + _lines(indent, value, newline))]


def _removed(text: str, key_node: Node, node: Node) -> _Edit:
    start = text.rfind("\n", 0, key_node.start_mark.index) + 1
    return _Edit(start, _line_end(text, _span(text, key_node, node)[1]), "")


def _appended(text: str, mapping: MappingNode, block: str, newline: str) -> _Edit:
    at = _line_end(text, _span(text, *mapping.value[-1])[1])
    lead = "" if text[at - 1] == "\n" else newline
    return _Edit(at, at, lead + block)


def _span(text: str, key_node: Node, node: Node) -> tuple[int, int]:
    """Where a value's own text begins and ends.

    libyaml marks the end of a block where the next token begins, behind comments and blank lines, and puts an empty
    value there altogether; both are found again from the last scalar or from the key's colon.
    """
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    if start < key_node.end_mark.index:
        raise StackYamlError("an alias stands here: write the value itself", key_node.start_mark.line + 1)
    if isinstance(node, ScalarNode):
        if start == end:
            start = end = text.index(":", key_node.end_mark.index) + 1
    elif isinstance(node, CollectionNode) and not node.flow_style and node.value:
        end = _block_end(text, node)
    return start, end


def _block_end(text: str, node: CollectionNode) -> int:
    last = node.value[-1]
    if isinstance(node, MappingNode):
        return _span(text, *last)[1]
    if isinstance(last, CollectionNode) and not last.flow_style and last.value:
        return _block_end(text, last)
    return int(last.end_mark.index)


def _line_end(text: str, index: int) -> int:
    """The start of the line after `index`; the index itself where a block scalar already ended its line."""
    if index > 0 and text[index - 1] == "\n":
        return index
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1


def _lines(indent: int, values: Mapping[str, Value | None], newline: str) -> str:
    lines: list[str] = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            lines.append(f"{' ' * indent}{key}:" + ("" if value else " {}"))
            lines.extend(f"{' ' * (indent + 2)}{name}: {_written(content)}" for name, content in value.items())
        elif value is not None:
            lines.append(f"{' ' * indent}{key}: {_written(value)}")
    return "".join(line + newline for line in lines)


def _written(value: Scalar, style: str = "") -> str:
    """A scalar in the quotes that stood there before, or in none where YAML would read it back as the same text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if style == '"' or not _is_plain(value):
        return '"' + "".join(_escaped(character) for character in value) + '"'
    return value


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() else f"\\U{ord(character):08x}"


@lru_cache(maxsize=1024)
def _is_plain(value: str) -> bool:
    """Whether YAML 1.2 and YAML 1.1 (where `yes` is true and 1:30 is 90) both read it as this text."""
    line = f"key: {value} # end"
    try:
        return value.isprintable() and parse(line) == yaml.safe_load(line) == {"key": value}
    except (StackYamlError, yaml.YAMLError, ValueError):
        return False
