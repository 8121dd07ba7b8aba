"""Keys of the project's own, where a stack has decided for them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.resource import Resource, at, entries
from policies.rule import GKE, Rule
from policies.settings import Settings

KEYS = {
    "gcp:sql/databaseInstance:DatabaseInstance": "encryptionKeyName",
    "gcp:storage/bucket:Bucket": "encryption.defaultKmsKeyName",
    "gcp:redis/instance:Instance": "customerManagedKey",
    "gcp:pubsub/topic:Topic": "kmsKeyName",
    "gcp:container/nodePool:NodePool": "nodeConfig.bootDiskKmsKey",
    "gcp:container/cluster:Cluster": "databaseEncryption.keyName",
}
"""Where a type says its key."""
REPOSITORY = "gcp:artifactregistry/repository:Repository"
SECRET = "gcp:secretmanager/secret:Secret"


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """The shared stack decides for its repositories alone, an environment for all that keeps data."""
    if not settings.customer_keys:
        return
    if resource.type == REPOSITORY:
        path = "kmsKeyName"
    elif settings.kind == "shared":
        return
    elif resource.type == SECRET:
        replicas = entries(resource.get("replication.userManaged.replicas"))
        if not replicas or any(at(each, "customerManagedEncryption.kmsKeyName") is None for each in replicas):
            yield "Google's own keys encrypt it"
        return
    else:
        path = KEYS[resource.type]
    if not resource.has(path):
        yield f"Google's own keys encrypt it: it says no {path}"


RULE = Rule(
    id="customer-keys",
    title="Where a stack has keys of its own, everything that keeps data is encrypted with one",
    why="A key that can be taken away takes away what was copied as well.",
    remedy="Give it the key of its kind, which the stack makes",
    types=re.compile("|".join(map(re.escape, (*KEYS, REPOSITORY, SECRET)))),
    check=check,
    numbers={GKE: "5.3.1, 5.9.1, 5.9.2"},
    decided="`slipway:security.customerKeys`, of the shared stack `slipway:customerKeys` for its repositories",
)
