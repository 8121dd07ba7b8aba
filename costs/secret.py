"""Secret Manager: https://cloud.google.com/secret-manager/pricing"""

from __future__ import annotations

from costs.resource import Resource
from costs.said import Line, Said, Use
from costs.stack import Stack

SECRET = "gcp:secretmanager/secret:Secret"


def of_version(version: Resource, stack: Stack) -> list[Said]:
    """The version, once for each place that its secret is kept in; where Google chooses those, once."""
    places = max(
        (len(each.items("replication", "userManaged", "replicas")) for each in _secrets(version, stack)), default=1
    )
    return [
        Line("secret-version", "versions of secrets", max(1, places), max(1, places)),
        Use("secret-access", "reads of secrets"),
    ]


def _secrets(version: Resource, stack: Stack) -> list[Resource]:
    """The secret that it is of, which has its logical name in the same component."""
    return [each for each in stack.of(SECRET) if (each.name, each.component) == (version.name, version.component)]
