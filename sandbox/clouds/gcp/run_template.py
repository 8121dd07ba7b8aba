"""What Cloud Run demands of a service's template and traffic, whatever exists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sandbox.clouds.gcp.identity import at
from sandbox.clouds.gcp.resource import Properties
from sandbox.values import has_unknowns

_CORES = {"1": 4096, "2": 8192, "4": 16384, "6": 24576, "8": 32768}
"""Whole numbers of cores, and the most MiB of memory with each:
https://cloud.google.com/run/docs/configuring/services/memory-limits"""


def problems(inputs: Properties) -> list[tuple[str, str]]:
    """one container has a port; whole cores are 1, 2, 4, 6 or 8 with at most 4 GiB of memory each (3 GiB beyond 6), less
    than one core only where an instance takes one request at a time; from 512 MiB in the second generation; the fewest
    instances are not more than the most; `timeout` is at most an hour; a start-up probe gives up after 240 s at most;
    `traffics` make 100 percent and name a revision where their type says so; mounts are of volumes that there are"""
    if has_unknowns(inputs):
        return []
    template = inputs["template"]
    return [*_template_check(template), *_traffic_check(inputs.get("traffics") or [])]


def _template_check(template: Properties) -> Iterator[tuple[str, str]]:
    scaling = template.get("scaling") or {}
    least, most = scaling.get("minInstanceCount", 0), scaling.get("maxInstanceCount", 100)
    if least > most:
        yield "template.scaling.minInstanceCount", f"{least:g} is more than maxInstanceCount, {most:g}"
    if float(str(template.get("timeout", "300s")).removesuffix("s")) > 3600:
        yield "template.timeout", f"{template['timeout']} is more than an hour, 3600s"
    volumes = {volume["name"] for volume in template.get("volumes") or []}
    with_port = 0
    for index, container in enumerate(template.get("containers") or []):
        at_ = f"template.containers[{index}]"
        with_port += bool(container.get("ports"))
        yield from _resources_check(template, container, at_)
        probe = container.get("startupProbe") or {}
        total = probe.get("periodSeconds", 10) * probe.get("failureThreshold", 3)
        if total > 240:
            yield f"{at_}.startupProbe", f"periodSeconds times failureThreshold is {total:g}, at most 240"
        for mount in container.get("volumeMounts") or []:
            if mount["name"] not in volumes:
                yield f"{at_}.volumeMounts", f"there is no volume '{mount['name']}'"
    if len(template.get("containers") or []) > 1 and with_port != 1:
        yield "template.containers", f"exactly one container must have a port, {with_port} have"


def _resources_check(template: Properties, container: Properties, at_: str) -> Iterator[tuple[str, str]]:
    limits = at(container, "resources.limits") or {}
    cores, memory = str(limits.get("cpu", "1")), str(limits.get("memory", "512Mi"))
    amount = _mebibytes(memory)
    if amount is None:
        yield f"{at_}.resources.limits.memory", f"{memory!r} is no amount of memory; write 512Mi or 2Gi"
        return
    alone = template.get("maxInstanceRequestConcurrency") == 1
    if cores not in _CORES and not (alone and re.fullmatch(r"0\.\d+|\d{2,3}m", cores)):
        yield f"{at_}.resources.limits.cpu", f"{cores!r} is not one of {', '.join(_CORES)}"
    elif amount > _CORES.get(cores, 512):
        yield (
            f"{at_}.resources.limits.memory",
            f"{memory} is more than {_CORES.get(cores, 512)}Mi, the most with {cores}",
        )
    if template.get("executionEnvironment") == "EXECUTION_ENVIRONMENT_GEN2" and amount < 512:
        yield f"{at_}.resources.limits.memory", f"{memory} is less than 512Mi, which the second generation needs"


def _traffic_check(traffics: list[Properties]) -> Iterator[tuple[str, str]]:
    total = sum(it.get("percent", 0) for it in traffics)
    if traffics and total != 100:
        yield "traffics", f"the percentages make {total:g}, not 100"
    for index, share in enumerate(traffics):
        named = share.get("type") == "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
        if named != bool(share.get("revision")):
            yield f"traffics[{index}].revision", "a revision is named where the type says so, and only there"


def _mebibytes(text: str) -> int | None:
    match = re.fullmatch(r"(\d+)(Mi|Gi|M|G)", text)
    return int(match[1]) * (1024 if match[2].startswith("G") else 1) if match else None
