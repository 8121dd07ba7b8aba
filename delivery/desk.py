"""What every command works with, put together once."""

from dataclasses import dataclass

from delivery.engines import Engine
from delivery.place import Place
from delivery.workloads import Workloads


@dataclass(frozen=True)
class Desk:
    """`who` is the name that goes into the ledger."""

    place: Place
    engine: Engine
    workloads: Workloads
    who: str
