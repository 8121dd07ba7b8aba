"""Environments and what their node pools can hold; the guide to node pools, typed in its order."""

from __future__ import annotations

import re
import shlex

import pytest

from tests.lifecycle.commands import PROGRAM, Site
from tests.lifecycle.test_readme import FENCE

GUIDE = PROGRAM / "docs" / "how-to" / "add-a-node-pool.md"
BLOCKS = re.compile(r"```(?:yaml|text)\n(.*?)```", re.DOTALL)
DEFAULT = "    nodePools:\n      default: {machineType: e2-standard-4, minNodes: 1, maxNodes: 12, spot: true}\n"
METRICS = "  metrics: {image: metrics, port: 8080, callers: [api]}\n"


def write(site: Site, file: str, old: str, new: str) -> None:
    text = (site.config / file).read_text()
    assert text.count(old) == 1, f"{old} in {file}"
    (site.config / file).write_text(text.replace(old, new))


@pytest.mark.prove
def test_a_prod_that_does_not_fit_its_pools_does_not_become_ready(released: Site) -> None:
    """Three nodes of 7.91 cores take not quite all of the ten services' pods."""
    released("promote", "staging")
    write(released, "Pulumi.prod.yaml", "minNodes: 2, maxNodes: 10", "minNodes: 1, maxNodes: 1")
    released("up", "prod")

    said = released("promote", "prod", code=1).err
    assert re.search(r"0/3 nodes are available: 3 Insufficient cpu\. Short by 0\.\d+ vCPU", said)
    assert released.status()["prod"]["healthy"] is False

    write(released, "Pulumi.prod.yaml", "minNodes: 1, maxNodes: 1", "minNodes: 1, maxNodes: 2")
    released("up", "prod")
    assert released.status()["prod"]["healthy"] is True


@pytest.mark.journey
def test_the_guide_to_node_pools(released: Site) -> None:
    pools, service, missing = BLOCKS.findall(GUIDE.read_text())
    commands = [line for block in FENCE.findall(GUIDE.read_text()) for line in block.splitlines()]
    ran = [command.partition("#")[0].removeprefix("slipway ").strip() for command in commands]
    assert ran == ["plan dev", "up dev", "up dev", "status"]

    none, full = missing.splitlines()
    write(released, "services.yaml", METRICS, service)
    assert none in released("up", "dev", code=1).out
    write(released, "services.yaml", service, METRICS)
    released("up", "dev")

    write(released, "Pulumi.dev.yaml", DEFAULT, pools)
    planned, _ = (released(*shlex.split(command)).out for command in ran[:2])
    assert re.search(r"Cluster +\+ 1 create", planned)
    assert "1 to create, " in planned
    write(released, "services.yaml", METRICS, service)
    _, status = (released(*shlex.split(command)).out for command in ran[2:])
    assert "dev" in status
    assert released.status()["dev"]["healthy"] is True

    two = service.replace("nvidia-tesla-t4", "nvidia-tesla-t4, count: 2")
    write(released, "services.yaml", service, two)
    assert full in released("up", "dev", code=1).out
    write(released, "services.yaml", two, METRICS)
    write(released, "Pulumi.dev.yaml", pools, DEFAULT)
    assert re.search(r"Cluster +- 1 delete", released("up", "dev").out)
