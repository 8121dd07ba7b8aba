"""Rights in a cluster, each by name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.resource import Resource, at, entries
from policies.rule import GKE, Rule
from policies.settings import Settings

STRANGERS = ("system:anonymous", "system:unauthenticated", "system:authenticated")
MASTERS = "system:masters"


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """Of a role its rules, of a binding what it names and whom."""
    for rule in entries(resource.get("rules")):
        if "*" in entries(at(rule, "verbs")) and "*" in entries(at(rule, "resources")):
            yield "it may do anything with anything"
    if resource.get("roleRef.name") == "cluster-admin":
        yield "it makes somebody administrator of the whole cluster"
    for subject in entries(resource.get("subjects")):
        name = at(subject, "name")
        if name in STRANGERS or name == MASTERS:
            yield f"it is for {name}"


RULE = Rule(
    id="cluster-wide-rights",
    title="Nobody administers a whole cluster, and no role in it is made of wildcards",
    why="A pod or a person with every right in a cluster has every secret in it.",
    remedy="Name verbs and resources; people who may change anything in an incident get the role admin of namespaces",
    types=re.compile(r"kubernetes:rbac\.authorization\.k8s\.io/v1:(Cluster)?Role(Binding)?"),
    check=check,
    numbers={GKE: "4.1.1, 4.1.3, 4.1.6, 4.1.9, 4.1.10"},
)
