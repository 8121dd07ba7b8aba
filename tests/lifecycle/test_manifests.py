"""Every Kubernetes object of every environment: what the schemas, checkov and the declared callers say of it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from kubernetes_validate import utils as schemas

from model import names
from model.catalogue import load_catalogue
from model.preview import Preview
from model.previewed import previewed
from model.stacks import load_environment
from sandbox.clouds.kubernetes import kinds, schema
from tests.lifecycle.commands import PROGRAM, Site
from tests.lifecycle.manifests import manifests, of_kind
from tests.lifecycle.network import End, pods, reaches

STACKS = ("dev", "staging", "prod", "pr-42")
CHECKOV = PROGRAM / ".checkov" / "bin" / "checkov"
EXCEPTIONS = PROGRAM / "tests" / "checkov" / "exceptions.yaml"
Objects = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module", autouse=True)
def schemas_read_once() -> Iterator[None]:
    """The package reads all definitions of a Kubernetes version anew for each object."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schemas, "schema_contents", cache(schemas.schema_contents))
        yield


@pytest.fixture(scope="module")
def objects(everywhere_site: Site) -> Objects:
    return {stack: manifests(everywhere_site, stack) for stack in STACKS}


@pytest.mark.parametrize("stack", STACKS)
def test_every_object_passes_the_published_schema_in_strict_mode(objects: Objects, stack: str) -> None:
    custom = []
    for it in objects[stack]:
        (kind,) = [one for one in kinds.KINDS.values() if (one.api_version, one.kind) == (it["apiVersion"], it["kind"])]
        if schema.custom(kind):
            custom.append(it["kind"])
            assert schema.problems(kind, it) == []
        else:
            kubernetes_validate.validate(it, schema.version(), strict=True)
    assert "PodMonitoring" in custom
    assert len(objects[stack]) > 30


def test_a_field_that_the_schema_does_not_know_is_found(objects: Objects) -> None:
    deployment = of_kind(objects["dev"], "Deployment")["api"]
    broken = {**deployment, "spec": {**deployment["spec"], "replica": 1}}
    with pytest.raises(kubernetes_validate.ValidationError, match="replica"):
        kubernetes_validate.validate(broken, schema.version(), strict=True)


@pytest.mark.parametrize("stack", STACKS)
def test_whom_a_pod_can_reach_is_whom_the_catalogue_lets_call(
    everywhere_site: Site, objects: Objects, stack: str
) -> None:
    stack_config = load_environment(stack, everywhere_site.config)
    catalogue = load_catalogue(everywhere_site.config)
    if isinstance(stack_config, Preview):
        catalogue = previewed(catalogue, trusted=True)
    deployments = catalogue.deployments(stack_config.collapse)  # type: ignore[union-attr]
    policies = list(of_kind(objects[stack], "NetworkPolicy").values())
    testers = {names.smoke_test(service): (name, service) for name, pod in deployments.items() for service in pod.smoke}
    others = (*testers, *(name for name in of_kind(objects[stack], "Job") if name.startswith("migrate")))
    ends = {name: end for name, end in pods(objects[stack]) if name in deployments or name in others}
    assert set(testers) <= set(ends)
    open_ports = {
        (caller, callee, port)
        for caller, callee in product(ends, repeat=2)
        for port in {port for pod in deployments.values() for port in pod.ports.values()}
        if reaches(policies, ends[caller], ends[callee], port)
    }
    declared = {
        (caller, name, pod.ports[service])
        for name, pod in deployments.items()
        if pod.kind == "gke"
        for service, callers in pod.callers.items()
        for caller in callers
    } | {
        (tester, name, deployments[name].ports[service])
        for tester, (name, service) in testers.items()
        if deployments[name].kind == "gke"
    }
    assert open_ports == declared


@pytest.mark.parametrize("stack", STACKS)
def test_what_else_pods_reach(objects: Objects, stack: str) -> None:
    policies = list(of_kind(objects[stack], "NetworkPolicy").values())
    ends = dict(pods(objects[stack]))
    api, scribe, builder = ends["api"], ends["scribe"], ends["builder-mcp"]
    inside, outside = ends["read-smoke-test"], ends["provider-webhooks-smoke-test"]
    dns = End("kube-system", {"k8s-app": "kube-dns"})
    metadata, google, neighbour = End(address="169.254.169.254"), End(address="142.250.1.1"), End(address="10.99.0.1")
    (host,) = {
        variable["value"]
        for container in of_kind(objects[stack], "Deployment")["scribe"]["spec"]["template"]["spec"]["containers"]
        for variable in container["env"]
        if variable["name"] == "DATABASE_HOST"
    }
    for pod in (api, scribe, builder):
        assert reaches(policies, pod, dns, 53, "UDP")
        assert reaches(policies, pod, metadata, 80)
        assert reaches(policies, pod, google, 443)
        assert not reaches(policies, pod, google, 80)
        assert not reaches(policies, pod, neighbour, 443)
        assert not reaches(policies, pod, metadata, 443)
    assert [reaches(policies, pod, End(address=host), 5432) for pod in (api, scribe, builder)] == [True, True, False]
    # A preview has nothing outside its cluster.
    assert [reaches(policies, pod, google, 443) for pod in (inside, outside)] == [False, stack != "pr-42"]
    for pod in (inside, outside):
        assert reaches(policies, pod, dns, 53, "UDP")
        assert not reaches(policies, pod, End(address=host), 5432)
        assert not reaches(policies, pod, neighbour, 443)
    collector, stranger = End("gmp-system", {"app": "collector"}), End("default", {"app": "x"})
    assert [reaches(policies, it, scribe, 8080) for it in (collector, stranger)] == [True, False]


def test_checkov_finds_nothing_that_is_not_explained(objects: Objects, tmp_path: Path) -> None:
    if not CHECKOV.exists():
        pytest.skip("checkov has an environment of its own: run `make checkov` first")
    exceptions = yaml.safe_load(EXCEPTIONS.read_text())
    for stack in STACKS:
        folder = tmp_path / stack
        folder.mkdir()
        for number, it in enumerate(objects[stack]):
            (folder / f"{number:04}.yaml").write_text(yaml.safe_dump(it))
    flags = ["--framework", "kubernetes", "--output", "json", "--quiet", "--compact", "--skip-download"]
    command = [str(CHECKOV), "--directory", str(tmp_path), *flags]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    report = json.loads(ran.stdout)
    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["passed"] > 1000
    failed = {(it["check_id"], _short(it["resource"])) for it in report["results"]["failed_checks"]}
    explained = {
        (check, resource)
        for check, resource in failed
        if any(_covers(each, resource) for each in (exceptions.get(check) or {}).get("resources", ()))
    }
    assert sorted(failed - explained) == [], f"repair these, or explain them in {EXCEPTIONS.relative_to(PROGRAM)}"
    unused = [
        (check, each)
        for check, entry in exceptions.items()
        for each in entry["resources"]
        if not any(check == found and _covers(each, resource) for found, resource in failed)
    ]
    assert unused == [], "nothing fails these any more: take the exceptions out"


def _short(resource: str) -> str:
    """`Deployment.services.api` without the namespace: `Deployment api`."""
    kind, _, rest = resource.partition(".")
    return f"{kind} {rest.partition('.')[2] or rest}"


def _covers(pattern: str, resource: str) -> bool:
    return pattern == resource or (pattern.endswith("*") and resource.startswith(pattern[:-1]))
