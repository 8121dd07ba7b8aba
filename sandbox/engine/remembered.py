"""Pure functions of Pulumi's SDK that are asked for every resource: what they answered is remembered, or found shorter.

Nothing else of the SDK is touched. Each is taken only where its code names nothing but what it was known to work with,
and left alone where a later SDK has changed it: then it is as slow as in Pulumi.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from traceback import FrameSummary
from types import CodeType, FrameType, FunctionType, ModuleType, NoneType
from typing import Any

from pulumi import Alias, Output, Resource, _types
from pulumi import resource as sdk_resource
from pulumi.runtime import resource, rpc

Function = Callable[..., Any]

_ENGINE = str(Path(__file__).parent) + os.sep
_STACKS = 1000
"""So many are remembered before all are forgotten: each program that a process runs has stacks of its own."""


def _program(frame: FrameType | None) -> Iterator[FrameType]:
    """This frame and those that called it, as far as they are the program's: a state holds none of the engine's (`goal.py`)."""
    while frame is not None and not frame.f_code.co_filename.startswith(_ENGINE):
        yield frame
        frame = frame.f_back


class _Places:
    """What the SDK asks of `traceback`, without the source lines, for which all files of the stack would be read."""

    FrameSummary = FrameSummary

    @staticmethod
    def extract_stack() -> list[FrameSummary]:
        """The program's frames, outermost first."""
        # Above them are this function, the SDK's that asks, and the one that remembers its answer.
        return [
            FrameSummary(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name, lookup_line=False)
            for frame in _program(sys._getframe(3))
        ][::-1]


def _by_stack(function: Function) -> Function:
    """Of the stack that it is called on, by all places of it; who asks copies the answer.

    The code is kept beside the answer, so that its number is not given to another one.
    """
    found_anew = function
    if isinstance(function, FunctionType):
        found_anew = FunctionType(function.__code__, {**function.__globals__, "traceback": _Places})
    known: dict[tuple[tuple[int, int], ...], tuple[Any, list[CodeType]]] = {}

    @functools.wraps(function)
    def trace() -> Any:
        # An instruction's place stands for its line, which has to be looked up.
        frames = list(_program(sys._getframe(1)))
        key = tuple((id(frame.f_code), frame.f_lasti) for frame in frames)
        found = known.get(key)
        if found is None:
            if len(known) >= _STACKS:
                known.clear()
            found = known[key] = found_anew(), [frame.f_code for frame in frames]
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


def _of_texts(function: Function) -> Function:
    """A URN below a parent's, put together at once where all its parts are texts: one Output in place of eight."""

    @functools.wraps(function)
    def urn(name: Any, type_: Any, parent: Any = None, project: str | None = None, stack: str | None = None) -> Any:
        if isinstance(name, str) and isinstance(type_, str) and isinstance(parent, str):
            return Output.from_input(f"{parent[: parent.rfind('::')]}${type_}::{name}")
        return function(name, type_, parent, project, stack)

    return urn


def _of_own_parts(function: Function) -> Function:
    """The URN of an alias that gives a name or a type of its own and nothing else: one Output in place of fourteen."""

    @functools.wraps(function)
    def urn(alias: Any, name: str, type_: str, parent: Any) -> Any:
        others = (alias.parent, alias.project, alias.stack) if isinstance(alias, Alias) else (None,)
        if not isinstance(parent, Resource) or any(each is not ... for each in others):
            return function(alias, name, type_, parent)
        own_name, own_type = (
            of_resource if of_alias is ... else of_alias
            for of_resource, of_alias in ((name, alias.name), (type_, alias.type_))
        )
        if not isinstance(own_name, str) or not isinstance(own_type, str):
            return function(alias, name, type_, parent)
        return parent.urn.apply(lambda above: f"{above[: above.rfind('::')]}${own_type}::{own_name}")

    return urn


def _of_leaves(function: Function) -> Function:
    """Nothing is inside of what holds nothing."""
    leaves = frozenset((bool, float, int, NoneType, str))

    @functools.wraps(function)
    def contains(value: Any) -> Any:
        return type(value) not in leaves and function(value)

    return contains


REMEMBERED: tuple[tuple[ModuleType, str, Callable[[Function], Function], str], ...] = (
    # Resources name some forty frames of the same few files; to make addresses of their paths: 7 %.
    (
        resource,
        "_get_source_position_for_frame",
        _by_place,
        "BaseException Path SourcePosition as_uri filename lineno pathlib source_pb2",
    ),
    # Those made in a loop are made on one and the same stack: 4 %. For the lines of others, files were read: 4 %.
    (
        resource,
        "_get_stack_trace",
        _by_stack,
        "FrameSummary StackFrame StackTrace extract_stack len list map name range reversed source_pb2 traceback",
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
    # Made for every resource, though only mocks look at it: 7 %.
    (
        resource,
        "create_urn",
        _of_texts,
        "Output Resource all apply from_input get_project get_stack isinstance rfind settings urn",
    ),
    # Made for every alias, though only older engines are told: 3 %.
    (sdk_resource, "collapse_alias_to_urn", _of_own_parts, "Output apply from_input str"),
    # Asked of the value of every Output: 4 %.
    (rpc, "contains_unknowns", _of_leaves, "Any bool int set"),
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
