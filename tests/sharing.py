"""What all workers of a run of the tests would make alike: the first that wants it makes it, the others wait for it."""

import fcntl
import importlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


def folder_of_run(factory: pytest.TempPathFactory) -> Path:
    """The one folder of all workers, which goes as their own ones do."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """No other worker is in here for the same path meanwhile."""
    with path.with_name(f"{path.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def once(folder: Path, make: Callable[[Path], object]) -> Path:
    """The folder, which `make` has filled once. What fails is tried anew by the next who asks."""
    folder.parent.mkdir(exist_ok=True)
    with alone(folder):
        if not folder.exists():
            unfinished = folder.with_name(f"{folder.name}.unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(folder)
    return folder


def import_own_part(tests: Path) -> None:
    """Have this worker import one part of the tests before it collects them all: in a fresh clone each file is compiled once, not by every
    worker at the same moment. What cannot be imported is left for collection to report.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if worker:
        count = int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        for file in sorted(tests.rglob("test_*.py"))[int(worker) :: count]:
            with suppress(Exception, pytest.skip.Exception):
                importlib.import_module(".".join(file.relative_to(tests.parent).with_suffix("").parts))
