"""`slipway git-credential`: only wiring."""

import os
import sys
from typing import Annotated

import typer

from delivery.errors import Ended
from model.errors import ConfigError


def git_credential(
    operation: Annotated[
        str, typer.Argument(metavar="get|store|erase", help="What git says; all but 'get' is nothing.")
    ],
) -> None:
    """Answer git's question for GitHub's password."""
    from delivery import git_credential as verb

    try:
        sys.stdout.write(verb.answered(operation, sys.stdin, os.environ))
    except (Ended, ConfigError):
        sys.stdout.write(verb.QUIT)
        raise
