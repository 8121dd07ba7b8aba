"""Variables of a pod that are made of others: `$(NAME)`, as Kubernetes writes it.

A third party's program has names of its own for what it needs; so the catalogue can say which of ours is meant.
https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from model import names as physical
from model import smoke_test

if TYPE_CHECKING:
    from model.catalogue import Catalogue
    from model.service import Service

REFERENCE = re.compile(r"\$\(([A-Z][A-Z0-9_]*)\)")
PROJECT = "GOOGLE_CLOUD_PROJECT"
"""The project, which Google's own libraries look for under this name."""
STACK = "SLIPWAY_STACK"
"""The stack's name, for what several stacks keep in one place."""


def names(value: str) -> list[str]:
    """The variables that a value refers to."""
    return REFERENCE.findall(value)


def short(kind: str, topic: str) -> str:
    """The variable of a topic's or subscription's name without its project, for programs that put the two together."""
    return f"{physical.variable(kind, topic)}_NAME"


def offered_to_smoke_test(service: Service) -> set[str]:
    """The variables that an argument of a service's smoke test may refer to."""
    asks = service.kind != "gke" and not service.public
    return {smoke_test.URL, smoke_test.DIGEST, STACK, *([smoke_test.CALLER] if asks else [])}


def offered(catalogue: Catalogue, name: str) -> set[str]:
    """The variables that a value of a service's may refer to, in an environment or in a preview."""
    pod = catalogue.deployments({})[name]
    found = {PROJECT, STACK, *(key for key, value in pod.variables.items() if not names(value))}
    if pod.database:
        found |= {f"DATABASE_{part}" for part in ("HOST", "NAME", "USER", "PASSWORD", "CONNECTIONS")}
    for kind, topics in (("TOPIC", pod.publishes), ("SUBSCRIPTION", pod.subscribes)):
        found |= {variable for topic in topics for variable in (physical.variable(kind, topic), short(kind, topic))}
    for bucket in (*pod.reads, *pod.writes):
        found |= {physical.variable("BUCKET", bucket), physical.variable("BUCKET", f"{bucket}-prefix")}
    found |= {physical.secret_file(secret) for secret in pod.secrets}
    if pod.cache:
        found |= {f"REDIS_{part}" for part in ("HOST", "PORT", "AUTH", "CA", "PREFIX")}
    if pod.temporal:
        found |= {f"TEMPORAL_{part}" for part in ("ADDRESS", "NAMESPACE", "TASK_QUEUE")}
    return found
