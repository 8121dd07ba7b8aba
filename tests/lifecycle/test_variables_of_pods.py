"""What the page of secrets and variables says that pods are given is what pods of the default catalogue are given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.docs.test_variables import variables
from tests.lifecycle.commands import CATALOGUE, Site
from tests.lifecycle.manifests import manifests

OWN = {name for service in CATALOGUE.services.values() for name in service.variables}
"""What the catalogue itself sets beside."""
ON_CLOUD_RUN = "gcp:cloudrunv2/service:Service"


def given(site: Site) -> Iterator[str]:
    """The variables of every container in the namespaces of services, of jobs beside them, and on Cloud Run."""
    for stack, namespace in (("dev", "services"), ("pr-42", "pr-search")):
        for each in manifests(site, stack):
            if each["kind"] in ("Deployment", "Job") and each["metadata"]["namespace"] == namespace:
                spec = each["spec"]["template"]["spec"]
                for container in (*spec.get("initContainers", ()), *spec["containers"]):
                    yield from (it["name"] for it in container.get("env", ()))
    for (kind, _), inputs in site.inventory().items():
        if kind == ON_CLOUD_RUN:
            for container in inputs["template"]["containers"]:
                yield from (it["name"] for it in container.get("envs", ()))


def matching(row: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"<[A-Z]+>", "[A-Z0-9_]+", row))


def test_every_variable_of_a_pod_is_on_the_page_and_no_other(everywhere_site: Site) -> None:
    told, found = variables("What a pod is given"), {*given(everywhere_site)} - OWN
    assert {name for name in found if not any(matching(row).fullmatch(name) for row in told)} == set()
    # These two only Cloud Run's callers have, of which the default catalogue has none.
    of_callers = {"URL_<SERVICE>", "CALLER_<SERVICE>", "SMOKE_CALLER"}
    assert {row for row in told if not any(matching(row).fullmatch(name) for name in found)} == of_callers
