"""The pods that a Kubernetes object makes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.resource import Resource, at, entries

MAKES_PODS = re.compile(
    r"kubernetes:(apps|batch|core)/v1:(Deployment|StatefulSet|DaemonSet|ReplicaSet|ReplicationController|Job|CronJob|Pod)"
)
SERVES = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController")
"""Those whose pods run until they are stopped."""


@dataclass(frozen=True)
class Container:
    """A container; `ends` is said of one that runs to an end of its own."""

    name: str
    spec: Mapping[str, Any]
    ends: bool


def template(resource: Resource) -> Mapping[str, Any]:
    """The pod's metadata and spec; nothing where the object makes none, or where they are not known yet."""
    if not MAKES_PODS.fullmatch(resource.type):
        return {}
    found = resource.props if resource.kind == "Pod" else resource.get(_path(resource.kind))
    return found if isinstance(found, Mapping) else {}


def spec(resource: Resource) -> Mapping[str, Any]:
    """The pod's spec; nothing where there is none."""
    found = template(resource).get("spec")
    return found if isinstance(found, Mapping) else {}


def containers(resource: Resource) -> Iterator[Container]:
    """All containers, those that run first among them. One of those that is restarted always is a sidecar, and stays."""
    pod = spec(resource)
    for each in entries(pod.get("initContainers")):
        yield Container(str(at(each, "name")), each, ends=at(each, "restartPolicy") != "Always")
    for each in entries(pod.get("containers")):
        yield Container(str(at(each, "name")), each, ends=resource.kind not in SERVES)


def _path(kind: str) -> str:
    return "spec.jobTemplate.spec.template" if kind == "CronJob" else "spec.template"
