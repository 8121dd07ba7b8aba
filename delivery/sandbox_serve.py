"""`slipway sandbox serve`: the emulated providers for the real Pulumi CLI, until Ctrl-C."""

from delivery.desk import Desk
from delivery.screen import err
from sandbox.clouds import server


def serve(desk: Desk) -> None:
    """Print the `export` lines on stdout once the providers listen, so that a shell can evaluate them."""

    def ready(environment: dict[str, str]) -> None:
        print("\n".join(server.export_lines(environment)), flush=True)
        err().print("Evaluate these lines in the shell that runs pulumi. Ctrl-C stops the providers.", style="dim")

    server.serve(desk.place.sandbox, ready)
