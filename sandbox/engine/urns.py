"""URNs and provider references: how Pulumi spells a resource's identity."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.values import UNKNOWN

ROOT_TYPE = "pulumi:pulumi:Stack"
PROVIDER_PREFIX = "pulumi:providers:"


def build(stack: str, project: str, parent: str, type_: str, name: str) -> str:
    """The URN of a resource below `parent` (a URN or empty); the stack itself does not count as a parent type."""
    chain = ""
    if parent:
        above = qualified_type(parent)
        if above != ROOT_TYPE:
            chain = above + "$"
    return f"urn:pulumi:{stack}::{project}::{chain}{type_}::{name}"


def moved(urn: str, parent: str) -> str:
    """The URN of the same resource below another parent."""
    stack, project, _, name = _parts(urn)
    return build(stack.removeprefix("urn:pulumi:"), project, parent, type_of(urn), name)


def _parts(urn: str) -> list[str]:
    return urn.split("::", 3)


def qualified_type(urn: str) -> str:
    """The type with those of its parents before it, joined by `$`."""
    return _parts(urn)[2]


def type_of(urn: str) -> str:
    """The resource's own type."""
    return _parts(urn)[2].rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    """The resource's logical name, which may itself hold `::`."""
    return _parts(urn)[3]


def package_of(type_: str) -> str:
    """The package of a type token; for a provider's type the package that it serves."""
    if type_.startswith(PROVIDER_PREFIX):
        return type_.removeprefix(PROVIDER_PREFIX)
    return type_.split(":", 1)[0]


def is_provider(type_: str) -> bool:
    """Whether the type is that of a provider resource."""
    return type_.startswith(PROVIDER_PREFIX)


@dataclass(frozen=True)
class ProviderRef:
    """A provider instance: its resource's URN and ID."""

    urn: str
    id: str

    def __str__(self) -> str:
        return f"{self.urn}::{self.id}"

    @classmethod
    def parse(cls, text: str) -> ProviderRef:
        """The reference in a state or request; raises ValueError if it is none. An empty ID means unknown."""
        urn, separator, id_ = text.rpartition("::")
        if not separator or not urn.startswith("urn:pulumi:"):
            raise ValueError(f"not a provider reference: {text!r}")
        return cls(urn, id_ or UNKNOWN)


def is_default_provider(urn: str) -> bool:
    """Whether the URN is that of a provider the engine made by itself, which no count or display shows."""
    name = name_of(urn)
    return is_provider(type_of(urn)) and (name == "default" or name.startswith("default_"))
