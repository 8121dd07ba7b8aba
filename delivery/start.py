"""Where `slipway` begins: an interrupt is answered in words even while the command is still being loaded."""

import sys


def main() -> None:
    """The entry point."""
    try:
        from delivery import cli

        cli.main()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted before anything was done\n")
        sys.exit(130)
