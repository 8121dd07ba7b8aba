"""The stand-ins of a build are asked by steps, and steps are stopped."""

from __future__ import annotations

import json
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from sandbox.clouds.world import World
from sandbox.programs import serving

ASKED = {"arguments": ["docker", "nonsense"], "folder": "/", "environment": {}}


@pytest.mark.parametrize("said", [b"", b'{"arguments": ["doc', json.dumps(ASKED).encode() + b"\n"])
def test_who_leaves_before_the_answer_disturbs_nobody(
    said: bytes, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="slipway-build-") as name,
        serving.served(Path(name), World(tmp_path / "world.sqlite"), "build@acme.iam", ["trivy"]) as programs,
    ):
        for _ in range(20):
            with socket.socket(socket.AF_UNIX) as there:
                there.connect(f"{name}/programs.socket")
                there.sendall(said)
        last = subprocess.run([programs / "docker", "nonsense"], capture_output=True, text=True, check=False)
    assert last.returncode != 0
    assert "docker" in last.stderr
    assert capfd.readouterr().err == ""
