"""What a rule is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from policies.resource import Resource
from policies.settings import Settings

Level = Literal["mandatory", "advisory"]
"""A mandatory rule refuses, an advisory one warns."""

GKE = "CIS GKE Benchmark 1.6.0"
KUBERNETES = "CIS Kubernetes V1.24 Benchmark 1.0.0"
STANDARDS = "Kubernetes Pod Security Standards, restricted"
"""https://kubernetes.io/docs/concepts/security/pod-security-standards/"""

Check = Callable[[Resource, Settings], Iterator[str]]
"""What is wrong with a resource, a sentence each; nothing where all is well."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`title` says what is so where the rule holds, `why` what it keeps away, `decided` which decisions of a stack's file or of
    the catalogue it goes by. `types` is a pattern of the types that it looks at; `numbers` names the items of benchmarks."""

    id: str
    title: str
    why: str
    remedy: str
    types: re.Pattern[str]
    check: Check
    level: Level = "mandatory"
    numbers: dict[str, str] = field(default_factory=dict)
    decided: str = ""

    def broken(self, resource: Resource, settings: Settings) -> Iterator[str]:
        """What is wrong with a resource; nothing of one that the rule is not about."""
        if self.types.fullmatch(resource.type):
            yield from self.check(resource, settings)
