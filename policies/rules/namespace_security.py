"""Namespaces that let restricted pods in only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.resource import UNTOLD, Resource
from policies.rule import GKE, KUBERNETES, STANDARDS, Rule
from policies.settings import Settings

ENFORCE = "pod-security.kubernetes.io/enforce"


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """The label has dots in its name, so it is no path."""
    labels = resource.get("metadata.labels") or {}
    level = labels if labels in UNTOLD else labels.get(ENFORCE)
    if level not in (*UNTOLD, "restricted"):
        yield f"{ENFORCE} is {level or 'missing'}"


RULE = Rule(
    id="namespace-security",
    title="Every namespace enforces the restricted level of pod security",
    why="What comes into the cluster by another way than this program is held to the same.",
    remedy=f"Label it {ENFORCE}: restricted",
    types=re.compile(r"kubernetes:core/v1:Namespace"),
    check=check,
    numbers={GKE: "4.2.1", KUBERNETES: "5.2.1", STANDARDS: "all"},
)
