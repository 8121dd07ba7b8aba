"""Who is at the keyboard, as the ledger names them."""

import getpass
import os
import subprocess
from pathlib import Path

VARIABLE = "SLIPWAY_ACTOR"


def current(folder: Path) -> str:
    """SLIPWAY_ACTOR where it is set (a build's identity), else git's e-mail address, else the user of the machine."""
    if named := os.environ.get(VARIABLE):
        return named
    try:
        asked = subprocess.run(
            ["git", "config", "user.email"], cwd=folder, capture_output=True, text=True, timeout=10, check=False
        )
        if email := asked.stdout.strip():
            return email
    except (OSError, subprocess.TimeoutExpired):
        pass
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
