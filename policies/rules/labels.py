"""What costs something says whose it is and who pays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from policies import pods
from policies.resource import UNTOLD, Resource
from policies.rule import Rule
from policies.settings import Settings

WANTED = ("owner", "cost-center")
NAME = "app.kubernetes.io/name"
PATHS = {
    "gcp:sql/databaseInstance:DatabaseInstance": "settings.userLabels",
    "gcp:container/cluster:Cluster": "resourceLabels",
}
"""Where a type has its labels, if not in `labels`."""
ALONE = "gcp:sql/databaseInstance:DatabaseInstance"
"""What the provider's default labels do not reach."""
LABELLED = re.compile(
    r"gcp:(artifactregistry/repository:Repository|cloudrunv2/service:Service|container/cluster:Cluster"
    r"|pubsub/(topic:Topic|subscription:Subscription)|redis/instance:Instance|secretmanager/secret:Secret"
    r"|sql/databaseInstance:DatabaseInstance|storage/bucket:Bucket)"
)
"""What is billed by what it is or keeps, and can be labelled. Nodes and their disks get the labels of their cluster."""


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """Of Kubernetes the pods that stay, whose costs GKE tells by namespace and label."""
    if resource.type.startswith("kubernetes:"):
        if resource.kind not in pods.SERVES:
            return
        found = pods.template(resource).get("metadata") or {}
        labels = found.get("labels") if isinstance(found, Mapping) else {}
        if pods.spec(resource) and labels not in UNTOLD and NAME not in (labels or {}):
            yield f"its pods have no label {NAME}"
        return
    own = resource.get(PATHS.get(resource.type, "labels")) or {}
    if own in UNTOLD:
        return
    known = {**(settings.labels if resource.type != ALONE else {}), **own}
    if missing := [key for key in WANTED if not known.get(key)]:
        yield f"it has no label {' and no label '.join(missing)}"


RULE = Rule(
    id="labels",
    title="What is billed has the labels owner and cost-center, and pods have the name of their application",
    why="A bill names labels, not the people who remember.",
    remedy="Label it, or label all of the stack by gcp:defaultLabels in its file",
    types=re.compile(rf"{LABELLED.pattern}|{pods.MAKES_PODS.pattern}"),
    check=check,
    level="advisory",
    decided="`gcp:defaultLabels`",
)
