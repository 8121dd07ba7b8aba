"""The bill of materials names all of the lock, and is what CycloneDX asks for."""

from __future__ import annotations

import json
import re

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource

from tests.supply.bill import bill
from tests.supply.locked import LOCK, PROGRAM, locked

SCHEMAS = {
    path.name: path for path in (PROGRAM / ".audit").glob("lib/*/site-packages/cyclonedx/schema/_res/*.schema.json")
}
"""CycloneDX's own, which come with pip-audit."""


@pytest.mark.skipif(not SCHEMAS, reason="CycloneDX's schema is not there: make audit")
def test_it_is_valid_by_the_schema_of_cyclonedx() -> None:
    read = {name: json.loads(path.read_text()) for name, path in SCHEMAS.items()}
    registry: Registry = Registry().with_resources(
        (f"http://cyclonedx.org/schema/{name}", Resource.from_contents(schema)) for name, schema in read.items()
    )
    validator = Draft7Validator(read["bom-1.6.SNAPSHOT.schema.json"], registry=registry)
    assert [error.message for error in validator.iter_errors(bill())] == []
    assert [error.message for error in validator.iter_errors({**bill(), "specVersion": 1.6})] == [
        "1.6 is not of type 'string'"
    ]


def test_it_names_each_distribution_of_the_lock_once() -> None:
    found = bill()
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    assert [(it["name"], it["version"]) for it in found["components"]] == [
        (it.name, it.version) for it in locked(LOCK.read_text())
    ]
    refs = [it["bom-ref"] for it in found["components"]]
    assert len(refs) == len(set(refs))
    assert [it["name"] for it in found["components"] if "licenses" not in it] == []


def test_what_runs_is_told_from_what_tests_it_with_who_needs_it() -> None:
    found = bill()
    scopes = {it["name"]: it["scope"] for it in found["components"]}
    chosen = ("pulumi", "cffi", "debugpy", "certifi", "pytest", "hypothesis", "ruff", "colorama")
    assert {name: scopes[name] for name in chosen} == {
        **dict.fromkeys(chosen[:4], "required"),
        **dict.fromkeys(chosen[4:], "excluded"),
    }
    needed = {it["ref"]: it["dependsOn"] for it in found["dependencies"]}
    own = needed[found["metadata"]["component"]["bom-ref"]]
    assert len(own) == 22
    (crypto,) = [ref for ref in needed if ref.startswith("pkg:pypi/pyjwt@")]
    assert any(ref.startswith("pkg:pypi/cryptography@") for ref in needed[crypto]), "by its extra"
    assert {each for refs in needed.values() for each in refs} <= needed.keys()


def test_the_same_lock_makes_the_same_bill() -> None:
    assert bill() == bill()
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill()["serialNumber"])
