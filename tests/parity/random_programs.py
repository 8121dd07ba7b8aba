"""Random small programs with a sequence of edits and runs: the same for a seed, each time.

Nothing in them is read or imported, and each resource waits for the one before: the written programs have what is missing here.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import get_args

from tests.parity.step import Mode, Step

TYPES = {"Thing": "test:index:Thing", "Box": "test:index:Box", "Provider": "pulumi:providers:test"}
INPUTS = {
    "Thing": {
        "size": ("1", "2", "3", "{Thing}.size"),
        "kind": ("'x'", "'y'", "{Thing}.address", "{Thing}.address"),
        "zone": ("'x'", "'y'", "'z'", "{Thing}.address", "{Thing}.address"),
        "parts": ("[1]", "[{Thing}.address]", "[2, {Thing}.size]"),
        "password": ("pulumi.Output.secret('p')", "pulumi.Output.secret({Thing}.address)"),
        "name": ("'{new}'",),
    },
    "Box": {"value": ("1", "{Thing}.address")},
    "Provider": {"account": ("'m'", "'n'"), "region": ("'u'", "'v'", "{Thing}.address")},
}
"""What a property may be, as text; the more there are, the more often it is. A kind in braces is one of those that come before."""
_BOUND = {"depends_on": ("[{any}]",) * 2, "deleted_with": ("{Thing}",) * 4, "replace_with": ("[{Thing}]",) * 4}
_ANY = {
    "protect": ("False", "False", "True"),
    "retain_on_delete": ("True",),
    "replace_on_changes": ("['size']", "['name', 'value']", "['parts[0]']", "['*']"),
    "replacement_trigger": ("1", "2"),
    **_BOUND,
}
OPTIONS = {
    "Thing": {
        "provider": ("{Provider}",),
        "ignore_changes": ("['size']", "['*']", "['kind', 'parts[0]']"),
        "delete_before_replace": ("True", "False"),
        "additional_secret_outputs": ("['address']",),
        "custom_timeouts": ("pulumi.CustomTimeouts(create='1m')",),
        **_ANY,
    },
    "Box": {"providers": ("[{Provider}]",), **_ANY},
    "Provider": {"depends_on": ("[{any}]",)},
}
FAILURES = ("'create'", "'update'", "'delete'", "'init'")
HEAD = """
class Box(pulumi.ComponentResource):
    def __init__(self, name, props, opts=None):
        super().__init__("test:index:Box", name, props, opts)
        self.register_outputs({})
async def main(_):
"""
TAIL = "    pass\npulumi.Output.from_input(0).apply(main)\n"


@dataclass
class Part:
    """A resource of the program: the variable that the others know it by, its name, inputs and options as text."""

    variable: str
    kind: str
    name: str
    parent: Part | None = None
    inputs: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    aliases: list[str] = field(default_factory=list)

    @property
    def types(self) -> str:
        """Its type behind those of its parents."""
        return (f"{self.parent.types}$" if self.parent else "") + TYPES[self.kind]

    def needs(self, other: Part) -> bool:
        """Whether the other one must come before."""
        texts = (*self.inputs.values(), *self.options.values(), *self.aliases)
        return self.parent is other or any(re.search(rf"\b{other.variable}\b", text) for text in texts)

    def forget(self, other: Part) -> None:
        """Need the other one no more."""
        if self.parent is other:
            self.parent = None
        for texts in (self.inputs, self.options):
            for key in [key for key, text in texts.items() if re.search(rf"\b{other.variable}\b", text)]:
                del texts[key]
        self.aliases = [text for text in self.aliases if not re.search(rf"\b{other.variable}\b", text)]

    def text(self) -> str:
        """The statement that makes it. The next one waits for it, so that a failure leaves the same each time."""
        options = dict(self.options)
        if self.parent:
            options["parent"] = self.parent.variable
        if self.aliases:
            options["aliases"] = f"[{', '.join(self.aliases)}]"
        inputs = ", ".join(f'"{key}": {text}' for key, text in self.inputs.items())
        given = ", ".join(f"{key}={text}" for key, text in options.items())
        made = f'{self.kind}("{self.name}", {{{inputs}}}, Opts({given}))'
        return f"    {self.variable} = {made}\n    await {self.variable}.urn.future()\n"


class Programs:
    """A program that changes."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.parts: list[Part] = []
        self._made = 0

    def steps(self) -> Iterator[Step]:
        """Bring the program up, then edit and run it a few times."""
        for _ in range(self.random.randint(4, 8)):
            self._add()
        yield self._step("up")
        for _ in range(self.random.randint(4, 6)):
            self._settle()
            limited = self._chance(0.3)
            for _ in range(self.random.randint(2, 5)):
                self._edit(limited)
            mode = self.random.choices(get_args(Mode), [3, 14, 2, 2, 1])[0]
            yield self._step(mode, limited)

    def _step(self, mode: Mode, limited: bool = False) -> Step:
        body = HEAD + "".join(part.text() for part in self.parts) + TAIL
        names = [part.inputs["name"].strip("'") for part in self.parts if "name" in part.inputs]
        drift = {f"id-{name}": {"name": name, "size": 7} if self._chance(0.7) else None for name in names}
        if mode not in ("refresh", "look") or self._chance(0.5):
            drift = {}
        some = self.random.sample(self.parts, min(len(self.parts), self.random.randint(1, 3)))
        chosen = tuple(f"{part.types}::{part.name}" for part in some) if limited else ()
        if mode in ("plan", "up") and self._chance(0.3):
            return Step(mode, body, replaces=chosen)
        return Step(mode, body, drift, targets=chosen, dependents=self._chance(0.4))

    def _settle(self) -> None:
        """Most of what was to fail is to work again, and what was renamed needs no alias any more."""
        for part in self.parts:
            if self._chance(0.6):
                part.inputs.pop("fail", None)
            if self._chance(0.6):
                part.aliases.clear()

    def _edit(self, limited: bool) -> None:
        edits = {self._change: 40, self._option: 10, self._add: 6, self._drop: 6, self._break: 8}
        if not limited:
            # With targets, the CLI writes twice what it leaves out and what has moved.
            edits |= {self._rename: 8, self._reparent: 8, self._move: 4}
        self.random.choices(list(edits), list(edits.values()))[0]()

    def _add(self) -> None:
        place = self.random.randint(0, len(self.parts))
        kind = self.random.choices(list(TYPES), [8, 1, 2])[0]
        part = Part(f"v{self._made}", kind, self._new())
        self.parts.insert(place, part)
        parents = [other for other in self.parts[:place] if other.kind != "Provider"]
        if kind != "Provider" and parents and self._chance(0.3):
            part.parent = self.random.choice(parents)
        for _ in range(self.random.randint(1, 4)):
            self._set(part, part.inputs, INPUTS[kind])
        for _ in range(self.random.randint(1, 4)):
            self._set(part, part.options, OPTIONS[kind])

    def _change(self) -> None:
        if part := self._any():
            self._set(part, part.inputs, INPUTS[part.kind])

    def _option(self) -> None:
        if part := self._any():
            self._set(part, part.options, OPTIONS[part.kind])

    def _drop(self) -> None:
        if part := self._any():
            self.parts.remove(part)
            for other in self.parts:
                other.forget(part)

    def _rename(self) -> None:
        if part := self._any():
            part.aliases.append(f'pulumi.Alias(name="{part.name}")')
            part.name = self._new()

    def _reparent(self) -> None:
        part = self._any()
        if part is None or part.kind == "Provider":
            return
        old = part.parent.variable if part.parent else "pulumi.ROOT_STACK_RESOURCE"
        before = [other for other in self.parts[: self.parts.index(part)] if other.kind != "Provider"]
        part.parent = self.random.choice([None, *before])
        part.aliases.append(f"pulumi.Alias(parent={old})")

    def _move(self) -> None:
        if part := self._any():
            self.parts.remove(part)
            first = max((at for at, other in enumerate(self.parts) if part.needs(other)), default=-1) + 1
            last = min((at for at, other in enumerate(self.parts) if other.needs(part)), default=len(self.parts))
            self.parts.insert(self.random.randint(first, last), part)

    def _break(self) -> None:
        part = self._any()
        if part is not None and part.kind == "Thing":
            part.inputs["fail"] = self.random.choice(FAILURES)

    def _any(self) -> Part | None:
        return self.random.choice(self.parts) if self.parts else None

    def _set(self, part: Part, texts: dict[str, str], choices: dict[str, tuple[str, ...]]) -> None:
        """Give one of the choices, or take it away."""
        key = self.random.choices(list(choices), [len(texts) for texts in choices.values()])[0]
        texts.pop(key, None)
        if self._chance(0.1):
            return
        text = self.random.choice(choices[key])
        before = self.parts[: self.parts.index(part)]
        for kind in re.findall(r"\{(\w+)\}", text):
            fitting = [other.variable for other in before if kind in (other.kind, "any")]
            found = self._new() if kind == "new" else self.random.choice(fitting) if fitting else ""
            text = text.replace(f"{{{kind}}}", found)
            if not found:
                return
        texts[key] = text

    def _new(self) -> str:
        self._made += 1
        return f"n{self._made}"

    def _chance(self, part: float) -> bool:
        return self.random.random() < part
