"""Several stacks at once, each in a process of its own: forked from one that has imported the SDK already.

Threads would not do: the SDK keeps its settings in module globals.
"""

import multiprocessing
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection, wait

from delivery.engines import Engine, Event, Mode, Report, Update, quiet
from delivery.errors import Ended, Failed
from model.errors import ConfigError


def run_all(engine: Engine, stacks: Mapping[str, Mode], report: Report = quiet) -> dict[str, Update]:
    """Run independent stacks and return their updates. Raises Failed when one of them could not even run."""
    if sys.platform == "darwin":
        # Forking after imports is not safe there.
        return {stack: engine.run(stack, mode, report) for stack, mode in stacks.items()}
    for stack in stacks:
        engine.prepare(stack)
    context = multiprocessing.get_context("fork")
    children = {}
    for stack, mode in stacks.items():
        reading, writing = context.Pipe(duplex=False)
        child = context.Process(target=_child, args=(engine, stack, mode, writing))
        child.start()
        writing.close()
        children[reading] = (stack, child)
    updates: dict[str, Update] = {}
    problems: list[str] = []
    listening = dict(children)
    while listening:
        for pipe in wait(list(listening)):
            assert isinstance(pipe, Connection)
            stack, _ = listening[pipe]
            try:
                message = pipe.recv()
            except EOFError:
                del listening[pipe]
                if stack not in updates:
                    problems.append(f"{stack}: the run ended without a result")
                continue
            if isinstance(message, Event):
                report(message)
            elif isinstance(message, Update):
                updates[stack] = message
            else:
                del listening[pipe]
                problems.append(f"{stack}: {message}")
    for pipe, (_, child) in children.items():
        child.join()
        pipe.close()
    if problems:
        raise Failed("\n".join(problems))
    return updates


def _child(engine: Engine, stack: str, mode: Mode, pipe: Connection) -> None:
    try:
        pipe.send(engine.run(stack, mode, pipe.send))
    except (Ended, ConfigError, OSError) as error:
        pipe.send(str(error))
    pipe.close()
