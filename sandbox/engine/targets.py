"""The part of a stack that a run is limited to, as with Pulumi's `--target` and `--target-dependents`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from sandbox.engine import urns
from sandbox.engine.resource import Resource
from sandbox.engine.urns import ProviderRef


def needs(resource: Resource) -> Iterator[str]:
    """URNs of all that the resource needs, its provider among them."""
    yield from resource.needs()
    if resource.provider:
        yield ProviderRef.parse(resource.provider).urn


class Targets:
    """URNs, with `*` for a part of one and `**` for any text; without any, everything is meant.

    With `dependents`, what depends on a target is one too. Providers and the stack itself always are, when the program
    registers them. The caller guards against use by several threads.
    """

    def __init__(self, wanted: Sequence[str] = (), dependents: bool = False) -> None:
        self.dependents = dependents
        self.skipped: set[str] = set()
        """What the program wants and the run does not make."""
        self._literals = tuple(urn for urn in wanted if "*" not in urn)
        self._patterns = [_pattern(urn) for urn in wanted if "*" in urn]
        self._implied: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._literals or self._patterns)

    def named(self, urn: str) -> bool:
        """Whether the caller asked for this very resource."""
        return not self or urn in self._literals or any(pattern.fullmatch(urn) for pattern in self._patterns)

    def include(self, resource: Resource, recreated: bool) -> bool:
        """Whether the run concerns a resource that the program registers; the answer counts for its dependents.

        Not for those of one that went before what it needs was replaced: Pulumi leaves them alone.
        """
        asked = self.named(resource.urn) or (
            self.dependents and any(urn in self._implied or self.named(urn) for urn in needs(resource))
        )
        if asked and not recreated:
            self._implied.add(resource.urn)
        return asked or urns.is_provider(resource.type) or resource.type == urns.ROOT_TYPE

    def closure(self, resources: Sequence[Resource], needed: Callable[[Resource], Iterable[str]] = needs) -> set[str]:
        """The targets among the resources of a state and all that depend on them, which must go when they go."""
        found: set[str] = set()
        for resource in resources:
            if self.named(resource.urn) or any(urn in found for urn in needed(resource)):
                found.add(resource.urn)
        return found

    def missing(self, known: Collection[str]) -> list[str]:
        """What to say of each target that is not among the known URNs."""
        hint = " Did you forget to escape $ in your shell?"
        return [
            f"Target '{urn}' could not be found in the stack.{'' if '$' in urn else hint}"
            for urn in self.unknown(known)
        ]

    def unknown(self, known: Collection[str]) -> list[str]:
        """Targets that are not among the known URNs."""
        return [urn for urn in self._literals if urn not in known]


def _pattern(text: str) -> re.Pattern[str]:
    parts = ("[^:]*".join(map(re.escape, part.split("*"))) for part in text.split("**"))
    return re.compile(".*".join(parts), re.DOTALL)
