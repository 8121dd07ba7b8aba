"""Slipway's own stacks, brought up by this engine, in the real Pulumi CLI attached to the emulated clouds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.clouds import open_providers
from sandbox.clouds.world import World
from sandbox.engine import FileBackend, Project, RunRequest, RunResult, StackConfig, run_forked
from tests.sandbox.engine.states import comparable

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="the Pulumi CLI is not on the PATH"),
]

ROOT = Path(__file__).parents[3]
PASSPHRASE = "slipway-sandbox"
SERVE = """
import json, sys
from pathlib import Path
from sandbox.clouds.server import serving
with serving(Path(sys.argv[1])) as environment:
    print(json.dumps(environment), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A copy of the program whose Pulumi.yaml names this interpreter's environment."""
    folder = tmp_path / "program"
    folder.mkdir()
    for file in (*ROOT.glob("Pulumi.*yaml"), ROOT / "services.yaml", ROOT / "__main__.py"):
        shutil.copy(file, folder)
    for package in ("components", "model"):
        shutil.copytree(ROOT / package, folder / package)
    options = {"toolchain": "pip", "virtualenv": sys.prefix}
    (folder / "Pulumi.yaml").write_text(
        json.dumps({"name": "slipway", "runtime": {"name": "python", "options": options}, "main": "."})
    )
    return folder


@pytest.fixture
def attached(tmp_path: Path, program: Path) -> Iterator[dict[str, str]]:
    """The environment of a CLI attached to the clouds of `tmp_path`."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        environment: dict[str, str] = json.loads(server.stdout.readline())
        home = {"PULUMI_HOME": str(tmp_path / "home"), "SLIPWAY_CONFIG_DIR": str(program)}
        yield {**os.environ, **environment, **home}
        server.stdin.close()


def _up(program: Path, sandbox: Path, stack: str) -> RunResult:
    project = Project.load(program)
    config = StackConfig.load(program / f"Pulumi.{stack}.yaml", PASSPHRASE, project.name)
    values, keys = project.merged(config)
    request = RunRequest(
        program,
        project.name,
        stack,
        "up",
        values,
        keys,
        env={"SLIPWAY_CONFIG_DIR": str(program)},
        encryption_salt=config.salt or None,
    )
    world = sandbox / "world.sqlite"
    return run_forked(
        request, FileBackend(sandbox, PASSPHRASE), lambda: open_providers(world), None, World(world).resolve
    )


def _pulumi(program: Path, environment: dict[str, str], *args: str) -> str:
    done = subprocess.run(
        ["pulumi", *args, "--non-interactive"],
        cwd=program,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("stack", ["shared", "dev", "prod"])
def test_the_cli_finds_a_stack_of_this_engine_unchanged(
    program: Path, tmp_path: Path, attached: dict[str, str], stack: str
) -> None:
    """Two runs before: `ignoreChanges` hands checked inputs back to Check, which then no longer counts them as defaults."""
    result = _up(program, tmp_path, stack)
    assert result.ok, result.diagnostics
    count = result.changes["create"]
    assert _up(program, tmp_path, stack).changes == {"create": 0, "update": 0, "replace": 0, "delete": 0, "same": count}
    state = FileBackend(tmp_path, PASSPHRASE).path("slipway", stack)
    ours: dict[str, Any] = json.loads(state.read_text())
    summary = json.loads(_pulumi(program, attached, "preview", "-s", stack, "--json"))["changeSummary"]
    assert summary == {"same": count}
    _pulumi(program, attached, "up", "-s", stack, "--yes", "--skip-preview")
    theirs = json.loads(state.read_text())
    assert theirs["checkpoint"]["latest"]["manifest"] != ours["checkpoint"]["latest"]["manifest"]
    assert comparable(theirs, PASSPHRASE) == comparable(ours, PASSPHRASE)
