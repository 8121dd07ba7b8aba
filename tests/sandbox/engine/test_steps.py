"""What a registration comes to: each kind of change does to the provider and the state what Pulumi would do."""

from __future__ import annotations

from sandbox.values import SECRET, SIGNATURE
from tests.sandbox.engine.conftest import Bench, ops


def test_new_things_are_created_once(bench: Bench) -> None:
    first = bench.up('Thing("a", {"name": "a", "size": 1})')
    again = bench.up()
    assert first.changes == {"create": 2, "update": 0, "replace": 0, "delete": 0, "same": 0}
    assert again.changes == {"create": 0, "update": 0, "replace": 0, "delete": 0, "same": 2}
    assert bench.world() == {"a": {"name": "a", "size": 1}}


def test_a_change_updates_and_keeps_the_generated_name(bench: Bench) -> None:
    bench.up('Thing("a", {"size": 1})')
    (name,) = bench.world()
    result = bench.up('Thing("a", {"size": 2})')
    assert ops(result) == {"a": "update"}
    assert [step.detail for step in result.steps if step.op == "update"] == [("size",)]
    assert bench.world() == {name: {"name": name, "size": 2}}


def test_a_replacement_is_created_before_the_old_one_goes(bench: Bench) -> None:
    bench.up('Thing("a", {"kind": "x"})')
    (old,) = bench.world()
    bench.things.calls.clear()
    result = bench.up('Thing("a", {"kind": "y"})')
    assert ops(result) == {"a": "replace"}
    assert next(step.replaces for step in result.steps if step.op == "replace") == ("kind",)
    assert result.changes == {"create": 0, "update": 0, "replace": 1, "delete": 0, "same": 1}
    assert bench.called("Create", "Delete") == [("Create", "a"), ("Delete", "a")]
    assert old not in bench.world()
    assert len(bench.world()) == 1


def test_delete_before_replace_takes_dependents_that_would_be_replaced_too(bench: Bench) -> None:
    body = """
        a = Thing("a", {{"name": "a", "zone": "{zone}"}})
        b = Thing("b", {{"name": "b", "kind": a.address}})
        c = Thing("c", {{"name": "c", "parts": [a.address]}})
        d = Thing("d", {{"name": "d"}}, Opts(depends_on=[b]))
    """
    bench.up(body.format(zone="1"))
    bench.things.calls.clear()
    result = bench.up(body.format(zone="2"))
    assert ops(result) == {"a": "replace", "b": "replace"}
    calls = bench.called("Create", "Delete")
    assert calls == [("Delete", "b"), ("Delete", "a"), ("Create", "a"), ("Create", "b")]
    assert bench.world()["a"]["zone"] == "2"
    assert set(bench.resources()) == {"default_1_2_3", "proj-dev", "a", "b", "c", "d"}


def test_delete_before_replace_takes_a_provider_and_what_it_manages_too(bench: Bench) -> None:
    program = """
        a = Thing("a", {"name": "a", "zone": "%s"})
        p = Provider("p", {"account": a.address})
        Thing("b", {"name": "b"}, Opts(provider=p))
    """
    bench.up(program % 1)
    bench.things.calls.clear()
    result = bench.up(program % 2)
    assert ops(result) == {"a": "replace", "p": "replace", "b": "replace"}
    assert bench.called("Create", "Delete") == [("Delete", "b"), ("Delete", "a"), ("Create", "a"), ("Create", "b")]


def test_option_delete_before_replace_overrules_the_provider(bench: Bench) -> None:
    bench.up('Thing("a", {"name": "a", "kind": "x"}, Opts(delete_before_replace=True))')
    bench.things.calls.clear()
    bench.up('Thing("a", {"name": "a", "kind": "y"}, Opts(delete_before_replace=True))')
    assert bench.called("Create", "Delete") == [("Delete", "a"), ("Create", "a")]


def test_what_the_program_no_longer_has_is_deleted_dependents_first(bench: Bench) -> None:
    bench.up("""
        a = Thing("a")
        b = Thing("b", {"parts": [a.address]})
        c = Thing("c", {}, Opts(depends_on=[b]))
        p = Provider("p")
        Thing("d", {}, Opts(provider=p, parent=c))
    """)
    bench.things.calls.clear()
    result = bench.up("")
    assert [name for _, name in bench.called("Delete")] == ["d", "c", "b", "a"]
    assert result.changes == {"create": 0, "update": 0, "replace": 0, "delete": 5, "same": 1}
    assert set(bench.resources()) == {"proj-dev"}


def test_ignored_changes_keep_their_old_value(bench: Bench) -> None:
    bench.up('Thing("a", {"size": 1, "parts": {"x": 1, "y": 2}})')
    body = 'Thing("a", {"size": 5, "parts": {"x": 7, "y": 3}}, Opts(ignore_changes=["size", "parts.x"]))'
    result = bench.up(body)
    assert [step.detail for step in result.steps if step.op == "update"] == [("parts",)]
    (thing,) = bench.world().values()
    assert (thing["size"], thing["parts"]) == (1, {"x": 1, "y": 3})
    assert bench.resources()["a"]["ignoreChanges"] == ["size", "parts.x"]


def test_replace_on_changes_turns_an_update_into_a_replacement(bench: Bench) -> None:
    bench.up('Thing("a", {"size": 1}, Opts(replace_on_changes=["size"]))')
    assert ops(bench.up('Thing("a", {"size": 2}, Opts(replace_on_changes=["size"]))')) == {"a": "replace"}


def test_protected_things_are_neither_deleted_nor_replaced(bench: Bench) -> None:
    bench.up('Thing("a", {"name": "a", "kind": "x"}, Opts(protect=True))')
    bench.program("")
    assert not bench.run().ok
    bench.program('Thing("a", {"name": "a", "kind": "y"}, Opts(protect=True))')
    result = bench.run()
    assert not result.ok
    assert "currently marked for protection" in result.diagnostics[-1].message
    assert bench.world()["a"]["kind"] == "x"
    assert bench.run("destroy").changes["delete"] == 0
    bench.up('Thing("a", {"name": "a", "kind": "x"})')
    bench.up("")
    assert bench.world() == {}


def test_retained_things_leave_the_state_only(bench: Bench) -> None:
    bench.up('Thing("a", {"name": "a"}, Opts(retain_on_delete=True))')
    assert bench.up("").changes["delete"] == 1
    assert set(bench.world()) == {"a"}


def test_deleted_with_spares_the_call(bench: Bench) -> None:
    bench.up('a = Thing("a")\nThing("b", {}, Opts(deleted_with=a))')
    bench.things.calls.clear()
    assert bench.up("").changes["delete"] == 2
    assert bench.called("Delete") == [("Delete", "a")]


def test_an_alias_renames_without_touching_the_thing(bench: Bench) -> None:
    bench.up('a = Thing("a", {"name": "a"})\nThing("child", {"name": "c"}, Opts(parent=a))')
    bench.things.calls.clear()
    result = bench.up("""
        b = Thing("b", {"name": "a"}, Opts(aliases=[pulumi.Alias(name="a")]))
        Thing("child", {"name": "c"}, Opts(parent=b))
    """)
    assert result.changes == {"create": 0, "update": 0, "replace": 0, "delete": 0, "same": 3}
    assert bench.called("Create", "Update", "Delete") == []
    assert bench.resources()["child"]["parent"] == bench.resources()["b"]["urn"]
    assert "aliases" not in bench.resources()["b"]


def test_a_child_keeps_its_identity_when_its_parent_is_renamed_by_alias(bench: Bench) -> None:
    bench.up('Group("g", 2)')
    result = bench.up("""
        class New(pulumi.ComponentResource):
            def __init__(self):
                super().__init__("test:index:New", "n", {}, Opts(aliases=[pulumi.Alias(name="g", type_="test:index:Group")]))
                for i in range(2):
                    Thing(f"g-{i}", {"size": i}, Opts(parent=self))
        New()
    """)
    assert set(ops(result).values()) <= {"update"}
    assert result.changes["create"] == result.changes["delete"] == result.changes["replace"] == 0


def test_additional_secret_outputs_are_encrypted(bench: Bench) -> None:
    bench.up('Thing("a", {"name": "a"}, Opts(additional_secret_outputs=["address"]))')
    stored = bench.resources()["a"]
    assert stored["outputs"]["address"][SIGNATURE] == SECRET
    assert "test://" not in bench.backend.path("proj", "dev").read_text()


def test_secrets_travel_from_input_to_output_and_never_in_clear(bench: Bench) -> None:
    result = bench.up("""
        a = Thing("a", {"password": pulumi.Output.secret("hunter2")})
        pulumi.export("password", a.password)
        pulumi.export("nested", {"deep": pulumi.Output.secret({"k": "hunter2"})})
    """)
    assert result.outputs == {"password": "hunter2", "nested": {"deep": {"k": "hunter2"}}}
    assert result.secret_outputs == {"password", "nested"}
    assert "hunter2" not in bench.backend.path("proj", "dev").read_text()
    assert bench.backend.outputs("proj", "dev") == {"password": "[secret]", "nested": {"deep": "[secret]"}}
    assert bench.backend.outputs("proj", "dev", show_secrets=True) == result.outputs


def test_an_unchanged_run_does_not_rewrite_the_state(bench: Bench) -> None:
    bench.up('pulumi.export("x", Thing("a", {"password": pulumi.Output.secret("s")}).password)')
    before = bench.backend.path("proj", "dev").read_bytes()
    bench.up()
    assert bench.backend.path("proj", "dev").read_bytes() == before


def test_another_order_alone_does_not_rewrite_the_state(bench: Bench) -> None:
    """Which of two that do not need each other ends first is chance."""
    bench.up('for name in ("a", "b"): Thing(name, {})')
    before = bench.backend.path("proj", "dev").read_bytes()
    bench.up('for name in ("b", "a"): Thing(name, {})')
    assert bench.backend.path("proj", "dev").read_bytes() == before


def test_import_takes_over_what_exists(bench: Bench) -> None:
    with bench.things.store() as things:
        things["id-old"] = {"urn": "", "inputs": {"name": "old", "size": 3}}
    result = bench.up('Thing("a", {"name": "old", "size": 4}, Opts(import_="id-old"))')
    assert [step.op for step in result.steps if step.urn.endswith("::a")] == ["import", "update"]
    assert bench.world() == {"old": {"name": "old", "size": 4}}
    stored = bench.resources()["a"]
    assert (stored["id"], stored["importID"]) == ("id-old", "id-old")
    assert bench.up().changes["same"] == 2


def test_import_of_nothing_fails(bench: Bench) -> None:
    bench.program('Thing("a", {}, Opts(import_="nowhere"))')
    result = bench.run()
    assert not result.ok
    assert result.diagnostics[-1].message == "resource 'nowhere' does not exist"
    assert "a" not in bench.resources()


def test_reading_is_not_owning(bench: Bench) -> None:
    with bench.things.store() as things:
        things["id-other"] = {"urn": "", "inputs": {"name": "other", "size": 3}}
    result = bench.up("""
        a = Thing("a", None, Opts(id="id-other"))
        pulumi.export("size", a.size)
    """)
    assert result.outputs == {"size": 3}
    assert result.changes["create"] == 1
    assert bench.resources()["a"]["external"] is True
    bench.up("")
    assert set(bench.world()) == {"other"}


def test_timeouts_reach_the_state_in_seconds(bench: Bench) -> None:
    bench.up('Thing("a", {}, Opts(custom_timeouts=pulumi.CustomTimeouts(create="1h30m", delete="45s")))')
    assert bench.resources()["a"]["customTimeouts"] == {"create": 5400.0, "delete": 45.0}


def test_duplicate_names_are_refused(bench: Bench) -> None:
    bench.program('Thing("a")\nThing("a")')
    result = bench.run()
    assert not result.ok
    assert "Duplicate resource URN 'urn:pulumi:dev::proj::test:index:Thing::a'" in result.diagnostics[0].message


def test_a_trigger_replaces_when_it_changes(bench: Bench) -> None:
    bench.up('Thing("a", {}, Opts(replacement_trigger=1))')
    assert bench.up().changes["same"] == 2
    assert ops(bench.up('Thing("a", {}, Opts(replacement_trigger=2))')) == {"a": "replace"}


def test_replace_with_follows_and_names_the_feature(bench: Bench) -> None:
    body = 'a = Thing("a", {{"kind": "{kind}"}})\nThing("b", {{}}, Opts(replace_with=[a], depends_on=[a]))'
    bench.up(body.format(kind="x"))
    assert (bench.document()["version"], bench.document()["features"]) == (4, ["replaceWith"])
    assert ops(bench.up(body.format(kind="y"))) == {"a": "replace", "b": "replace"}
