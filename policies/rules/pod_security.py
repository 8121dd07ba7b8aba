"""Pods as the restricted level of the Pod Security Standards wants them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policies import pods
from policies.resource import Resource, at, entries, is_
from policies.rule import KUBERNETES, STANDARDS, Rule
from policies.settings import Settings

VOLUMES = frozenset(
    {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
)
PROFILES = ("RuntimeDefault", "Localhost")


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """Each sentence begins with the number of the benchmark's item. A kernel that is no Linux has rules of its own, and no nodes here."""
    pod = pods.spec(resource)
    if not pod:
        return
    for key, number in (("hostPID", "5.2.3"), ("hostIPC", "5.2.4"), ("hostNetwork", "5.2.5")):
        if pod.get(key) is True:
            yield f"{number}: it has {key}"
    for volume in entries(pod.get("volumes")):
        if isinstance(volume, Mapping) and (kinds := set(volume) - {"name"} - VOLUMES):
            yield f"5.2.12: its volume {volume.get('name')} is a {', '.join(sorted(kinds))}"
    shared = at(pod, "securityContext") or {}
    for each in pods.containers(resource):
        yield from _container(each.name, each.spec, shared)


def _container(name: str, spec: Mapping[str, Any], shared: Any) -> Iterator[str]:
    own = spec.get("securityContext") or {}

    def said(key: str) -> Any:
        found = at(own, key)
        return at(shared, key) if found is None else found

    if at(own, "privileged") is True:
        yield f"5.2.2: {name} is privileged"
    if not is_(at(own, "allowPrivilegeEscalation"), False):
        yield f"5.2.6: {name} may gain privileges"
    if not is_(said("runAsNonRoot"), True) or said("runAsUser") == 0:
        yield f"5.2.7: {name} may be root"
    if added := [each for each in entries(at(own, "capabilities.add")) if each != "NET_BIND_SERVICE"]:
        yield f"5.2.9: {name} adds {', '.join(map(str, added))}"
    dropped = at(own, "capabilities.drop")
    if not is_(dropped) and "ALL" not in entries(dropped):
        yield f"5.2.10: {name} keeps capabilities"
    if any(at(port, "hostPort") for port in entries(spec.get("ports"))):
        yield f"5.2.13: {name} has a port of its node"
    if not is_(said("seccompProfile.type"), *PROFILES):
        yield f"5.7.2: {name} may make any system call"


RULE = Rule(
    id="pod-security",
    title="Pods are as the restricted level of pod security wants them",
    why="A plan says it before a cluster refuses the pod, and says which line it is.",
    remedy="Make the pod with components/pod.py, or set what the item names",
    types=pods.MAKES_PODS,
    check=check,
    numbers={
        KUBERNETES: "5.2.2, 5.2.3, 5.2.4, 5.2.5, 5.2.6, 5.2.7, 5.2.9, 5.2.10, 5.2.12, 5.2.13, 5.7.2",
        STANDARDS: "all for Linux but procMount, SELinux, AppArmor and sysctls, which the cluster itself refuses",
    },
)
