"""An exception of the program: the way to it in the program's own files."""

from __future__ import annotations

import functools
import os
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi

from sandbox.engine.channel import RpcFailure

_ENGINE = str(Path(__file__).parent) + os.sep
_SDK = str(Path(pulumi.__file__).parent) + os.sep
_WAY = "_way_in_apply"


@dataclass(frozen=True)
class Crash:
    """An exception of the program: its class's qualified name, its message, and the traceback in the program's files."""

    type: str
    message: str
    traceback: str


def crash_of(error: BaseException, main: Path) -> Crash:
    """What to tell of an exception of the program in `main`, a folder or a file."""
    own = str(main if main.is_dir() else main.parent)
    text = "".join(user_frames(error, own))
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    return Crash(name, str(error), text)


def origins(error: BaseException) -> list[BaseException]:
    """The error, what it came from, and so on. The SDK raises some errors from themselves."""
    found: list[BaseException] = []
    ahead: list[BaseException | None] = [error]
    while ahead:
        each = ahead.pop()
        if each is not None and not any(each is other for other in found):
            found.append(each)
            ahead += [each.__context__, each.__cause__]
    return found


def user_frames(error: BaseException, own: str) -> list[str]:
    """The traceback in the program's own files; if none is of them, that in the libraries, without the engine's and the SDK's.

    Where the monitor has refused what the program does not wait for, there is none: the message says what it is about.
    """
    lines: list[str] = []
    if error.__cause__ is not None and error.__cause__ is not error:
        lines += user_frames(error.__cause__, own)
        lines.append("\nThe above exception was the direct cause of the following exception:\n\n")
    frames = traceback.extract_tb(error.__traceback__)
    shown = _of_user(frames, own) or _of_user(traceback.extract_tb(getattr(error, _WAY, None)), own)
    if not shown and not any(isinstance(each, RpcFailure) for each in origins(error)):
        inside = [number for number, frame in enumerate(frames) if frame.filename.startswith(_ENGINE)]
        rest = frames[inside[-1] + 1 :] if inside else list(frames)
        shown = [frame for frame in rest if not frame.filename.startswith(("<frozen ", _SDK))]
    if shown:
        lines.append("Traceback (most recent call last):\n")
        lines += traceback.format_list(shown)
    lines += traceback.format_exception_only(type(error), error)
    return lines


def _of_user(frames: traceback.StackSummary, own: str) -> list[traceback.FrameSummary]:
    """The frames in the folder, in which the environment with the libraries may lie too, and this engine."""
    return [
        each
        for each in frames
        if each.filename.startswith(own + os.sep)
        and "site-packages" not in each.filename
        and not each.filename.startswith(_ENGINE)
    ]


_apply = pulumi.Output.apply


@functools.wraps(_apply)
def _followed(output: Any, func: Callable[[Any], Any], run_with_unknowns: bool = False) -> Any:
    """As `apply`; an exception of the program's function keeps the way to it."""
    if (getattr(func, "__module__", None) or "").startswith("pulumi"):
        return _apply(output, func, run_with_unknowns)

    def call(value: Any) -> Any:
        try:
            return func(value)
        except Exception as error:
            with suppress(AttributeError):
                setattr(error, _WAY, error.__traceback__)
            raise

    return _apply(output, call, run_with_unknowns)


def follow_applies() -> None:
    """Keep the way to exceptions in functions given to `apply`, which the loop forgets once an Output is awaited twice."""
    if pulumi.Output.apply is not _followed:
        setattr(pulumi.Output, "apply", _followed)  # noqa: B010 - it is a method to type checkers
