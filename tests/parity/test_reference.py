"""The reference page of the engine is true: what it calls supported has programs, what it calls refused is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.engine import EngineError
from tests.parity.programs import BY_AREA
from tests.sandbox.engine.conftest import Bench

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "engine.md").read_text()

SUPPORTED = {
    "operations": (
        "create update replace-create-first replace-delete-first delete destroy read import refresh refresh-preview"
    ),
    "targets": (
        "target target-dependents target-new target-pattern target-removed target-destroy target-refresh replace-asked"
    ),
    "resource options": "protect retain-on-delete deleted-with ignore-changes alias-name alias-parent custom-timeouts",
    "providers": "explicit default-configured replaced moved-to-explicit unknown-while-planning version",
    "values": "secrets unknowns assets archives numbers resource-reference",
    "programs": "component outputs stack-transform resource-transform invoke stack-reference messages depends-on",
    "config": "config scalars",
    "state": "create-not-ready update-not-ready delete-first-create-fails old-one-cannot-go",
}
"""Programs that prove each row, beside the tests of the engine itself."""

PROGRAMS = {
    "remote components": 'pulumi.ComponentResource("test:index:Far", "far", {}, None, remote=True)',
    "calls of methods": 'pulumi.runtime.call("test:index:Group/say", {})',
    "dynamic providers": (
        'from pulumi import dynamic as d\nclass R(d.Resource, name="R"): pass\nR(d.ResourceProvider(), "x", {})'
    ),
    "parameterized packages": (
        "import asyncio\nfrom pulumi.runtime.settings import register_package\n"
        'package = register_package("test", "1.2.3", "", "other", "1.0.0", "")\n'
        'pulumi.export("package", pulumi.Output.from_input(asyncio.ensure_future(package)))'
    ),
    "resource hooks": 'Thing("a", {}, Opts(hooks=pulumi.ResourceHookBinding(before_create=[lambda args: None])))',
    "error hooks": 'pulumi.ErrorHook("hook", lambda args: False)\nThing("a", {})',
    "state migrations": 'Thing("a", {}, Opts(state_migrations=[lambda args: None]))',
    "the resource type pulumi:index:Stash": 'pulumi.Stash("s", input=1)',
    "remote assets": 'Thing("a", {"x": pulumi.RemoteAsset("https://example.com/x")})',
    "remote archives": 'Thing("a", {"x": pulumi.RemoteArchive("https://example.com/x.zip")})',
    "a packed archive within an archive": (
        'Thing("a", {"x": pulumi.AssetArchive({"y": pulumi.FileArchive("x.zip")})})'
    ),
}


def _rows(heading: str) -> dict[str, str]:
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (.+?) \| (.+?) \|$", section, re.MULTILINE)
    return dict(cells[1:])


def _resource_with(field: str, value: str) -> Callable[[Bench], None]:
    def prepare(bench: Bench) -> None:
        bench.up('Thing("a")')
        document = bench.document()
        document["checkpoint"]["latest"]["resources"][-1][field] = value
        bench.backend.path("proj", "dev").write_text(json.dumps(document))

    return prepare


def _later(bench: Bench) -> None:
    bench.up('Thing("a")')
    changed = {**bench.document(), "version": 4, "features": ["tomorrow"]}
    bench.backend.path("proj", "dev").write_text(json.dumps(changed))


def _file(name: str, text: str) -> Callable[[Bench], None]:
    def prepare(bench: Bench) -> None:
        bench.program("")
        (bench.project / name).write_text(text)

    return prepare


PREPARED = {
    "views": _resource_with("viewOf", "urn:pulumi:dev::proj::test:index:Thing::b"),
    "snippets": _resource_with("snippetID", "1"),
    "states with": _later,
    "the secrets provider": _file("Pulumi.dev.yaml", "secretsprovider: gcpkms://projects/p"),
    "environments of Pulumi ESC": _file("Pulumi.dev.yaml", "environment: [base]"),
    "the runtime": _file("Pulumi.yaml", "name: proj\nruntime: nodejs\n"),
}


def test_every_supported_row_has_programs() -> None:
    assert set(_rows("Supported")) == set(SUPPORTED)
    known = {name for programs in BY_AREA.values() for name in programs}
    assert {name for names in SUPPORTED.values() for name in names.split()} <= known


def test_every_supported_option_is_used_by_a_program() -> None:
    options = re.findall(r"`(\w+)`", _rows("Supported")["resource options"])
    text = "\n".join(step.body or "" for programs in BY_AREA.values() for steps in programs.values() for step in steps)
    assert len(options) >= 15
    assert [option for option in options if f"{option}=" not in text.replace("version=VERSION", "")] == []


def test_every_refused_row_has_a_test() -> None:
    assert sorted(_rows("Refused by name").values()) == sorted([*PROGRAMS, *PREPARED])


@pytest.mark.parametrize("feature", PROGRAMS)
def test_programs_are_refused_by_name(bench: Bench, feature: str) -> None:
    bench.program(PROGRAMS[feature])
    result = bench.run()
    assert not result.ok
    assert any(f"does not support {feature}" in item.message for item in result.diagnostics), result.diagnostics


@pytest.mark.parametrize("feature", PREPARED)
def test_states_and_files_are_refused_by_name(bench: Bench, feature: str) -> None:
    PREPARED[feature](bench)
    with pytest.raises(EngineError, match=f"does not support {feature}"):
        bench.run()
