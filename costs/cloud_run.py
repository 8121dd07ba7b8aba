"""Cloud Run services: https://cloud.google.com/run/pricing"""

from __future__ import annotations

import re

from costs.resource import Resource
from costs.said import HOURS, Line, Said, Use, unclear
from costs.stack import Stack

SECONDS = HOURS * 3600
_MEMORY = {"Ki": 2**-20, "Mi": 2**-10, "Gi": 1.0, "k": 1e3 / 2**30, "M": 1e6 / 2**30, "G": 1e9 / 2**30}


def of_service(service: Resource, stack: Stack) -> list[Said]:
    """The least is its fewest instances without a request, the most all of them with requests at every second of the month."""
    cores = gib = 0.0
    idle = True
    for each in service.items("template", "containers"):
        container = Resource(service.urn, service.type, each if isinstance(each, dict) else {})
        limits = (container.get("resources", "limits", "cpu"), container.get("resources", "limits", "memory"))
        sizes = (_cores(str(limits[0] or "1")), _gib(str(limits[1] or "512Mi")))
        if sizes[0] is None or sizes[1] is None:
            return [unclear("how many cores or how much memory an instance has")]
        cores, gib = cores + sizes[0], gib + sizes[1]
        idle = idle and container.get("resources", "cpuIdle") is not False
    least = service.number("template", "scaling", "minInstanceCount") or 0
    most = service.number("template", "scaling", "maxInstanceCount")
    if most is None:
        return [unclear("how many instances there may be")]
    least = min(least, most)
    if not idle:
        return [
            Line("run-always-core", "cores of instances", least * cores * SECONDS, most * cores * SECONDS),
            Line("run-always-gib", "memory of instances", least * gib * SECONDS, most * gib * SECONDS),
        ]
    return [
        Line("run-idle-core", "cores of instances that wait", least * cores * SECONDS, 0),
        Line("run-idle-gib", "memory of instances that wait", least * gib * SECONDS, 0),
        Line("run-core", "cores of instances that work", 0, most * cores * SECONDS),
        Line("run-gib", "memory of instances that work", 0, most * gib * SECONDS),
        Use("run-requests", "requests to Cloud Run"),
    ]


def _cores(text: str) -> float | None:
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?m?", text):
        return None
    return float(text.removesuffix("m")) / (1000 if text.endswith("m") else 1)


def _gib(text: str) -> float | None:
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(Ki|Mi|Gi|k|M|G)", text)
    return float(match[1]) * _MEMORY[match[2]] if match else None
