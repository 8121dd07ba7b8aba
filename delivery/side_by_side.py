"""Several stacks at once, each in a process of its own: forked from one that has imported the SDK already.

Threads would not do: the SDK keeps its settings in module globals.
"""

import multiprocessing
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait

from delivery.engines import Engine, Event, Mode, Report, Update, quiet
from delivery.errors import Ended, Failed
from model.errors import ConfigError


@dataclass(frozen=True)
class Run:
    """One run of one stack."""

    engine: Engine
    stack: str
    mode: Mode


def run_all(engine: Engine, stacks: Mapping[str, Mode], report: Report = quiet) -> dict[str, Update]:
    """Run independent stacks and return their updates. Raises Failed when one of them could not even run."""
    return run_each({stack: Run(engine, stack, mode) for stack, mode in stacks.items()}, report)


def run_each(runs: Mapping[str, Run], report: Report = quiet) -> dict[str, Update]:
    """Runs that do not depend on each other, and their updates by the same keys. Raises Failed when one could not even run."""
    if sys.platform == "darwin":
        # Forking after imports is not safe there.
        return {key: it.engine.run(it.stack, it.mode, report) for key, it in runs.items()}
    for it in runs.values():
        it.engine.prepare(it.stack)
    context = multiprocessing.get_context("fork")
    children = {}
    for key, it in runs.items():
        reading, writing = context.Pipe(duplex=False)
        child = context.Process(target=_child, args=(it, writing))
        child.start()
        writing.close()
        children[reading] = (key, child)
    updates: dict[str, Update] = {}
    problems: list[str] = []
    listening = dict(children)
    while listening:
        for pipe in wait(list(listening)):
            assert isinstance(pipe, Connection)
            key, _ = listening[pipe]
            try:
                message = pipe.recv()
            except EOFError:
                del listening[pipe]
                if key not in updates:
                    problems.append(f"{key}: the run ended without a result")
                continue
            if isinstance(message, Event):
                report(message)
            elif isinstance(message, Update):
                updates[key] = message
            else:
                del listening[pipe]
                problems.append(f"{key}: {message}")
    for pipe, (_, child) in children.items():
        child.join()
        pipe.close()
    if problems:
        raise Failed("\n".join(problems))
    return updates


def _child(it: Run, pipe: Connection) -> None:
    try:
        pipe.send(it.engine.run(it.stack, it.mode, pipe.send))
    except (Ended, ConfigError, OSError) as error:
        pipe.send(str(error))
    pipe.close()
