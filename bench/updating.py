"""An update as `slipway up` has the engine make it, with the project's program or another one, in this process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from delivery.engine_sandbox import PASSPHRASE
from delivery.place import CONFIG_DIR
from model.stacks import stack_file
from sandbox import engine
from sandbox.clouds import open_providers


def update(program: Path, config: Path, sandbox: Path, stack: str) -> None:
    """Bring a stack up in this sandbox. Raises RuntimeError where that fails."""
    project, values, secret_keys, salt = project_of(program, config, stack)
    request = engine.RunRequest(
        project_dir=program,
        project=project.name,
        stack=stack,
        mode="up",
        config=values,
        secret_keys=secret_keys,
        env={CONFIG_DIR: str(config)},
        encryption_salt=salt,
    )
    world = sandbox / "world.sqlite"
    result = engine.run(request, engine.FileBackend(sandbox, PASSPHRASE), lambda: open_providers(world))
    if not result.ok:
        raise RuntimeError("\n".join(f"{found.urn}: {found.message}" for found in result.diagnostics))


def project_of(program: Path, config: Path, stack: str) -> tuple[engine.Project, Mapping[str, str], Any, str | None]:
    """The program's project; the stack's config with its secrets open, which keys are secret, and the salt they are kept with."""
    project = engine.Project.load(program)
    loaded = engine.StackConfig.load(config / stack_file(stack), PASSPHRASE, project.name)
    return project, *project.merged(loaded), loaded.salt
