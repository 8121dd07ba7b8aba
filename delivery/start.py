"""Where `slipway` begins: an interrupt is answered in words even while the command is still being loaded."""

import os
import sys


def main() -> None:
    """The entry point."""
    _open_streams()
    try:
        from delivery import cli

        cli.main()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted before anything was done\n")
        sys.exit(130)


def _open_streams() -> None:
    """Where a stream is closed, as some services leave it, nothing is said there; the next file that is opened must not take its place."""
    for name, flags, mode in (("stdin", os.O_RDONLY, "r"), ("stdout", os.O_WRONLY, "w"), ("stderr", os.O_WRONLY, "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode))
