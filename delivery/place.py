"""Where things are: the program, the config that it reads, and the sandbox."""

import os
from dataclasses import dataclass
from pathlib import Path

from model.errors import ConfigError, Problem, closest

CONFIG_DIR = "SLIPWAY_CONFIG_DIR"
SANDBOX = "SLIPWAY_SANDBOX"
PROJECT_FILE = "Pulumi.yaml"
OWN = Path(__file__).resolve().parent.parent
"""The checkout that this command was installed from."""
EXAMPLES = OWN / "examples"


@dataclass(frozen=True)
class Place:
    """`program` holds Pulumi.yaml, `config` the stack files, catalogue and ledger, `sandbox` world and states."""

    program: Path
    config: Path
    sandbox: Path


def example(name: str) -> Path:
    """The folder of an example. Raises ConfigError, with the nearest name, where there is none."""
    known = sorted(path.parent.name for path in EXAMPLES.glob(f"*/{PROJECT_FILE}"))
    if name in known:
        return EXAMPLES / name
    raise ConfigError(Problem("command line", "--example", f"there is no example '{name}'", closest(name, known)))


def find(config_dir: Path | None = None) -> Place:
    """The place to work in.

    The program is the nearest folder above the current one with a Pulumi.yaml, else the checkout that this command
    was installed from; its folder is the config folder too unless `config_dir` or SLIPWAY_CONFIG_DIR says otherwise.
    The sandbox is `.sandbox` of the current folder, or where SLIPWAY_SANDBOX points.
    """
    current = Path.cwd()
    candidates = [current, *current.parents, OWN]
    program = next((folder for folder in candidates if (folder / PROJECT_FILE).is_file()), None)
    if program is None:
        raise ConfigError(Problem(PROJECT_FILE, "", f"there is none in {current} or above", "Change to your clone."))
    given = config_dir or (Path(os.environ[CONFIG_DIR]) if os.environ.get(CONFIG_DIR) else None)
    if given is not None and not given.is_dir():
        raise ConfigError(Problem("command line", "--config-dir", f"there is no folder {given}", "Name a folder."))
    sandbox = Path(os.environ.get(SANDBOX) or current / ".sandbox")
    if sandbox.exists() and not sandbox.is_dir():
        raise ConfigError(
            Problem("command line", SANDBOX, f"{sandbox} is no folder", "Name a folder, made if missing.")
        )
    return Place(program, (given or program).resolve(), sandbox.absolute())
