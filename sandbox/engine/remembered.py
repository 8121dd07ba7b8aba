"""Pure functions of Pulumi's SDK that are asked the same for every resource: what they answered is remembered.

Nothing else of the SDK is touched. Each is taken only where its code names nothing but what it was known to work with,
and left alone where a later SDK has changed it: then it is as slow as in Pulumi.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

from pulumi import _types
from pulumi.runtime import resource, rpc

Function = Callable[..., Any]

_STACKS = 1000
"""So many are remembered before all are forgotten: each program that a process runs has stacks of its own."""


def _by_stack(function: Function) -> Function:
    """Of the stack that it is called on, by all places of it; who asks copies the answer.

    The code is kept beside the answer, so that its number is not given to another one.
    """
    known: dict[tuple[int, ...], tuple[Any, list[CodeType]]] = {}

    @functools.wraps(function)
    def trace() -> Any:
        places: list[int] = []
        codes: list[CodeType] = []
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            codes.append(frame.f_code)
            places += id(frame.f_code), frame.f_lineno
            frame = frame.f_back
        found = known.get(key := tuple(places))
        if found is None:
            if len(known) >= _STACKS:
                known.clear()
            found = known[key] = function(), codes
        return found[0]

    return trace


def _by_place(function: Function) -> Function:
    """Of a frame, by its place in the source, which is all that it reads; who asks copies the answer."""
    known: dict[tuple[str, int | None], Any] = {}

    @functools.wraps(function)
    def position(frame: Any) -> Any:
        place = frame.filename, frame.lineno
        if place not in known:
            known[place] = function(frame)
        return known[place]

    return position


def _by_identity(function: Function) -> Function:
    """Of a class or an annotation, which does not change; who asks only reads the answer.

    By identity, since hashing an annotation costs as much as the answer. It is kept beside that, so that its number is
    not given to another one.
    """
    known: dict[int, tuple[Any, Any]] = {}

    @functools.wraps(function)
    def answered(asked: Any) -> Any:
        found = known.get(id(asked))
        if found is None:
            found = known[id(asked)] = asked, function(asked)
        return found[1]

    return answered


REMEMBERED: tuple[tuple[ModuleType, str, Callable[[Function], Function], str], ...] = (
    # Resources made in a loop are made on one and the same stack: 4 %.
    (
        resource,
        "_get_stack_trace",
        _by_stack,
        "FrameSummary StackFrame StackTrace extract_stack len list map name range reversed source_pb2 traceback",
    ),
    # Others name some forty frames of the same few files; to make addresses of their paths: 7 %.
    (
        resource,
        "_get_source_position_for_frame",
        _by_place,
        "BaseException Path SourcePosition as_uri filename lineno pathlib source_pb2",
    ),
    # Tables of a class's properties, made anew for each of its resources: 3 %.
    (_types, "resource_types", _by_identity, "_types_from_annotations _types_from_py_properties"),
    (
        _types,
        "resource_pulumi_to_py_names",
        _by_identity,
        "_pulumi_to_py_names_from_annotations _pulumi_to_py_names_from_py_properties",
    ),
    (_types, "input_type_py_to_pulumi_names", _by_identity, "_py_properties is_input_type"),
    # Asked for every value on its way to the engine or back: 3 %.
    (
        _types,
        "unwrap_type",
        _by_identity,
        "Output _is_union_type get_args get_origin len type typing unwrap_optional_type",
    ),
    (_types, "unwrap_optional_type", _by_identity, "_is_optional_type get_args len type typing"),
    (
        rpc,
        "_get_list_element_type",
        _by_identity,
        "Any AssertionError List Sequence abc cast get_args get_origin len list type typing",
    ),
)
"""Module, name, how its answers are told apart, and what its code names; with what it cost of an unchanged `up`."""


def remember() -> None:
    """Take these functions, for all runs of this process."""
    for module, name, how, names in REMEMBERED:
        function = getattr(module, name, None)
        if isinstance(function, FunctionType) and _known(function, names.split()):
            setattr(module, name, how(function))


def _known(function: FunctionType, names: list[str]) -> bool:
    """Whether it is not taken yet, and works with nothing but this."""
    return not hasattr(function, "__wrapped__") and set(filter(None, function.__code__.co_names)) <= set(names)
