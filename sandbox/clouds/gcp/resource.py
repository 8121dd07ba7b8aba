"""How a resource type is described: what one file per Google API declares and the rest of this package applies.

Property paths are Pulumi's names joined by dots, without list indices: `secondaryIpRanges.ipCidrRange` speaks of every
element. Types and required properties are not repeated here: they come from the SDK's own classes (`shapes.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.clouds.world import Entity, Snapshot, Transaction

Properties = dict[str, Any]
UNSET = object()


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What is known of one property beyond its type.

    `replace`: a change makes a new resource. `default`: filled in by Check where the program says nothing. `kept`:
    optional, and the cloud chooses: leaving it out changes nothing. `unordered`: a set. `values`: an enumeration.
    `pattern`: must match whole. `low`, `high`: bounds of a number. `length`: largest number of characters or elements.
    `link`: name, path and URL of the same thing are equal. `fold`: upper and lower case are equal.
    """

    replace: bool = False
    default: Any = UNSET
    kept: bool = False
    unordered: bool = False
    values: tuple[str, ...] = ()
    pattern: str = ""
    low: float | None = None
    high: float | None = None
    length: int | None = None
    link: bool = False
    fold: bool = False


Rules = Mapping[str, Rule]


@dataclass(frozen=True, kw_only=True)
class Table:
    """What is known of a type's properties, and of pairs and groups of them.

    `source` is the file of the Terraform provider (google-beta 8.0) below `services/` that Pulumi's provider is built
    from: ForceNew, Default, Computed and validation were read there; name rules beyond those are the API's.
    `one_of`: groups of which exactly one must be given, `any_of`: at least one, `conflicts`: pairs that exclude each
    other, `needs`: pairs of which the first requires the second.
    """

    source: str
    properties: Rules = field(default_factory=dict)
    one_of: tuple[tuple[str, ...], ...] = ()
    any_of: tuple[tuple[str, ...], ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    needs: tuple[tuple[str, str], ...] = ()


def under(prefix: str, rules: Rules) -> Rules:
    """The same rules for an object that stands inside another."""
    return {f"{prefix}.{path}": rule for path, rule in rules.items()}


@dataclass(frozen=True)
class AutoName:
    """Which property gets `<resource name>-<7 hexadecimal digits>` where the program gives none, and its limit."""

    property: str = "name"
    limit: int = 255
    lower: bool = False


@dataclass(frozen=True)
class Parent:
    """A thing that must exist first, where the property names one. `template` makes an id of a bare name.

    `owns`: it is the container of this one; it cannot go first, unless this one goes with it (`cascade`).
    """

    property: str
    type: str
    template: str
    owns: bool = False


@dataclass(frozen=True)
class User:
    """Another type whose entities keep this one from being deleted, and the property that names it.

    `of`: the property names not this one but the thing that this one names there.
    """

    type: str
    property: str
    of: str = ""


@dataclass(frozen=True)
class Quota:
    """How many may exist at once in a project that was given no more. `source` is the page of such limits; where that names
    no number for all projects, the limit is an `estimate`, for the reason that stands there."""

    limit: int
    source: str
    estimate: str = ""


@dataclass(frozen=True)
class Draft:
    """A resource in the making: what a type's hooks may look at.

    `id` is the full name in the world, `serial` counts the resources that have had this name, so that a recreated one
    differs, `created` is in seconds since the epoch, `before` are the outputs it had, empty when it is new.
    """

    tx: Snapshot
    inputs: Properties
    id: str
    project: str
    location: str
    serial: int
    created: float
    before: Properties

    @property
    def name(self) -> str:
        """The last part of the id."""
        return self.id.rsplit("/", 1)[-1]

    def get(self, key: str, otherwise: Any) -> Any:
        """What the program says, else what the cloud chose when it was made, else what it chooses now."""
        return self.inputs.get(key, self.before.get(key, otherwise))

    @property
    def unique(self) -> str:
        """What generated values are made from: no two resources ever have the same."""
        return f"{self.id}#{self.serial}"


Outputs = Callable[[Draft], Properties]


def _nothing(draft: Draft) -> Properties:
    return {}


@dataclass(frozen=True, kw_only=True, eq=False)
class ResourceType:
    """One emulated type: its names, its surroundings, and hooks for what tables cannot say.

    Names: `identity` is the full name in the world, `id` what Pulumi gets where that differs; both are templates over
    project, location, inputs and outputs, where `{x_name}` is the last part of `x`, `blank` fields may be empty and the
    `assigned` one is numbered by the cloud. `location` names the property that falls back to the provider's region or
    zone, `labels` that of the labels. `projectless`: there is no property `project`, it is in its owner's.
    `settled`: it stays in its project where the provider's changes (no DefaultProviderProject in the source). `sensitive`:
    outputs that the provider marks secret where its SDK does not.

    Life: `cascade`: it goes with its owner, and is in its project. `shared`: making it again is no error (a grant).
    `reuse_after`: seconds until a deleted name may be used again.

    Hooks: `outputs` computes what only the cloud knows; `computed` lists those properties (paths where only
    a part of an object is computed), which are unknown while planning save what `planned` tells from the fields. `check` finds what is wrong between inputs, `admit` what the
    cloud refuses in view of what exists; `unready` says why it does not come to life (a new one is refused then, a changed one
    stays changed and is not well), or nothing. `replaces` names properties that replace for their values' sake, `same`
    changed paths that the provider takes for equal. `protected` says by the outputs why it may not be deleted; `made`
    and `deleted` do what follows in the cloud. Their docstrings are lines of docs/reference/sandbox-coverage.md: what
    must hold (`check`), when it happens (`admit`, `unready`, `replaces`, `same`, `protected`), what happens (`made`, `deleted`).
    """

    token: str
    table: Table
    identity: str
    id: str = ""
    autoname: AutoName | None = None
    location: str = ""
    labels: str = ""
    parents: tuple[Parent, ...] = ()
    used_by: tuple[User, ...] = ()
    cascade: bool = False
    projectless: bool = False
    settled: bool = False
    shared: bool = False
    delete_before_replace: bool = False
    reuse_after: float = 0.0
    quota: Quota | None = None
    computed: tuple[str, ...] = ()
    outputs: Outputs = _nothing
    planned: Callable[[Mapping[str, str]], Properties] | None = None
    check: Callable[[Properties], list[tuple[str, str]]] | None = None
    admit: Callable[[Draft], None] | None = None
    unready: Callable[[Draft], str] | None = None
    same: Callable[[Properties, Properties], list[str]] | None = None
    replaces: Callable[[Properties, Properties], list[str]] | None = None
    protected: Callable[[Properties], str | None] | None = None
    made: Callable[[Transaction, Entity], None] | None = None
    deleted: Callable[[Transaction, Entity], None] | None = None
    blank: tuple[str, ...] = ()
    assigned: str = ""
    sensitive: tuple[str, ...] = ()

    @property
    def package(self) -> str:
        """The SDK's package, `gcp`."""
        return self.token.split(":", 1)[0]

    @property
    def module(self) -> str:
        """The SDK's module, `pubsub`."""
        return self.token.split(":")[1].split("/")[0]

    @property
    def kind(self) -> str:
        """The SDK's class, `Topic`."""
        return self.token.rsplit(":", 1)[1]
