"""How each type of component is drawn: in which frame, under which name, or as a part of something else.

A type that is not listed here gets a box of its own, outside all frames, so that nothing is lost from a picture.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

PREFIX = "slipway:index:"
STACK = "pulumi:pulumi:Stack"
REFERENCE = "pulumi:pulumi:StackReference"
KUBERNETES = "pulumi:providers:kubernetes"

FRAMES: Mapping[str, str] = {
    "entry": "Ways in",
    "builds": "Builds",
    "cluster": "Cluster",
    "run": "Cloud Run",
    "messaging": "Topics",
    "data": "Data",
    "secrets": "Secrets",
    "images": "Images",
    "ground": "Foundation",
    "watch": "Watching",
    "access": "Access",
}
"""Key -> title. What stands first is tried first at the top of its column."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a type is drawn.

    `owns` means that it is its frame. `part_of` are types of which one takes it in: the one that it has to do with, or the one
    of its name where there are several, or the only one that there is; where none is found the frame takes it if it is
    `loose`. What a part that is `carried` uses counts as used by whoever took it in. With `together` all of the type are one
    box of this title. `borrowed` is what belongs to another stack.
    """

    label: str
    frame: str
    owns: bool = False
    part_of: tuple[str, ...] = ()
    carried: bool = False
    loose: bool = False
    together: str = ""
    borrowed: bool = False


_OURS: Mapping[str, Look] = {
    "Alerting": Look(label="alerts", frame="watch"),
    "Attestor": Look(label="attestor", frame="images"),
    "BorrowedBucket": Look(label="bucket", frame="data", borrowed=True),
    "BorrowedSecret": Look(label="secret", frame="secrets", borrowed=True),
    "Bucket": Look(label="bucket", frame="data"),
    "BuildIdentity": Look(
        label="identity", frame="builds", part_of=("BuildTrigger",), carried=True, together="identities"
    ),
    "BuildSchedule": Look(label="schedule", frame="builds", part_of=("BuildTrigger",), carried=True),
    "BuildStarter": Look(label="starter", frame="builds", part_of=("BuildTrigger",), loose=True),
    "BuildTrigger": Look(label="trigger", frame="builds"),
    "BuildWebhook": Look(label="webhook", frame="builds", loose=True),
    "Cache": Look(label="cache", frame="data"),
    "CloudRun": Look(label="Cloud Run", frame="run"),
    "Cluster": Look(label="GKE cluster", frame="cluster", owns=True),
    "Dashboard": Look(label="dashboard", frame="watch"),
    "Database": Look(label="database", frame="data"),
    "DatabaseAdministration": Look(label="administration", frame="data", part_of=("DatabaseInstance",), loose=True),
    "DatabaseCopy": Look(label="copy", frame="data", part_of=("Database",), loose=True),
    "DatabaseInstance": Look(label="database instance", frame="data"),
    "DatabaseLogin": Look(label="login", frame="data", part_of=("Database",), loose=True),
    "DatabaseUser": Look(label="login", frame="data", part_of=("Database",), loose=True),
    "Debug": Look(label="debugging", frame="cluster", loose=True),
    "DnsZone": Look(label="DNS zone", frame="entry"),
    "Firewall": Look(label="firewall", frame="ground", part_of=("Network",)),
    "Gateways": Look(label="gateway", frame="entry"),
    "Grants": Look(label="grants", frame="data", part_of=("DatabaseInstance",), loose=True),
    "ImagePolicy": Look(label="image policy", frame="cluster", loose=True),
    "Keys": Look(label="keys", frame="ground"),
    "ManagedSecret": Look(label="secret", frame="secrets"),
    "Migration": Look(label="migration", frame="cluster"),
    "Namespace": Look(label="namespace", frame="cluster", loose=True),
    "Network": Look(label="network", frame="ground"),
    "People": Look(label="people", frame="access"),
    "QueueMetrics": Look(label="queue metrics", frame="cluster", loose=True),
    "Quota": Look(label="quota", frame="cluster", loose=True),
    "Registry": Look(label="registry", frame="images"),
    "RepositoryRules": Look(label="repository rules", frame="access"),
    "RepositoryWebhook": Look(label="webhook", frame="builds", loose=True),
    "Routes": Look(label="routes", frame="entry", part_of=("Gateways",), carried=True),
    "RunIdentity": Look(label="identity", frame="run", part_of=("CloudRun",), carried=True),
    "Secret": Look(label="secret", frame="cluster", part_of=("Workload",), carried=True, loose=True),
    "SecretFiles": Look(label="secrets", frame="cluster", part_of=("Workload",), carried=True, loose=True),
    "ServiceAgent": Look(label="service agent", frame="access", together="service agents"),
    "SmokeTest": Look(label="smoke test", frame="cluster", part_of=("Workload", "CloudRun"), loose=True),
    "StorageClass": Look(label="storage class", frame="cluster", loose=True),
    "Topic": Look(label="topic", frame="messaging"),
    "UptimeCheck": Look(label="uptime check", frame="watch"),
    "Workload": Look(label="workload", frame="cluster"),
}

LOOKS: Mapping[str, Look] = {
    **{PREFIX + name: look for name, look in _OURS.items()},
    REFERENCE: Look(label="stack", frame="", borrowed=True),
    KUBERNETES: Look(label="provider", frame="cluster", carried=True, loose=True),
}


def look(type: str) -> Look:
    """The look of any type; one that is not known is called by the words of its name."""
    return LOOKS.get(type) or Look(label=words(type), frame="")


def words(type: str) -> str:
    """`slipway:index:BuildTrigger` as `build trigger`."""
    name = type.rpartition(":")[2]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()


def hosts(look: Look) -> tuple[str, ...]:
    """The whole type tokens of `part_of`."""
    return tuple(PREFIX + name for name in look.part_of)


PUBLISHES, RECEIVES, BOTH = "publishes to", "receives from", "publishes to and receives from"

_BY_RESOURCE: Mapping[str, str] = {
    "gcp:pubsub/topicIAMMember:TopicIAMMember": PUBLISHES,
    "gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember": RECEIVES,
}
"""What it means to rely on such a grant of a topic."""

_BY_TARGET: Mapping[str, str] = {
    "Attestor": "signs with",
    "BorrowedBucket": "uses files in",
    "BorrowedSecret": "reads",
    "Bucket": "uses files in",
    "BuildTrigger": "starts",
    "Cache": "caches in",
    "CloudRun": "routes to",
    "Database": "keeps data in",
    "DatabaseInstance": "is in",
    "Keys": "is encrypted with",
    "ManagedSecret": "reads",
    "Network": "is in",
    "Registry": "stores images in",
    "Workload": "routes to",
}

BY_ORDER = frozenset((PREFIX + "Routes", PREFIX + target) for target in ("Workload", "CloudRun"))
"""(from, to): where having to wait for something is all that the program says of a use."""

_GRANT = re.compile(r"iam(member|binding|policy)$", re.IGNORECASE)


def is_grant(type: str) -> bool:
    """Whether it lets somebody do something. It names whom it is for, which is no use of theirs."""
    return bool(_GRANT.search(type))


def meaning(target: str, used: str) -> str:
    """What it means that something uses this resource type of a component of the type `target`; empty where it cannot be told."""
    if target == REFERENCE:
        return "borrows from"
    return _BY_RESOURCE.get(used) or _BY_TARGET.get(target.removeprefix(PREFIX), "")
