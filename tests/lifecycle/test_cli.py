"""The real Pulumi CLI on the sandbox's stacks, attached as `slipway sandbox serve` says, and the other way round."""

from __future__ import annotations

import json
import os
import random
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from delivery import pins
from delivery.engine_pulumi import PulumiEngine
from delivery.pins import Pins
from delivery.place import Place
from delivery.workloads_pulumi import PulumiWorkloads
from tests.lifecycle import tampered
from tests.lifecycle.commands import PROGRAM, Site
from tests.sandbox.engine.states import comparable

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="the Pulumi CLI is not on the PATH"),
]
PASSPHRASE = "slipway-sandbox"


class Attached:
    """The CLI in the folder of the program, with the config and the clouds of a site."""

    def __init__(self, site: Site, exported: str, home: Path) -> None:
        pairs = [shlex.split(line.removeprefix("export "))[0].partition("=") for line in exported.splitlines()]
        own = {"PULUMI_HOME": str(home), "SLIPWAY_CONFIG_DIR": str(site.config), "SLIPWAY_ENGINE": "pulumi"}
        self.environment = {**{key: value for key, _, value in pairs}, **own}
        self._site = site

    def __call__(self, *arguments: str, stack: str) -> str:
        """`pulumi ARGUMENTS -s STACK`; it must succeed."""
        config = ["--config-file", str(self._site.config / f"Pulumi.{stack}.yaml")]
        done = subprocess.run(
            ["pulumi", *arguments, "-s", stack, *config, "--non-interactive"],
            cwd=PROGRAM,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def state(self, stack: str) -> Any:
        """What the state says, secrets in clear, but for times and metadata."""
        file = self._site.folder / ".sandbox" / ".pulumi" / "stacks" / "slipway" / f"{stack}.json"
        return comparable(json.loads(file.read_text()), PASSPHRASE)


@pytest.fixture
def cli(released: Site, tmp_path: Path) -> Iterator[Attached]:
    """Attached to a sandbox in which a release runs in dev."""
    serving = subprocess.Popen(
        [Path(sys.executable).parent / "slipway", "sandbox", "serve"],
        cwd=released.folder,
        env={**os.environ, "SLIPWAY_CONFIG_DIR": str(released.config)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert serving.stdout
    exported = [serving.stdout.readline() for _ in range(5)]
    yield Attached(released, "".join(exported), tmp_path / "home")
    serving.send_signal(signal.SIGINT)
    serving.wait(30)


def test_nothing_to_change_and_an_equal_state_after_its_own_update(cli: Attached, released: Site) -> None:
    released("pr", "open", "42", "--branch", "fix-login")
    for stack in ("shared", "dev", "pr-42", "prod"):
        ours = cli.state(stack)
        summary = json.loads(cli("preview", "--json", stack=stack))["changeSummary"]
        assert list(summary) == ["same"], stack
        cli("up", "--yes", "--skip-preview", stack=stack)
        assert cli.state(stack) == ours, stack


def test_what_the_cli_brought_up_the_sandbox_finds_unchanged_and_takes_down(cli: Attached, released: Site) -> None:
    released("destroy", "dev")
    cli("up", "--yes", "--skip-preview", stack="dev")
    changes = released("plan", "dev", "--json").json["changes"]
    assert {op for op, count in changes.items() if count} == {"same"}
    released("destroy", "dev")
    assert not [urn for urn in released.inventory() if "/ampersand-dev/" in urn[1]]


def test_the_command_drives_the_cli(cli: Attached, released: Site) -> None:
    site = Site(released.commands, released.folder, cli.environment)
    plan = site("plan", "dev", "--json").json
    assert {op for op, count in plan["changes"].items() if count} == {"same"}
    assert site("outputs", "dev", "--json").json["namespace"] == "services"
    (topic,) = [step["urn"] for step in plan["steps"] if step["urn"].endswith("topic:Topic::read-finished")]
    gone = site("destroy", "dev", "--yes", "--target", topic, "--target-dependents", "--json").json
    assert gone["changes"]["delete"] > 1
    assert topic in [step["urn"] for step in gone["steps"]]
    only = site("up", "dev", "--target", topic, "--json").json["changes"]
    assert (only["create"], only["delete"]) == (1, 0)
    assert site("up", "dev", "--json").json["changes"]["create"] == gone["changes"]["delete"] - 1
    assert site("plan", "dev", "--replace", topic, "--json").json["changes"]["replace"] >= 1
    assert [step["urn"] for step in site("refresh", "dev", "--target", topic, "--json").json["steps"]] == [topic]
    refused = site("up", "dev", "--target", topic + "s", code=2)
    assert f"Did you mean '{topic}'?" in refused.err
    # With the real engine the registry is the real one, too, which is not asked here; what it would let pass, the CLI rolls out.
    before = site.yaml("staging"), site.ledger("staging")
    assert "no credentials of Google Cloud are here" in site("promote", "staging", code=1).err
    assert (site.yaml("staging"), site.ledger("staging")) == before
    dev = yaml.safe_load(site.yaml("dev"))["config"]
    pinned = Pins(dev["slipway:images"], dev["slipway:release"], dev["slipway:migrated"])
    pins.write("staging", site.config, pinned)
    assert site("up", "staging", "--json").json["ok"] is True
    staging = site.status()["staging"]
    assert (staging["healthy"], staging["release"]) == (True, pinned.release)


def test_what_runs_is_seen_without_touching_the_state(
    cli: Attached, released: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in cli.environment.items():
        monkeypatch.setenv(name, value)
    states = released.folder / ".sandbox" / ".pulumi"
    workloads = PulumiWorkloads(PulumiEngine(Place(PROGRAM, released.config, released.folder / ".sandbox")))
    # Of folders too: a lock is a file that comes and goes.
    before = {path: path.stat().st_mtime_ns for path in states.rglob("*")}
    seen = workloads.running("dev", changing=False)
    assert {path: path.stat().st_mtime_ns for path in states.rglob("*")} == before
    assert seen
    assert all(load.healthy and load.digest for load in seen.values())
    assert seen == workloads.running("dev")


@pytest.mark.parametrize("stack", ["shared", "dev"])
def test_both_engines_find_the_same_drift_and_touch_no_state(cli: Attached, released: Site, stack: str) -> None:
    real = Site(released.commands, released.folder, cli.environment)
    states = released.folder / ".sandbox" / ".pulumi"
    before = {path: path.stat().st_mtime_ns for path in states.rglob("*")}
    nothing = released("drift", stack, "--json").json
    assert nothing["stacks"][stack]["looked_at"] > 100
    assert real("drift", stack, "--json").json == nothing

    chance, world = random.Random(stack), released.world
    with world.transaction() as tx:
        for number, resource in enumerate(tampered.one_of_each(tampered.managed(released, stack), chance)):
            entity = resource.entity
            if number % 4 == 0 and entity.type != tampered.CLUSTER:
                tx.delete(entity.cloud, entity.type, entity.id)
            else:
                tampered.change(tx, resource, chance.choice(resource.paths))
    world.close()
    ours = released("drift", stack, "--json", code=4).json
    assert len(ours["stacks"][stack]["drift"]) > 20
    assert real("drift", stack, "--json", code=4).json == ours
    assert {path: path.stat().st_mtime_ns for path in states.rglob("*")} == before


def test_a_state_with_an_open_journal_is_refused(cli: Attached, released: Site) -> None:
    file = released.config / "Pulumi.dev.yaml"
    file.write_text(file.read_text().replace("location: us-west1-a", "location: us-west1-b"))
    running = released.start("up", "dev")
    while "\n  " not in (running.err.read_text() if running.err.exists() else ""):
        time.sleep(0.001)
    running.kill()
    running.wait()
    with pytest.raises(AssertionError, match="slipway-journal-open"):
        cli("preview", stack="dev")
    released("up", "dev")
    assert list(json.loads(cli("preview", "--json", stack="dev"))["changeSummary"]) == ["same"]
