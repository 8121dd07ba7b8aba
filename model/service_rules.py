"""What services must be like beside each other, in the catalogue and in one stack."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from model import names, references
from model.errors import Problem, closest, split
from model.service import Service
from model.size import Size

if TYPE_CHECKING:
    from model.catalogue import Catalogue

OWN_VARIABLES = re.compile(
    r"(BUCKET|CACHE|CALLER|DATABASE|SECRET|SUBSCRIPTION|TEMPORAL|TOPIC|URL)_.*|REDIS_(HOST|PORT|AUTH|CA|PREFIX)|PORT"
    r"|K_[A-Z]+"
)
"""Variables that Slipway and Cloud Run set themselves: https://cloud.google.com/run/docs/container-contract#env-vars"""

MEMORY = re.compile(r"(\d+)(Mi|Gi)")
CLOUD_RUN_CORES = {"1": 4096, "2": 8192, "4": 16384, "6": 24576, "8": 32768}
"""The whole numbers of cores that Cloud Run has, and the most MiB of memory with each
(https://cloud.google.com/run/docs/configuring/services/memory-limits). Less than one core allows one request at a time
only, which no service of ours is for."""
CLOUD_RUN_LEAST = 512
"""MiB that the second-generation environment needs at least."""


def problems(catalogue: Catalogue) -> Iterator[Problem]:
    """What is wrong with services in view of the rest of the catalogue, whose references are all good."""
    for name, service in catalogue.services.items():
        key = f"services.{name}"
        for caller in service.callers:
            if service.callers.count(caller) > 1:
                yield _problem(f"{key}.callers", f"'{caller}' stands twice", "Write it once.")
            elif service.kind == "gke" and (other := catalogue.services.get(caller)) and other.kind != "gke":
                remedy = "Publish to a topic instead, or call through a route of the gateway."
                yield _problem(f"{key}.callers", f"'{caller}' runs outside the cluster and cannot reach it", remedy)
        for variable in service.variables:
            if OWN_VARIABLES.fullmatch(variable):
                yield _problem(f"{key}.variables.{variable}", "variables of this name are set for it", "Rename it.")
        yield from _references(catalogue, name, service)
        yield from _smoke_test(name, service)
        for volume, given in service.volumes.items():
            if given.path == "/tmp":
                yield _problem(f"{key}.volumes.{volume}.path", "/tmp is there already", "Write another path.")
        pulls = [topic for topic, it in catalogue.topics.items() if name in it.subscribers]
        if service.scale_on and service.scale_on.topic not in pulls:
            remedy = f"Write one of: {', '.join(pulls)}." if pulls else "Make it a subscriber of the topic."
            yield _problem(f"{key}.scaleOn.topic", f"it does not subscribe to '{service.scale_on.topic}'", remedy)
        if service.kind != "gke":
            yield from _outside_the_cluster(catalogue, name, service, pulls)


def _references(catalogue: Catalogue, name: str, service: Service) -> Iterator[Problem]:
    """Values made of other variables, which nothing outside the cluster puts together."""
    for variable, value in service.variables.items():
        key, named = f"services.{name}.variables.{variable}", references.names(value)
        if named and service.kind != "gke":
            yield _problem(key, f"Cloud Run leaves $({named[0]}) as it is", "Put it together in the program.")
            continue
        known = references.offered(catalogue, name)
        for each in named:
            if each not in known:
                yield _problem(key, f"its pod has no variable {each}", closest(each, sorted(known)))


def _smoke_test(name: str, service: Service) -> Iterator[Problem]:
    if service.smoke is None:
        return
    try:
        names.smoke_test(name)
    except ValueError as error:
        yield _problem(f"services.{name}.smoke", *split(str(error)))
    known = references.offered_to_smoke_test(service)
    for each in (named for argument in service.smoke.args for named in references.names(argument)):
        if each not in known:
            yield _problem(f"services.{name}.smoke.args", f"it has no variable {each}", closest(each, sorted(known)))


def _outside_the_cluster(catalogue: Catalogue, name: str, service: Service, pulls: list[str]) -> Iterator[Problem]:
    key = f"services.{name}"
    if pulls:
        remedy = f"Subscribe a gke service to {pulls[0]}."
        yield _problem(f"{key}.kind", f"a {service.kind} has no process that waits for messages", remedy)
    if service.kind == "function" and not any(name in topic.publishers for topic in catalogue.topics.values()):
        yield _problem(f"{key}.kind", "a function that publishes nothing", "Make it a publisher of a topic.")
    try:
        names.cloud_run(name)
    except ValueError as error:
        yield _problem(key, *split(str(error)))


def collapsed(catalogue: Catalogue, members: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Why services cannot share a pod, as (problem, remedy). Members that do not exist are left out."""
    services = {member: catalogue.services[member] for member in members if member in catalogue.services}
    for member, service in services.items():
        if service.kind != "gke":
            yield f"'{member}' is a {service.kind}, which has no pod to share", "Take it out."
        elif len(services) > 1 and (service.gpu or service.volumes or service.scale_on or service.prepare):
            yield f"'{member}' has graphics processors, volumes, a queue or a preparation of its own", "Take it out."
    for what in ("user", "probes"):
        if len({getattr(service, what) for service in services.values()}) > 1:
            yield f"its services differ in '{what}', and a pod has one", "Make them equal, or keep them apart."
    values: dict[str, str] = {}
    for member, service in services.items():
        for variable, value in service.variables.items():
            if values.setdefault(variable, value) != value:
                yield f"its services want different values of {variable}", f"Rename it in '{member}'."


def _unfit(catalogue: Catalogue, name: str, size: Size, autoscaling: bool) -> tuple[str, str] | None:
    if size.replicas == 0:
        return "a Deployment never scales to 0", "Write replicas: 1 or more."
    service = catalogue.services.get(name)
    if autoscaling and service and service.scale_on and size.max_replicas == size.replicas:
        return "maxReplicas leaves its queue nothing to decide", "Raise it above replicas."
    return None


def _unfit_outside(service: Service, size: Size) -> tuple[str, str] | None:
    if size.max_replicas is None:
        return f"a {service.kind} needs maxReplicas", "Write the most instances that may run, and be paid for."
    most = CLOUD_RUN_CORES.get(size.cpu)
    if most is None:
        return f"Cloud Run has no {size.cpu} cores", f"Write one of: {', '.join(CLOUD_RUN_CORES)}."
    match = MEMORY.fullmatch(size.memory)
    amount = int(match[1]) * (1024 if match[2] == "Gi" else 1) if match else 0
    if not CLOUD_RUN_LEAST <= amount <= most:
        return (
            f"Cloud Run has no {size.memory} with {size.cpu} cores",
            f"Write {CLOUD_RUN_LEAST}Mi to {most // 1024}Gi.",
        )
    return None


def sized(file: str, key: str, catalogue: Catalogue, sizes: Mapping[str, Size], autoscaling: bool) -> Iterator[Problem]:
    """What is wrong with a stack's sizes, each under its key."""
    outside = {name: service for name, service in catalogue.services.items() if service.kind != "gke"}
    for name, service in outside.items():
        if name not in sizes:
            remedy = "Add it: replicas (0 to scale to nothing), maxReplicas, cpu, memory."
            yield Problem(file, f"{key}.{name}", f"a {service.kind} needs a size of its own", remedy)
    for name, size in sizes.items():
        found = _unfit_outside(outside[name], size) if name in outside else _unfit(catalogue, name, size, autoscaling)
        if found:
            yield Problem(file, f"{key}.{name}", *found)


def split_traffic(file: str, key: str, catalogue: Catalogue, services: Iterable[str]) -> Iterator[Problem]:
    """What is wrong with the services whose traffic is split."""
    outside = [name for name, service in catalogue.services.items() if service.kind != "gke"]
    for name in services:
        if name not in outside:
            yield Problem(file, f"{key}.{name}", f"'{name}' does not run on Cloud Run", closest(name, outside))


def _problem(key: str, problem: str, remedy: str) -> Problem:
    return Problem("services.yaml", key, problem, remedy)
