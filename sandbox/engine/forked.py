"""Runs in forked children, so that importing the SDK is paid for once however many runs follow.

Fork is safe from a process that has only imported: it must hold no gRPC channel or server, event loop, thread pool or
SQLite handle when it forks. On macOS, where forking after imports is not safe, runs happen in this process instead.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

from sandbox.engine import tuning
from sandbox.engine.analyzing import Analyze
from sandbox.engine.backend import FileBackend
from sandbox.engine.errors import EngineError
from sandbox.engine.events import Event, RunResult, StepDone, StepStarted
from sandbox.engine.run import Plugins, Resolve, RunRequest, run

_HEADER = 8
_PR_SET_PDEATHSIG = 1


def run_forked(
    request: RunRequest,
    backend: FileBackend,
    plugins: Plugins,
    on_event: Callable[[Event], None] | None = None,
    resolve: Resolve | None = None,
    analyze: Analyze | None = None,
) -> RunResult:
    """`run` in a child process; `plugins`, `resolve` and `analyze` are called there, `on_event` here. Raises what `run` raises.

    What the program prints goes to stderr, so that the caller's stdout stays its own. An interrupt (Ctrl-C) is passed on,
    the child saves what it did, and it is raised here after that; a second one kills the child. A child does not outlive
    this process.
    """
    if sys.platform == "darwin":
        return run(request, backend, plugins, on_event, resolve, analyze)
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _child(parent, writing, request, backend, plugins, resolve, analyze)
    os.close(writing)
    raised: BaseException | None = None
    outcome: tuple[str, Any] | None = None
    with os.fdopen(reading, "rb") as pipe, _interrupts_passed_to(child) as interrupts:
        while (frame := _receive(pipe)) is not None:
            if frame[0] != "event":
                outcome = frame
            elif on_event is not None and raised is None:
                try:
                    on_event(frame[1])
                except Exception as error:  # noqa: BLE001 - raised below: the child must be heard to its end
                    raised = error
        _, status = os.waitpid(child, 0)
    if raised is not None:
        raise raised
    if outcome is None and len(interrupts) > 1:
        raise KeyboardInterrupt
    if outcome is None:
        code = os.waitstatus_to_exitcode(status)
        raise EngineError("", f"the run ended without a result (exit code {code}); its journal holds what was done")
    if outcome[0] == "error":
        raise outcome[1]
    result: RunResult = outcome[1]
    return result


@contextmanager
def _interrupts_passed_to(child: int) -> Iterator[list[int]]:
    """Send interrupts on instead of raising them: half a frame read from the child could not be made whole again.

    The first lets the child finish what it does; the next ones kill it. Yields those so far. Only a main thread may do
    that; in another one nothing changes.
    """
    sent: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield sent
        return

    def pass_on(number: int, frame: object) -> None:
        sent.append(signal.SIGKILL if sent else signal.SIGINT)
        with suppress(ProcessLookupError):
            os.kill(child, sent[-1])

    before = signal.signal(signal.SIGINT, pass_on)
    try:
        yield sent
    finally:
        signal.signal(signal.SIGINT, before)


def _child(
    parent: int,
    writing: int,
    request: RunRequest,
    backend: FileBackend,
    plugins: Plugins,
    resolve: Resolve | None,
    analyze: Analyze | None,
) -> None:
    code = 1
    try:
        # A group of its own, so that the terminal's interrupt comes through the parent alone and once.
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _die_with(parent)
        tuning.tune()
        os.dup2(2, 1)
        with os.fdopen(writing, "wb") as pipe:
            try:
                result = run(request, backend, plugins, lambda event: _tell(pipe, event), resolve, analyze)
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                _send(pipe, "result", result)
                code = 0
            except BaseException as error:  # noqa: BLE001 - the parent raises it
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                _send(pipe, "error", _portable(error))
    except BaseException:  # noqa: BLE001 - nothing may get out of a forked child
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # Without the parent's exit handlers: they are not the child's to run.
        os._exit(code)


def _die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies: a killed command must not go on changing things.

    Linux only; elsewhere the child ends at its next event, when nobody reads the pipe any more.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _portable(error: BaseException) -> BaseException:
    """The exception if it survives pickling, else one that says the same."""
    try:
        pickle.loads(pickle.dumps(error))
        return error
    except Exception:  # noqa: BLE001 - pickling runs whatever the exception's class does
        return EngineError("", "".join(traceback.format_exception(error)))


def _tell(pipe: BinaryIO, event: Event) -> None:
    """Pass an event on, together with those before it: what stays as it is takes no time, and nobody is woken for it alone."""
    stays = (isinstance(event, StepStarted) and event.op == "same") or (
        isinstance(event, StepDone) and event.step.op == "same"
    )
    _send(pipe, "event", event, at_once=not stays)


def _send(pipe: BinaryIO, kind: str, value: object, at_once: bool = True) -> None:
    data = pickle.dumps((kind, value))
    try:
        pipe.write(len(data).to_bytes(_HEADER, "big") + data)
        if at_once:
            pipe.flush()
    except BrokenPipeError:
        # The parent is gone: end as if killed with it. The journal has what was done.
        os._exit(1)


def _receive(pipe: BinaryIO) -> tuple[str, Any] | None:
    header = pipe.read(_HEADER)
    if len(header) < _HEADER:
        return None
    data = pipe.read(int.from_bytes(header, "big"))
    frame: tuple[str, Any] = pickle.loads(data)
    return frame
