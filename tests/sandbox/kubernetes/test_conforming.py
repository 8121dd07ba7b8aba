"""What is told quickly of a manifest and its schema is what the validator finds."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.clouds.kubernetes import schema
from sandbox.clouds.kubernetes.conforming import Conformity
from sandbox.clouds.kubernetes.kinds import KINDS
from sandbox.values import UNKNOWN
from tests.sandbox.coverage.samples import SAMPLES

SAMPLED = [token for token in sorted(KINDS) if token in SAMPLES]
OTHERS: tuple[Any, ...] = (None, "", "x" * 300, "Recreate", 0, -1, 1.5, 2.0, 70000, True, [], ["a"], [{}], {}, {"a": 1})


def manifest(token: str) -> dict[str, Any]:
    kind = KINDS[token]
    return {**copy.deepcopy(SAMPLES[token]["inputs"]), "apiVersion": kind.api_version, "kind": kind.kind}


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each holder inside with each of its keys or indexes."""
    pairs = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    for key, item in pairs:
        yield value, key
        yield from places(item)


@pytest.mark.parametrize("token", SAMPLED)
def test_a_good_manifest_needs_no_second_look(token: str) -> None:
    assert schema._conforms(KINDS[token])(manifest(token))


@pytest.mark.parametrize("token", SAMPLED)
def test_the_two_agree_whatever_is_wrong(token: str) -> None:
    conforms, validator = schema._conforms(KINDS[token]), schema._validator(KINDS[token])
    dice = random.Random(token)
    for _ in range(10):
        found = manifest(token)
        holder, key = dice.choice(list(places(found)))
        match dice.randrange(3):
            case 0:
                holder[key] = dice.choice(OTHERS)
            case 1:
                del holder[key]
            case _ if isinstance(holder, dict):
                holder["unheardOf"] = 1
        without = found if schema.custom(KINDS[token]) else schema._without_nulls(found)
        assert conforms(found) == validator.is_valid(without), found


@pytest.mark.parametrize("token", SAMPLED)
def test_what_is_not_yet_known_conforms_anywhere(token: str) -> None:
    numbers = range(len(list(places(manifest(token)))))
    for number in random.Random(token).sample(numbers, min(10, len(numbers))):
        found = manifest(token)
        holder, key = list(places(found))[number]
        if (isinstance(holder, dict) and key not in ("apiVersion", "kind")) or isinstance(holder, list):
            holder[key] = UNKNOWN
            assert schema._conforms(KINDS[token])(found), found


@pytest.mark.parametrize(
    ("said", "value", "conforms"),
    [
        ({"type": "integer"}, 2.0, True),
        ({"type": ["integer", "null"]}, True, False),
        ({"enum": [1, "a"]}, True, False),
        ({"enum": [1, "a"]}, 1.0, True),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, 1.0, False),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, 1.5, True),
        ({"minimum": 1}, "text", True),
        ({"minLength": 2}, "a", False),
        ({"properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "boolean"}}, {"b": True}, True),
        ({"properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "boolean"}}, {"b": 1}, False),
        ({"$ref": "#/$defs/list"}, {"next": {"next": {}}}, True),
        ({"$ref": "#/$defs/list"}, {"next": {"next": 1}}, False),
    ],
)
def test_keywords(said: dict[str, Any], value: Any, conforms: bool) -> None:
    document = {"$defs": {"list": {"type": "object", "properties": {"next": {"$ref": "#/$defs/list"}}}}}
    assert Conformity(document).of(said)(value) is conforms


@pytest.mark.parametrize("said", [{"not": {}}, {"oneOf": [{"minimum": 1}]}, {"$ref": "elsewhere#/a"}])
def test_of_what_it_does_not_know_it_tells_nothing(said: dict[str, Any]) -> None:
    assert not Conformity({}).of(said)(1)
