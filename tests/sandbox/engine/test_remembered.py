"""Functions of the SDK whose answers are remembered."""

import asyncio
import traceback
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import Any

import pulumi
import pulumi_gcp as gcp
import pytest
from pulumi import _types
from pulumi import resource as sdk_resource
from pulumi.output import UNKNOWN
from pulumi.runtime import resource, rpc

from sandbox.engine import remembered

remembered.remember()
TAKEN = [(module, name) for module, name, _, _ in remembered.REMEMBERED]


@pytest.mark.parametrize(("module", "name"), TAKEN, ids=[name for _, name in TAKEN])
def test_the_installed_sdk_still_has_it_as_known(module: Any, name: str) -> None:
    """If not, it is only slow: look at what the SDK does now, and take it anew or no more."""
    assert isinstance(getattr(module, name).__wrapped__, FunctionType)


def test_to_remember_twice_is_to_remember_once() -> None:
    before = [getattr(module, name) for module, name in TAKEN]
    remembered.remember()
    assert [getattr(module, name) for module, name in TAKEN] == before


@pytest.mark.parametrize("asked", [gcp.pubsub.Topic, gcp.container.Cluster, pulumi.ComponentResource])
def test_the_tables_of_a_class_are_those_that_the_sdk_makes(asked: type) -> None:
    for name in ("resource_types", "resource_pulumi_to_py_names"):
        function = getattr(_types, name)
        assert function(asked) is function(asked)
        assert function(asked) == function.__wrapped__(asked)


@pytest.mark.parametrize(
    "asked", [str, str | None, pulumi.Output[str], list[str], pulumi.Input[str], pulumi.Input[str] | None]
)
def test_a_type_is_unwrapped_as_the_sdk_does(asked: Any) -> None:
    for function in (_types.unwrap_type, _types.unwrap_optional_type):
        assert function(asked) == function(asked) == getattr(function, "__wrapped__")(asked)  # noqa: B009


def test_what_the_sdk_refuses_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(AssertionError, match="Expected 'list' got"):
            rpc._get_list_element_type(int)


def test_a_place_in_the_source_is_told_by_file_and_line() -> None:
    def position(file: str, line: int) -> Any:
        return resource._get_source_position_for_frame(traceback.FrameSummary(file, line, "main"))

    assert (position("/a.py", 1).uri, position("/a.py", 1).line) == ("file:///a.py", 1)
    assert position("/a.py", 1) is position("/a.py", 1)
    assert (position("/a.py", 2).uri, position("/a.py", 2).line) == ("file:///a.py", 2)
    assert position("/b.py", 1).uri == "file:///b.py"
    assert position("<string>", 1) is None


def test_a_stack_is_told_by_all_its_places() -> None:
    asked = resource._get_stack_trace

    def __init__(inner: int) -> Any:
        """The SDK looks for the third constructor from within."""
        return __init__(inner - 1) if inner else asked()

    found = []
    for _ in range(2):
        found.append(__init__(2))
    found.append(__init__(2))
    asked = getattr(asked, "__wrapped__")  # noqa: B009
    found.append(__init__(2))
    assert found[0] is found[1]
    lines = [each.frames[0].pc.line for each in found]
    assert lines == [lines[0], lines[0], lines[0] + 1, lines[0] + 3]
    assert found[0].frames[0].pc.uri == Path(__file__).as_uri()
    assert all(list(each.frames)[1:] == list(found[0].frames)[1:] for each in found)


def test_what_a_later_sdk_has_changed_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(frame: Any) -> Any:
        return frame.filename, frame.column

    later = SimpleNamespace(_get_source_position_for_frame=changed)
    rows = [(later, *row[1:]) for row in remembered.REMEMBERED]
    monkeypatch.setattr(remembered, "REMEMBERED", rows)
    remembered.remember()
    assert vars(later) == {"_get_source_position_for_frame": changed}


def test_no_file_is_read_for_a_stack() -> None:
    looked_at: list[str] = []

    def __init__(inner: int) -> Any:
        return __init__(inner - 1) if inner else resource._get_stack_trace()

    with pytest.MonkeyPatch.context() as patch:
        for asked in ("checkcache", "getline"):
            patch.setattr(f"linecache.{asked}", lambda filename, *rest: looked_at.append(filename))
        found = __init__(2)
    assert len(found.frames) > 3
    assert looked_at == []


class Held(pulumi.Resource):
    """A resource of which only the URN is known."""

    def __init__(self, urn: str) -> None:
        self.__dict__["urn"] = pulumi.Output.from_input(urn)


PARENT = "urn:pulumi:dev::slipway::slipway:index:Topic::orders"
ALIASES = [
    pulumi.Alias(name="before"),
    pulumi.Alias(type_="gcp:pubsub/old:Old"),
    pulumi.Alias(name="before", type_="gcp:pubsub/old:Old"),
    pulumi.Alias(name="before", stack="test"),
    pulumi.Alias(name="before", project="other"),
    pulumi.Alias(name="before", parent=None),
    pulumi.Alias(name="before", parent=PARENT),
    "urn:pulumi:dev::slipway::gcp:pubsub/topic:Topic::before",
]


@pytest.mark.parametrize("asked", ALIASES, ids=[str(number) for number in range(len(ALIASES))])
def test_the_urn_of_an_alias_is_the_sdks(asked: Any) -> None:
    function = sdk_resource.collapse_alias_to_urn
    known = {name: told(name, function.__wrapped__, asked) for name in (PARENT, "")}
    assert {name: told(name, function, asked) for name in (PARENT, "")} == known


def told(parent: str, function: Any, alias: Any) -> Any:
    """The URN that the function gives to an alias of a topic below this parent."""

    async def ask() -> Any:
        pulumi.runtime.configure(pulumi.runtime.Settings(project="slipway", stack="dev"))
        return await function(alias, "topic", "gcp:pubsub/topic:Topic", Held(parent) if parent else None).future()

    return asyncio.run(ask())


@pytest.mark.parametrize("parent", [PARENT, None, "urn:pulumi:dev::slipway::pulumi:pulumi:Stack::slipway-dev"])
def test_a_urn_of_texts_is_the_sdks(parent: str | None) -> None:
    async def ask(function: Any) -> Any:
        pulumi.runtime.configure(pulumi.runtime.Settings(project="slipway", stack="dev"))
        return await function("topic", "gcp:pubsub/topic:Topic", parent).future()

    function = resource.create_urn
    assert asyncio.run(ask(function)) == asyncio.run(ask(getattr(function, "__wrapped__")))  # noqa: B009


@pytest.mark.parametrize(
    "asked", [None, "", 1, True, 1.5, [], {}, [UNKNOWN], {"a": [1, {"b": UNKNOWN}]}, UNKNOWN, ["a"]]
)
def test_unknowns_are_found_where_the_sdk_finds_them(asked: Any) -> None:
    assert rpc.contains_unknowns(asked) is getattr(rpc.contains_unknowns, "__wrapped__")(asked)  # noqa: B009
