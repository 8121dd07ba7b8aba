"""N topics: the smallest program of many resources, in this project's engine and against the SDK's floor.

`python -m bench.topics N` is the whole of it in a process of its own: imports, engine, emulated cloud, state.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench import floor
from sandbox.clouds import open_providers
from sandbox.clouds.gcp import cloud as _gcp  # noqa: F401 - imported before any fork
from sandbox.clouds.kubernetes import cloud as _kubernetes  # noqa: F401
from sandbox.engine import FileBackend, RunRequest, preload, run

PROGRAM = Path(__file__).parent / "many_topics"
PASSPHRASE = "bench"
SALT = "v1:LOiLWehDiDM=:v1:I4SuRvyC1DG672GW:JT6ecorMCstRb774/9uO65tDpS14SQ=="
"""As a stack file holds it, so that no run makes one."""


def config(count: int) -> dict[str, str]:
    """The program's configuration."""
    return {"bench:topics": str(count)}


def engine(count: int) -> None:
    """All topics made in a new world, by the engine and the providers in this process."""
    with tempfile.TemporaryDirectory(prefix="slipway-bench-") as folder:
        root = Path(folder)
        request = RunRequest(PROGRAM, floor.PROJECT, floor.STACK, "up", config(count), encryption_salt=SALT)
        result = run(request, FileBackend(root, PASSPHRASE), lambda: open_providers(root / "world.sqlite"))
        if not result.ok or result.changes["create"] != count + 1:
            raise RuntimeError(f"{result.changes} {result.diagnostics}")


def sdk(count: int, address: str = "") -> None:
    """The same program against the trivial monitor at this address, or against one in this process."""
    floor.run(PROGRAM, config(count), address)


if __name__ == "__main__":
    preload(PROGRAM)
    engine(int(sys.argv[1]))
