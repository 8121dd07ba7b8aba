"""The Pulumi CLI with its file backend, attached to the emulated providers as `slipway sandbox serve` attaches it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.children import beside
from sandbox.clouds.server import serving

MISSING = "no pulumi on the PATH"
NO_CHECKPOINTS = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
"""The state is written once, at the end: quicker, and a killed run leaves no record of what it made."""


def present() -> bool:
    """Whether there is a CLI, with the language host for Python."""
    return all(shutil.which(name) for name in ("pulumi", "pulumi-language-python"))


@dataclass(frozen=True, kw_only=True)
class Cli:
    """The CLI at a sandbox's state and world, for the program in `project`."""

    project: Path
    environment: Mapping[str, str]

    def __call__(self, *arguments: str) -> float:
        """Run a command to its end; the seconds that it took. Raises RuntimeError with its output if it fails."""
        start = time.perf_counter()
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.project,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - start
        if done.returncode:
            raise RuntimeError(f"pulumi {' '.join(arguments)}:\n{done.stdout}{done.stderr}")
        return seconds


@contextmanager
def attached(project: Path, sandbox: Path, extra: Mapping[str, str] | None = None) -> Iterator[Cli]:
    """A CLI for as long as the block lasts. The providers have a process of their own, as the real ones have."""
    with beside(lambda: serving(sandbox)) as exports:
        environment = {
            **os.environ,
            **exports,
            "PULUMI_HOME": str(sandbox / "home"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            **(extra or {}),
        }
        yield Cli(project=project, environment=environment)
