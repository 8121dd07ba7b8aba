"""Destroy, refresh, forked runs, and the file backend around them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest

from sandbox.engine import EngineError, Event, RunResult, Step, StepDone, StepStarted, run, run_forked
from sandbox.engine.run import Mode
from sandbox.values import is_secret
from tests.sandbox.engine.conftest import Bench, ops


def test_destroy_takes_everything_dependents_first(bench: Bench) -> None:
    bench.up(
        'a = Thing("a")\np = Provider("p", {"account": a.address})\nThing("b", {}, Opts(provider=p))\nGroup("g", 1)'
    )
    bench.things.calls.clear()
    result = bench.run("destroy")
    assert result.changes == {"create": 0, "update": 0, "replace": 0, "delete": 6, "same": 0}
    order = [name for _, name in bench.called("Delete")]
    assert sorted(order) == ["a", "b", "g-0"]
    assert order.index("b") < order.index("a")
    assert bench.world() == {}
    assert "resources" not in bench.document()["checkpoint"]["latest"]
    bench.backend.remove("proj", "dev")
    assert bench.backend.stacks("proj") == []


def test_destroy_stops_at_what_cannot_be_deleted(bench: Bench) -> None:
    bench.up(
        'a = Thing("a", {"name": "a"})\nb = Thing("b", {"fail": "delete"}, Opts(depends_on=[a]))\nThing("c", {}, Opts(depends_on=[b]))'
    )
    result = bench.run("destroy")
    assert not result.ok
    assert set(bench.resources()) == {"proj-dev", "default_1_2_3", "a", "b"}
    with pytest.raises(EngineError, match="still has 4 resources"):
        bench.backend.remove("proj", "dev")


def test_refresh_takes_over_what_changed_and_what_is_gone(bench: Bench) -> None:
    bench.up("""
        a = Thing("a", {"name": "a", "size": 1})
        b = Thing("b", {"name": "b"})
        Thing("c", {"name": "c", "parts": [b.address]})
    """)
    with bench.things.store() as things:
        things["id-a"]["inputs"]["size"] = 7
        del things["id-b"]
    result = bench.run("refresh")
    assert ops(result) == {"a": "update", "b": "delete"}
    stored = bench.resources()
    assert stored["a"]["inputs"]["size"] == stored["a"]["outputs"]["size"] == 7
    assert "b" not in stored
    assert "dependencies" not in stored["c"]
    assert ops(bench.up()) == {"a": "update", "b": "create"}


def test_a_preview_of_a_refresh_tells_what_differs_and_touches_nothing(bench: Bench) -> None:
    bench.up("""
        Thing("a", {"name": "a", "size": 1, "password": pulumi.Output.secret("x")})
        Thing("b", {"name": "b"})
    """)
    with bench.things.store() as things:
        things["id-a"]["inputs"]["size"] = 7
        del things["id-b"]
    before = bench.document()
    with bench.backend.lock("proj", "dev"):
        result = run(replace(bench.request("refresh"), preview=True), bench.backend, lambda: {"test": bench.things})
    assert ops(result) == {"a": "update", "b": "delete"}
    (changed,) = [step for step in result.steps if step.op == "update"]
    assert changed.detail == ("size",)
    assert (changed.before["size"], changed.inputs["size"], changed.outputs["size"]) == (1, 7, 7)
    assert is_secret(changed.inputs["password"])
    assert bench.document() == before
    assert not bench.backend.journal("proj", "dev").exists()


def test_a_preview_of_a_refresh_goes_on_past_what_cannot_be_read(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.up('Thing("a", {"name": "a"})\nThing("b", {"name": "b"})\nThing("c", {"name": "c"})')
    with bench.things.store() as things:
        del things["id-c"]
    read = bench.things.Read

    def refused(request: Any, context: Any) -> Any:
        if request.id == "id-a":
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "not yours")
        return read(request, context)

    monkeypatch.setattr(bench.things, "Read", refused)
    request = replace(bench.request("refresh"), preview=True, parallel=1)
    result = run(request, bench.backend, lambda: {"test": bench.things})
    assert ops(result) == {"c": "delete"}
    assert [(found.urn.rpartition("::")[2], found.severity) for found in result.diagnostics] == [("a", "error")]
    assert not result.ok


def test_a_forked_run_reports_and_returns_like_any_other(bench: Bench) -> None:
    bench.program('import os\nprint("to stderr")\npulumi.export("pid", os.getpid())\nThing("a", {"name": "a"})')
    events: list[Event] = []
    result = run_forked(bench.request("up"), bench.backend, lambda: {"test": bench.things}, events.append)
    assert result.ok
    assert result.outputs["pid"] != os.getpid()
    assert [e.op for e in events if isinstance(e, StepStarted)] == ["create", "create"]
    done = [e.step for e in events if isinstance(e, StepDone)]
    assert tuple(done) == result.steps
    assert all(isinstance(step, Step) and step.id == "id-a" for step in done if step.urn.endswith("::a"))


def test_runs_follow_each_other_in_one_process_without_traces(bench: Bench, tmp_path: Path) -> None:
    before = os.getcwd(), dict(os.environ)
    for number in range(3):
        (bench.project / "local.py").write_text(f"VALUE = {number}")
        result = bench.up('import local\npulumi.export("value", local.VALUE)')
        assert result.outputs == {"value": number}
    assert (os.getcwd(), dict(os.environ)) == before


def test_the_environment_of_a_run_reaches_the_program(bench: Bench) -> None:
    bench.program('import os\npulumi.export("dir", os.environ["SLIPWAY_CONFIG_DIR"])')
    request = bench.request("up", env={"SLIPWAY_CONFIG_DIR": "/elsewhere"})
    result = run_forked(request, bench.backend, lambda: {"test": bench.things})
    assert result.outputs == {"dir": "/elsewhere"}


def test_outputs_of_no_stack_are_refused(bench: Bench) -> None:
    with pytest.raises(EngineError, match="no stack named 'dev' in project 'proj'"):
        bench.backend.outputs("proj", "dev")


def _printed(code: str) -> str:
    """What a new interpreter prints."""
    top = Path(__file__).parents[3]
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=top).stdout


def test_preload_imports_what_the_program_names_and_not_the_program(bench: Bench) -> None:
    (bench.project / "lazily.py").write_text("import xml.dom.minidom\nimport colorsys as c\nVALUE = c.rgb_to_hls\n")
    bench.program('from lazily import VALUE\nraise SystemExit("never run")')
    code = (
        "import sys; from pathlib import Path; from sandbox.engine import preload\n"
        f"preload(Path({str(bench.project)!r}))\n"
        "print(all(name in sys.modules for name in ('things', 'lazily', 'xml.dom.minidom', 'colorsys')))"
    )
    assert _printed(code) == "True\n"


def test_preload_leaves_alone_what_the_program_does_not_import(bench: Bench) -> None:
    """Of the folder's own modules those that the program leads to, through packages too; not all that the process has imported."""
    package = bench.project / "parts"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "inner.py").write_text("def late():\n    import colorsys\n")
    (bench.project / "beside.py").write_text("def late():\n    import xml.dom.minidom\n")
    bench.program("from parts import inner")
    code = (
        f"import sys; sys.path.insert(0, {str(bench.project)!r}); import beside\n"
        "from pathlib import Path; from sandbox.engine import preload\n"
        f"preload(Path({str(bench.project)!r}))\n"
        "print([name in sys.modules for name in ('colorsys', 'xml.dom.minidom')])"
    )
    assert _printed(code) == "[True, False]\n"


def test_preload_has_the_sdk_make_the_tables_of_the_classes_that_the_program_names(bench: Bench) -> None:
    """A resource, what it is given, a part of that, and the part as it comes back, be it named itself or under a name of the code."""
    (bench.project / "parts.py").write_text(
        "import pulumi_gcp as gcp\nfrom pulumi_gcp.pubsub import TopicSchemaSettingsArgs\nTopic = gcp.pubsub.Topic\n"
        "RULES = dict(message_storage_policy={'allowedPersistenceRegions': []})\n"
    )
    bench.program("import parts")
    code = (
        "from pathlib import Path; from pulumi import _types; from sandbox.engine import preload\n"
        f"preload(Path({str(bench.project)!r}))\n"
        "from pulumi_gcp.pubsub import *\n"
        "made = _types._types_from_py_properties\n"
        "def new(cls):\n"
        "    before = made.cache_info().misses\n"
        "    made(cls)\n"
        "    return made.cache_info().misses - before\n"
        "print([new(cls) for cls in (Topic, TopicArgs, TopicSchemaSettingsArgs, outputs.TopicSchemaSettings)])\n"
        "print([new(cls) for cls in (TopicMessageStoragePolicyArgs, outputs.TopicMessageStoragePolicy)])\n"
        "print([new(cls) for cls in (Subscription, TopicIngestionDataSourceSettingsArgs)])\n"
    )
    assert _printed(code) == "[0, 0, 0, 0]\n[0, 0]\n[1, 1]\n"


def test_a_disabled_default_provider_is_refused(bench: Bench) -> None:
    (bench.project / "Pulumi.dev.yaml").write_text('config:\n  pulumi:disable-default-providers: ["test"]\n')
    bench.program('Thing("a")')
    result = bench.run()
    assert "Default provider for 'test' disabled" in result.diagnostics[-1].message


def _limited(bench: Bench, mode: Mode, *targets: str, dependents: bool = False) -> RunResult:
    """A run limited to these, given as types and names."""
    urns = tuple(f"urn:pulumi:dev::proj::{target}" for target in targets)
    request = replace(bench.request(mode), targets=urns, target_dependents=dependents)
    return run(request, bench.backend, lambda: {"test": bench.things})


def test_nothing_is_imported_that_needs_what_is_left_out(bench: Bench) -> None:
    with bench.things.store() as things:
        things["id-old"] = {"urn": "", "inputs": {"name": "old"}}
    bench.program('a = Thing("a")\nThing("b", {"name": "old"}, Opts(import_="id-old", depends_on=[a]))')
    result = _limited(bench, "up", "test:index:Thing::b")
    assert not result.ok
    assert [item.message.partition(" which")[0] for item in result.diagnostics] == [
        "Resource 'urn:pulumi:dev::proj::test:index:Thing::b' depends on 'urn:pulumi:dev::proj::test:index:Thing::a'"
    ]
    assert set(bench.resources()) == {"proj-dev", "default_1_2_3"}


def test_what_targets_leave_out_may_come_before_what_it_needed(bench: Bench) -> None:
    bench.up('b = Thing("b")\nThing("c", {"parts": [b.address]})\nThing("d")')
    bench.program('c = Thing("c")\nThing("b", {}, Opts(depends_on=[c]))\nThing("d", {"size": 1})')
    result = _limited(bench, "up", "test:index:Thing::d")
    assert (result.ok, ops(result)) == (True, {"d": "update"})
    assert bench.resources()["c"]["dependencies"] == ["urn:pulumi:dev::proj::test:index:Thing::b"]
    assert ops(bench.up()) == {"c": "update"}


def test_what_is_below_a_parent_that_moves_is_kept_once(bench: Bench) -> None:
    bench.up('a = Thing("a")\nThing("b", {}, Opts(parent=a))')
    bench.program("""
        g = Group("g", 0)
        a = Thing("a", {}, Opts(parent=g, aliases=[pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)]))
        Thing("b", {"size": 1}, Opts(parent=a))
    """)
    assert _limited(bench, "up", "test:index:Group::g", "test:index:Group$test:index:Thing::a").ok
    urns = [item["urn"] for item in bench.document()["checkpoint"]["latest"]["resources"]]
    assert [urn.rpartition("::proj::")[2] for urn in urns if urn.endswith("::b")] == [
        "test:index:Group$test:index:Thing$test:index:Thing::b"
    ]
    assert ops(bench.up()) == {"b": "update"}


def test_a_dependent_is_refreshed_with_its_own_provider(bench: Bench) -> None:
    bench.up(
        'p = Provider("p", {})\na = Thing("a", {}, Opts(provider=p))\nThing("b", {"name": "b", "parts": [a.size]})'
    )
    with bench.things.store() as things:
        things["id-b"]["inputs"]["size"] = 7
    assert _limited(bench, "refresh", "test:index:Thing::a", dependents=True).ok
    assert bench.resources()["b"]["outputs"]["size"] == 7


def test_the_replacement_trigger_of_what_is_imported_and_updated_is_kept(bench: Bench) -> None:
    with bench.things.store() as things:
        things["id-old"] = {"urn": "", "inputs": {"name": "old"}}
    bench.up('Thing("a", {"name": "old", "size": 1}, Opts(import_="id-old", replacement_trigger=1))')
    assert bench.resources()["a"]["replacementTrigger"] == 1
