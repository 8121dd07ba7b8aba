"""The catalogue as previews run it: everything in the cluster.

Cloud Run wants a Google service account for what runs there, and a project has 100 of them by default, fewer than there may be
pull requests. In the cluster every pod is an IAM principal by itself.
https://docs.cloud.google.com/iam/quotas, https://docs.cloud.google.com/run/docs/configuring/services/service-identity
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from model import names, smoke_test
from model.gateway import Route

if TYPE_CHECKING:
    from model.catalogue import Catalogue
    from model.service import Service

_NOBODY = ""
"""Whom a service of the cluster is called as: nobody asks."""


def previewed(catalogue: Catalogue, *, trusted: bool) -> Catalogue:
    """The same services as Deployments. One that anyone may call gets a route of its own name in place of Google's address.

    What is not `trusted`, a stranger's, has no secrets, no cache and no Temporal: what they would let it into is others'.
    """
    moved = {name for name, service in catalogue.services.items() if service.kind != "gke"}
    services = {name: _service(catalogue, moved, name, service) for name, service in catalogue.services.items()}
    update: dict[str, Any] = {"services": services}
    if not trusted:
        without = {"secrets": (), "cache": None}
        update["services"] = {name: service.model_copy(update=without) for name, service in services.items()}
        update |= {"secrets": {}, "caches": {}, "temporal": None}
    return catalogue.model_copy(update=update)


def _service(catalogue: Catalogue, moved: Iterable[str], name: str, service: Service) -> Service:
    callees = [callee for callee in moved if name in catalogue.services[callee].callers]
    asked = {names.variable("CALLER", callee): _NOBODY for callee in callees}
    variables = {key: _without(value, asked) for key, value in service.variables.items()}
    variables |= {names.variable("URL", callee): f"http://{callee}" for callee in callees}
    if service.kind == "gke":
        return service.model_copy(update={"variables": variables}) if callees else service
    update: dict[str, Any] = {
        "kind": "gke",
        "variables": variables,
        "public": None,
        "ingress": None,
        # Google counts the requests of Cloud Run; nothing in the image has to.
        "metrics": False,
        "routes": (Route.model_validate({"host": name}),) if service.public and catalogue.gateway else (),
    }
    if service.smoke:
        args = tuple(_without(value, {smoke_test.CALLER: _NOBODY}) for value in service.smoke.args)
        update["smoke"] = service.smoke.model_copy(update={"args": args})
    return service.model_copy(update=update)


def _without(value: str, variables: Mapping[str, str]) -> str:
    for name, stands_for in variables.items():
        value = value.replace(f"$({name})", stands_for)
    return value
