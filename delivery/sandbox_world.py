"""The emulated world as commands use it: who keeps it for too long is told as whoever is at a stack."""

from collections.abc import Iterator
from contextlib import contextmanager

from delivery.errors import Locked
from sandbox.clouds.world import Snapshot, Transaction, World, WorldHeld

REMEDY = "Wait for it to end; if it hangs, end it: what it had not finished is undone."


class SandboxWorld(World):
    """Raises Locked where the world would raise WorldHeld."""

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """See World."""
        with locked(), super().transaction() as tx:
            yield tx

    @contextmanager
    def read(self) -> Iterator[Snapshot]:
        """See World."""
        with locked(), super().read() as tx:
            yield tx


@contextmanager
def locked() -> Iterator[None]:
    """Within the block a world that is held is somebody else's at work."""
    try:
        yield
    except WorldHeld as held:
        raise Locked(held.message, REMEDY) from None
