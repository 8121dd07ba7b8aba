"""A real control plane says of every environment, and of thousands of objects that are nearly right, what the sandbox says. Needs `make test-cluster` to have built it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from tests.cluster import copies, verdicts
from tests.cluster.api import Api
from tests.cluster.control_plane import built, control_plane
from tests.lifecycle.commands import IMAGES, Site, digest
from tests.sandbox.kubernetes.verdicts import changes

pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(not built(), reason="there is no real control plane; `make test-cluster` builds one with Go"),
]

ENVIRONMENTS = ("dev", "staging", "prod")


@pytest.fixture(scope="module")
def everywhere(released_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """One release in every environment, and a preview in dev."""
    site = released_site.copy(tmp_path_factory.mktemp("everywhere") / "site")
    for stack in ENVIRONMENTS[1:]:
        site("promote", stack)
    site("pr", "open", "42", "--branch", "search")
    return site


@contextmanager
def copied(site: Site, stack: str, folder: Path) -> Iterator[tuple[Api, str]]:
    """The stack's cluster in a real control plane, and the endpoint of the emulated one."""
    endpoint = str(site("outputs", stack, "--json").json["cluster_endpoint"])
    with control_plane(folder) as api:
        copies.serve_custom_kinds(api)
        for node in copies.emulated_nodes(site.world, endpoint):
            api.apply(node)
        apply(api, site, endpoint)
        yield api, endpoint


def apply(api: Api, site: Site, endpoint: str, before: Mapping[str, Mapping[str, Any]] = MappingProxyType({})) -> None:
    """Everything that the emulated cluster has been given, as it stands now; what was there before and has been deleted there,
    or replaced, is deleted first."""
    manifests = copies.emulated_manifests(site.world, endpoint)
    for uid, manifest in before.items():
        if uid not in manifests:
            api.delete(manifest)
    for manifest in manifests.values():
        api.apply(manifest)


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_everything_is_accepted_ready_and_rolled_over(everywhere: Site, stack: str, tmp_path: Path) -> None:
    site = everywhere.copy(tmp_path / "site")
    with copied(site, stack, tmp_path / "cluster") as (api, endpoint):
        first = copies.emulated_verdicts(site.world, endpoint)
        assert all(verdict.ready == verdict.desired > 0 for verdict in first.values())
        copies.agreed(api, first)
        jobs = copies.emulated_jobs(site.world, endpoint)
        assert set(jobs.values()) == {True}
        copies.settled(lambda: copies.real_jobs(api) == jobs, "the same Jobs are complete")

        before = copies.emulated_manifests(site.world, endpoint)
        release = site.release(dict.fromkeys(IMAGES, 2), migration="expand")
        site("deploy", "dev", release)
        for following in ENVIRONMENTS[1 : ENVIRONMENTS.index(stack) + 1]:
            site("promote", following)
        apply(api, site, endpoint, before)
        second = copies.emulated_verdicts(site.world, endpoint)
        changed = {image for verdict in second.values() for image in verdict.images if image.endswith(digest(2))}
        assert changed
        copies.agreed(api, second)
        jobs = copies.emulated_jobs(site.world, endpoint)
        assert set(jobs.values()) == {True}
        copies.settled(
            lambda: copies.real_jobs(api) == jobs, "the Jobs of the second release are complete, and no others"
        )


def test_what_does_not_fit_waits_for_the_same_reason(everywhere: Site, tmp_path: Path) -> None:
    site = everywhere.copy(tmp_path / "site")
    path = site.config / "Pulumi.prod.yaml"
    # No node has as many cores.
    text = path.read_text().replace(
        'api: {replicas: 6, maxReplicas: 24, cpu: "1"', 'api: {replicas: 6, maxReplicas: 24, cpu: "9"'
    )
    path.write_text(text)
    assert "Insufficient cpu" in site("up", "prod", code=1).out
    with copied(site, "prod", tmp_path / "cluster") as (api, endpoint):
        verdicts = copies.emulated_verdicts(site.world, endpoint)
        assert verdicts["services", "api"].unscheduled
        # Old pods are what an update leaves; a cluster that starts anew has none. So compared is why, not how many.
        copies.settled(
            lambda: copies.real_verdicts(api)["services", "api"].unscheduled == verdicts["services", "api"].unscheduled,
            "pods of api wait for the same reason",
        )


def test_the_record_of_what_a_real_api_server_takes_is_true(tmp_path: Path) -> None:
    with control_plane(tmp_path / "cluster") as api:
        assert verdicts.taken(api) == changes.load()
        assert verdicts.fixed(api) == changes.load("fixed")


def test_nodes_are_drained_within_the_budgets(everywhere: Site, tmp_path: Path) -> None:
    with copied(everywhere, "prod", tmp_path / "cluster") as (api, endpoint):
        before = copies.emulated_verdicts(everywhere.world, endpoint)
        copies.agreed(api, before)
        floors = {key: verdict.desired - 1 for key, verdict in before.items()}
        nodes = copies.busiest_nodes(api)
        assert copies.drain(api, nodes[: len(nodes) // 2], floors) > 0, "no budget put an eviction off"
        copies.agreed(api, before)
