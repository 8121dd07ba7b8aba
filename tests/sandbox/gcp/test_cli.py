"""The real Pulumi CLI, attached to the served providers, deploys, changes, refreshes and destroys a small system."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.clouds.server import serving
from sandbox.clouds.world import World

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="the Pulumi CLI is not on the PATH"),
]

PROGRAM = """
import pulumi
from pulumi_gcp import compute, container, pubsub

machine = pulumi.Config().require("machine")
network = compute.Network("main", auto_create_subnetworks=False)
nodes = compute.Subnetwork("nodes", network=network.id, ip_cidr_range="10.0.0.0/20")
cluster = container.Cluster(
    "main",
    location="us-west1",
    network=network.id,
    subnetwork=nodes.id,
    initial_node_count=1,
    remove_default_node_pool=True,
    deletion_protection=False,
)
container.NodePool("main", cluster=cluster.id, node_count=1, node_config={"machine_type": machine})
topic = pubsub.Topic("events")
pubsub.Subscription("events", topic=topic.id)
pulumi.export("endpoint", cluster.endpoint)
"""


@dataclass(frozen=True)
class Cli:
    """A project with one stack, and the environment that attaches the CLI."""

    directory: Path
    environment: dict[str, str]

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.directory,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def operations(self, *arguments: str) -> dict[str, str]:
        """What was done to which resource, by `type name`; unchanged ones left out."""
        events = [json.loads(line) for line in self.run(*arguments, "--json").splitlines() if line.startswith("{")]
        found = [event["resourcePreEvent"]["metadata"] for event in events if "resourcePreEvent" in event]
        return {
            f"{it['type'].rsplit(':', 1)[1]} {it['urn'].rsplit('::', 1)[1]}": it["op"]
            for it in found
            if it["op"] != "same" and not it["type"].startswith("pulumi:")
        }


@pytest.fixture
def cli(tmp_path: Path) -> Iterator[Cli]:
    project = tmp_path / "project"
    project.mkdir()
    (project / "__main__.py").write_text(PROGRAM)
    runtime = {"name": "python", "options": {"virtualenv": sys.prefix}}
    (project / "Pulumi.yaml").write_text(json.dumps({"name": "small", "runtime": runtime}))
    with serving(tmp_path / "sandbox") as environment:
        attached = Cli(project, environment)
        attached.run("stack", "init", "dev")
        for key, value in (("gcp:project", "acme"), ("gcp:region", "us-west1"), ("machine", "e2-standard-2")):
            attached.run("config", "set", key, value)
        yield attached


def test_a_small_system_from_first_to_last(cli: Cli, tmp_path: Path) -> None:
    everything = {
        "Network main",
        "Subnetwork nodes",
        "Cluster main",
        "NodePool main",
        "Topic events",
        "Subscription events",
    }
    up = ("up", "--yes", "--skip-preview")

    cli.run("preview")
    assert cli.operations(*up) == dict.fromkeys(everything, "create")
    assert cli.operations("refresh", "--yes", "--skip-preview") == dict.fromkeys(everything, "refresh")
    cli.run("preview", "--expect-no-changes")
    cli.run("config", "set", "machine", "e2-standard-4")
    assert cli.operations(*up) == {"NodePool main": "update"}
    with World(tmp_path / "sandbox" / "world.sqlite").read() as tx:
        assert len(tx.list("gcp")) == 6
    assert cli.operations("destroy", "--yes", "--skip-preview") == dict.fromkeys(everything, "delete")
    with World(tmp_path / "sandbox" / "world.sqlite").read() as tx:
        assert tx.list("gcp") == []
