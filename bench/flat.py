"""The program that somebody without components would have written: the same resources in one long function.

It is written from a recording. Each resource is made by the SDK's own class, with the same options. What needs another
resource is an Output of that resource, joined to text where that is what it was; a text that is used twice is made once.
Nested inputs are plain maps, the cheapest form that the SDK takes.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from pulumi import _types

from bench.recording import Recording, Registration
from sandbox.values import Value, is_secret, unwrap

SHORTEST = 10
"""Texts shorter than this are not looked for inside others: they would be found by chance."""

HEAD = '''"""Written by the bench from what {stack} registers."""

import pulumi
from pulumi import Alias, CustomTimeouts, Output, ResourceOptions


def after(value, *resources):
    return Output.all(value, [resource.id for resource in resources]).apply(lambda known: known[0])


'''
DRAWN = re.compile(
    r"""[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12} | (?<=-)[0-9a-f]{7,8}(?![0-9a-z]) | [0-9a-f]{32}  # UUIDs, names, hashes
    | \b[0-9]{9,}\b | \b[0-9]{1,3}(\.[0-9]{1,3}){3}\b | (?<=[/.])[0-9]+\b  # numbers and addresses
    | (?<=-----BEGIN\ CERTIFICATE-----).+?(?=-----END)""",
    re.VERBOSE,
)
"""What Pulumi and the clouds draw: it is another in every run."""


def write(recording: Recording, project: Path, folder: Path, stack: str) -> None:
    """A project in this folder that registers what is recorded; `project` gives its Pulumi.yaml."""
    folder.mkdir(parents=True)
    module = f"flat_{stack.replace('-', '_')}"
    (folder / "Pulumi.yaml").write_text(project.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "__main__.py").write_text(f"import {module}\n\n{module}.main()\n", encoding="utf-8")
    (folder / f"{module}.py").write_text(HEAD.format(stack=stack) + _Writer(recording).source(), encoding="utf-8")


class _Writer:
    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._lines: list[str] = []
        self._variables: dict[str, str] = {}
        """URN -> variable."""
        self._texts: dict[str, dict[str, str]] = {}
        """URN -> what its outputs say, and the expression that says it."""
        self._joined: dict[str, tuple[str, frozenset[str]]] = {}
        """Text -> the variable that it was joined in, and the URNs that it waits for."""

    def source(self) -> str:
        imports: dict[tuple[str, str], str] = {}
        for number, each in enumerate(self._recording.registrations):
            if not each.custom:
                continue
            kind = imports.setdefault((each.module, each.name_of_class), f"{each.name_of_class}{len(imports)}")
            variable = f"r{number}"
            arguments = ", ".join([repr(each.name), *self._arguments(each)])
            self._lines.append(f"{variable} = {kind}({arguments})")
            self._variables[each.urn] = variable
            self._texts[each.urn] = dict(_said(each, variable))
        everything = set(self._texts)
        for key, value in self._recording.exports.items():
            self._lines.append(f"pulumi.export({key!r}, {_Property(self, everything, whole=True).written(value)})")
        head = [f"from {module} import {name} as {alias}" for (module, name), alias in imports.items()]
        return "\n".join([*head, "", "", "def main():", *(f"    {line}" for line in self._lines), ""])

    def _arguments(self, each: Registration) -> Iterator[str]:
        names = _python_names(each)
        for key, value in each.inputs.items():
            if key in ("apiVersion", "kind") and each.name_of_class != "CustomResource":
                continue
            needs = set(each.needs.get(key, ()))
            first = _Property(self, needs)
            first.written(value)
            yield f"{names.get(key, _snake(key))}={_Property(self, needs, missing=needs - first.used).complete(value)}"
        if options := list(self._options(each)):
            yield f"opts=ResourceOptions({', '.join(options)})"

    def _options(self, each: Registration) -> Iterator[str]:
        if each.after:
            yield f"depends_on=[{', '.join(self._variables[urn] for urn in each.after)}]"
        if each.provider:
            yield f"provider={self._variables[each.provider]}"
        said = each.options
        for key in ("protect", "ignoreChanges", "retainOnDelete", "replaceOnChanges"):
            if key in said:
                yield f"{_snake(key)}={said[key]!r}"
        if "deleteBeforeReplace" in said:
            yield "delete_before_replace=True"
        if names := [alias["spec"]["name"] for alias in said.get("aliases", ()) if "name" in alias["spec"]]:
            # Aliases by type are the SDK's own, for both programs.
            yield f"aliases=[{', '.join(f'Alias(name={name!r})' for name in names)}]"
        if timeouts := said.get("customTimeouts"):
            yield f"custom_timeouts=CustomTimeouts({', '.join(f'{key}={timeouts[key]!r}' for key in timeouts)})"

    def variable(self, urn: str) -> str:
        return self._variables[urn]

    def said(self, urn: str) -> dict[str, str]:
        return self._texts.get(urn, {})

    def joined(self, text: str) -> tuple[str, frozenset[str]] | None:
        return self._joined.get(text)

    def join(self, text: str, parts: list[str], used: Collection[str]) -> str:
        variable = f"t{len(self._lines)}"
        self._lines.append(f"{variable} = Output.concat({', '.join(parts)})")
        self._joined[text] = variable, frozenset(used)
        return variable


class _Property:
    """One property being written: `needs` are the URNs that it waits for, `used` those that it refers to so far.

    What is `missing` is waited for by the first reference. `whole` finds only texts that are one output.
    """

    def __init__(
        self, writer: _Writer, needs: Collection[str], missing: Collection[str] = (), whole: bool = False
    ) -> None:
        self._writer = writer
        self._needs = needs
        self._missing = sorted(missing)
        self._whole = whole
        self.used: set[str] = set()

    def complete(self, value: Value) -> str:
        text = self.written(value)
        return self._waiting(text) if self._missing else text

    def written(self, value: Value) -> str:
        if is_secret(value):
            return f"Output.secret({self.written(value['value'])})"
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key!r}: {self.written(item)}" for key, item in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self.written(item) for item in value) + "]"
        return self._text(value) if isinstance(value, str) else repr(value)

    def _text(self, text: str) -> str:
        for urn in self._needs:
            if text in self._writer.said(urn):
                self.used.add(urn)
                return self._waiting(self._writer.said(urn)[text])
        if (known := self._writer.joined(text)) and known[1] <= set(self._needs):
            self.used |= known[1]
            return self._waiting(known[0])
        if self._whole:
            return repr(text)
        parts, used = self._parts(text)
        if not used:
            return repr(text)
        self.used |= used
        return self._waiting(self._writer.join(text, parts, used))

    def _parts(self, text: str) -> tuple[list[str], set[str]]:
        """The text in pieces, longest references first."""
        if not text:
            return [], set()
        found = [
            (said, expression, urn)
            for urn in self._needs
            for said, expression in self._writer.said(urn).items()
            if len(said) >= SHORTEST and said in text
        ]
        if not found:
            return [repr(text)], set()
        said, expression, urn = max(found, key=lambda each: len(each[0]))
        left, _, right = text.partition(said)
        before, more = self._parts(left)
        behind, yet_more = self._parts(right)
        return [*before, expression, *behind], {urn, *more, *yet_more}

    def _waiting(self, expression: str) -> str:
        if not self._missing:
            return expression
        resources = ", ".join(self._writer.variable(urn) for urn in self._missing)
        self._missing = []
        return f"after({expression}, {resources})"


def _said(each: Registration, variable: str) -> Iterator[tuple[str, str]]:
    """Text -> expression; of several the one that a person would choose: the id, else the shallowest."""
    names = _python_names(each)
    found: list[tuple[int, str, str]] = [(0, each.id, f"{variable}.id")]
    if not names:
        # Of custom resources of Kubernetes the SDK knows the id only, which ends with the name.
        found.append((1, each.id.rpartition("/")[2], f'{variable}.id.apply(lambda id: id.rpartition("/")[2])'))
    for key, value in each.outputs.items():
        if key in names:
            found += _leaves(unwrap(value), f"{variable}.{names[key]}", 1)
    for _, text, expression in sorted(found, key=lambda leaf: -leaf[0]):
        if text:
            yield text, expression


def _leaves(value: Value, expression: str, depth: int) -> Iterator[tuple[int, str, str]]:
    if isinstance(value, str):
        yield depth, value, expression
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{expression}[{index}]", depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            # The keys of labels and the like are no Python names.
            if key.isidentifier():
                yield from _leaves(item, f"{expression}.{_snake(key)}", depth + 1)


def _python_names(each: Registration) -> dict[str, str]:
    kind: Any = importlib.import_module(each.module)
    for part in each.name_of_class.split("."):
        kind = getattr(kind, part)
    return _types.resource_pulumi_to_py_names(kind)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: f"_{match[1].lower()}", name)


def differences(ours: Recording, flat: Recording) -> list[str]:
    """What one program registers otherwise than the other, in words; what is drawn does not count."""
    first, second = _plain(ours), _plain(flat)
    found = [f"{key}: only in one of them" for key in sorted(first.keys() ^ second.keys())]
    for key in sorted(first.keys() & second.keys()):
        found += [
            f"{key}, {part}: {said}, by hand {second[key][part]}"
            for part, said in first[key].items()
            if said != second[key][part]
        ]
    return found


def _plain(recording: Recording) -> dict[str, dict[str, Any]]:
    return {
        _short(each.urn): {
            "inputs": DRAWN.sub("#", json.dumps(each.inputs, sort_keys=True)),
            "options": each.options,
            "provider": _short(each.provider),
            "after": sorted(map(_short, each.after)),
            "needs": {key: sorted(map(_short, urns)) for key, urns in each.needs.items() if urns},
        }
        for each in recording.registrations
        if each.custom
    } | {"exports": {"keys": sorted(recording.exports)}}


def _short(urn: str) -> str:
    kind, _, name = urn.partition("::")[2].partition("::")[2].rpartition("::")
    return f"{kind.rpartition('$')[2]} {name}"
