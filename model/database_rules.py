"""What databases need of a stack and of the rest of the catalogue."""

from __future__ import annotations

from model.catalogue import Catalogue
from model.errors import Problem
from model.workloads import Workloads


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
