"""Containers say what they need, and how much memory they may have."""

from __future__ import annotations

from collections.abc import Iterator

from policies import pods
from policies.resource import Resource, at
from policies.rule import Rule
from policies.settings import Settings

SAID = {
    "resources.requests.cpu": "no cores are requested for it",
    "resources.requests.memory": "no memory is requested for it",
    "resources.limits.memory": "its memory has no limit",
}
"""Cores have no limit: they can be taken back, the kernel shares them by request when they are short, and a limit throttles pods
while cores stand idle."""


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """Those that only run before the others too: they have their turn on the same node."""
    for each in pods.containers(resource):
        for path, problem in SAID.items():
            if at(each.spec, path) is None:
                yield f"{each.name}: {problem}"


RULE = Rule(
    id="limits",
    title="Every container requests cores and memory, and has a limit of memory",
    why="A pod that requests nothing is scheduled where there is nothing; one without a limit takes its neighbours along.",
    remedy="Give the Deployment a size in the stack's file: cpu and memory",
    types=pods.MAKES_PODS,
    check=check,
)
