"""Values survive the way through protobuf, states and encryption."""

from __future__ import annotations

import json
from typing import Any

from google.protobuf import struct_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.engine.resource import Resource, Sealer, dump, load
from sandbox.engine.secrets import Crypter, compact_json
from sandbox.values import (
    OUTPUT,
    RESOURCE,
    SIGNATURE,
    UNKNOWN,
    from_struct,
    has_secrets,
    has_unknowns,
    is_secret,
    is_unknown,
    secret,
    to_struct,
    unwrap,
)

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
VALUES = st.recursive(
    PLAIN | PLAIN.map(secret),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
CRYPTER = Crypter.fresh("pass")


@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=4))
@settings(max_examples=60, deadline=None)
def test_properties_come_back_from_a_request_as_they_went(properties: dict[str, Any]) -> None:
    assert from_struct(struct_pb2.Struct.FromString(to_struct(properties).SerializeToString())) == properties


@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=4))
@settings(max_examples=60, deadline=None)
def test_a_resource_comes_back_from_a_state_as_it_went(properties: dict[str, Any]) -> None:
    resource = Resource("urn:pulumi:s::p::t:i:T::n", True, "t:i:T", inputs=properties, outputs={"x": properties})
    written = json.loads(json.dumps(dump(resource, Sealer(CRYPTER))))
    assert load(written, Sealer(Crypter("pass", CRYPTER.salt))) == resource


@given(VALUES)
@settings(max_examples=60, deadline=None)
def test_unwrapped_values_hold_no_secret(value: Any) -> None:
    assert not has_secrets(unwrap(value))
    assert has_secrets(secret(value))
    assert unwrap(secret(value)) == unwrap(value)


def test_whole_floats_become_integers_as_go_prints_them() -> None:
    struct = to_struct({"a": 1.0, "b": 1.5, "c": -0.0, "d": 1e30})
    assert compact_json(from_struct(struct)) == '{"a":1,"b":1.5,"c":0,"d":1e+30}'


def test_output_values_are_reduced_to_what_they_hold() -> None:
    struct = to_struct(
        {
            "known": {SIGNATURE: OUTPUT, "value": 1, "dependencies": ["urn"]},
            "hidden": {SIGNATURE: OUTPUT, "value": [1], "secret": True},
            "unknown": {SIGNATURE: OUTPUT},
            "both": {SIGNATURE: OUTPUT, "secret": True},
        }
    )
    found = from_struct(struct)
    assert found == {"known": 1, "hidden": secret([1]), "unknown": UNKNOWN, "both": secret(UNKNOWN)}
    assert is_unknown(found["both"])
    assert is_secret(found["both"])
    assert has_unknowns({"deep": [found]})


def test_a_secret_keeps_its_ciphertext_while_it_does_not_change() -> None:
    sealer = Sealer(CRYPTER)
    first = sealer.seal(secret("x"), "urn:a")
    assert sealer.seal(secret("x"), "urn:a") == first
    assert sealer.seal(secret("x"), "urn:b") != first
    reader = Sealer(CRYPTER)
    assert reader.open(first, "urn:a") == secret("x")
    assert reader.seal(secret("x"), "urn:a") == first


def test_json_is_gos() -> None:
    assert compact_json({"b": "<&>\u2028é", "a": [1.5, None, True]}) == (
        '{"a":[1.5,null,true],"b":"\\u003c\\u0026\\u003e\\u2028é"}'
    )


REFERENCE = {SIGNATURE: RESOURCE, "urn": "urn:pulumi:s::p::t:i:T::n", "id": "n-1"}
HELD = {
    "text": "",
    "none": None,
    "empty": {},
    "list": [],
    "pair": ("a", 1),
    "secret": secret(secret([{"deep": secret("x")}])),
    "made": {SIGNATURE: OUTPUT, "value": {"a": 1}, "secret": True},
    "unmade": [{SIGNATURE: OUTPUT, "secret": True}],
    "thing": [REFERENCE],
    "group": {SIGNATURE: RESOURCE, "urn": REFERENCE["urn"]},
    "planned": {**REFERENCE, "id": ""},
}
CLEAR = {
    "text": "",
    "none": None,
    "empty": {},
    "list": [],
    "pair": ["a", 1],
    "secret": [{"deep": "x"}],
    "made": {"a": 1},
    "unmade": [UNKNOWN],
    "thing": ["n-1"],
    "group": REFERENCE["urn"],
    "planned": UNKNOWN,
}


def test_marks_that_are_not_wanted_give_way_to_what_they_hold() -> None:
    assert from_struct(to_struct(HELD, clear=True, resources=False)) == CLEAR
    assert from_struct(to_struct(HELD, resources=False), clear=True) == CLEAR
    kept = from_struct(to_struct(HELD))
    assert kept["secret"] == HELD["secret"]
    assert kept["made"] == secret({"a": 1})
    assert kept["unmade"] == [secret(UNKNOWN)]
    assert (kept["thing"], kept["planned"]) == ([REFERENCE], HELD["planned"])
    assert from_struct(to_struct(HELD, clear=True))["thing"] == [REFERENCE]


@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=4))
@settings(max_examples=60, deadline=None)
def test_to_clear_on_the_way_is_to_clear_before_or_after(properties: dict[str, Any]) -> None:
    assert to_struct(properties, clear=True) == to_struct(unwrap(properties))
    assert from_struct(to_struct(properties), clear=True) == unwrap(properties)
