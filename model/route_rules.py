"""What routes must be like beside the rest of the catalogue, and gateways beside the rest of a stack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from model import host_names, names
from model.environment import Environment
from model.errors import Problem, closest
from model.workloads import Workloads

if TYPE_CHECKING:
    from model.catalogue import Catalogue

FILE = "services.yaml"


def problems(catalogue: Catalogue) -> Iterator[Problem]:
    """What is wrong with the catalogue's routes. References to images are looked at elsewhere."""
    gateway = catalogue.gateway
    owners: dict[tuple[str, str, str], str] = {}
    routed: dict[str, str] = {}
    for name, service in catalogue.services.items():
        for index, route in enumerate(service.routes):
            key = f"services.{name}.routes[{index}]"
            if gateway is None:
                yield Problem(FILE, key, "there is no gateway that it could be a route of", "Add 'gateway'.")
                continue
            if service.kind != "gke":
                remedy = "Cloud Run has an address of its own; say with 'ingress' and 'public' who may use it."
                yield Problem(FILE, key, f"a {service.kind} is not behind the gateway", remedy)
            for plugin in route.plugins:
                if plugin not in gateway.plugins:
                    yield Problem(
                        FILE, f"{key}.plugins", f"there is no plugin '{plugin}'", closest(plugin, gateway.plugins)
                    )
                elif route.plugins.count(plugin) > 1:
                    yield Problem(FILE, f"{key}.plugins", f"'{plugin}' stands twice", "Write it once.")
            place = (route.gateway, route.host, route.path)
            owner = owners.setdefault(place, key)
            if owner != key:
                what = f"host '{route.host}' and path {route.path} lead to {owner} already"
                yield Problem(FILE, key, what, "Give one of them another host or path.")
            made = host_names.route(name, route.gateway, route.host, route.path)
            if (other := routed.setdefault(made, key)) != key and owner == key:
                yield Problem(FILE, key, f"its route '{made}' is named like that of {other}", "Change its path.")


def stack_problems(file: str, stack: Workloads, catalogue: Catalogue) -> Iterator[Problem]:
    """What is wrong with an environment's gateway. A preview uses that of its base."""
    if not isinstance(stack, Environment):
        return
    key = "slipway:gateway"
    if stack.namespace == names.GATEWAY_NAMESPACE:
        what = f"'{names.GATEWAY_NAMESPACE}' is where the gateway runs"
        yield Problem(file, "slipway:namespace", what, "Write another name.")
    if catalogue.gateway and not stack.gateway:
        yield Problem(
            file, key, "this key is missing, and services.yaml has a gateway", "Add it: domain, armor and size."
        )
    if stack.gateway and not catalogue.gateway:
        yield Problem(file, key, "there is no gateway in services.yaml", "Take it out, or add one there.")
    if stack.gateway and stack.autoscaling and stack.gateway.size.max_replicas is None:
        what, remedy = "this key is missing, and autoscaling needs it", "Add the most pods that may run."
        yield Problem(file, f"{key}.size.maxReplicas", what, remedy)
