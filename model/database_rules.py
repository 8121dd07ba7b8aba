"""What databases need of a stack and of the rest of the catalogue."""

from __future__ import annotations

from math import ceil

from model.alerting import connection_limit
from model.catalogue import Catalogue
from model.environment import Environment
from model.errors import Problem
from model.workloads import Workloads

KEPT = 20
"""Connections that no pod may count on: PostgreSQL's and Cloud SQL's own, those of jobs, and of whoever comes to help."""

SURGE = 0.25
"""Of a Deployment's pods, as many more while it rolls out."""


def ungranted(file: str, key: str, loaded: Workloads, catalogue: Catalogue) -> list[Problem]:
    """What would run and could not get into its database, since what makes the grants is not pinned."""
    pods = catalogue.deployments(loaded.collapse)
    users = [name for name, pod in pods.items() if pod.database and pod.image in loaded.pinned]
    if not users or not catalogue.database_tools:
        return []
    return [
        Problem(
            file,
            key,
            f"the image '{image}' of databaseTools has no pin, and {users[0]} gets into no database without it",
            "Pin all images of a release together.",
        )
        for image in (catalogue.database_tools.psql, catalogue.database_tools.proxy)
        if image not in loaded.images
    ]


def crowded(file: str, key: str, loaded: Environment, catalogue: Catalogue) -> list[Problem]:
    """Pods that together, at their most and all rolling out, could open more connections than the instance takes.

    Previews are not counted, which come and go in their base's instance.
    """
    if not loaded.database:
        return []
    wanted = {}
    for name, pod in catalogue.deployments(loaded.collapse).items():
        if pod.database:
            size = loaded.size(name)
            pods = (size.max_replicas or size.replicas) if loaded.autoscaling else size.replicas
            wanted[name] = (pods + ceil(pods * SURGE)) * size.connections
    room = connection_limit(loaded.database.tier, loaded.database.flags) - KEPT
    if sum(wanted.values()) <= room:
        return []
    most = max(wanted, key=lambda name: wanted[name])
    return [
        Problem(
            file,
            key,
            f"the pods could open {sum(wanted.values())} connections, {wanted[most]} of them those of '{most}', and the instance "
            f"has {room} for them",
            "Lower connections or maxReplicas, take a tier with more memory, or raise database.flags.max_connections.",
        )
    ]
