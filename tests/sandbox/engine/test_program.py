"""The program's side: plans, providers, components, references, transforms, and what becomes of its errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sandbox.engine import EngineError, paths
from sandbox.engine.crashes import user_frames
from tests.sandbox.engine.conftest import Bench, ops


def test_a_plan_knows_what_it_cannot_know_and_writes_nothing(bench: Bench) -> None:
    bench.program("""
        a = Thing("a", {"size": 1})
        b = Thing("b", {"parts": [a.address, {"x": a.size}]})
        a.address.apply(lambda address: Thing("never"))
        pulumi.export("size", b.size)
    """)
    result = bench.run("plan")
    assert ops(result) == {"proj-dev": "create", "a": "create", "b": "create"}
    assert not bench.backend.path("proj", "dev").exists()
    assert bench.world() == {}


def test_a_plan_tells_the_same_as_the_run_after_it(bench: Bench) -> None:
    bench.up('a = Thing("a", {"name": "a", "kind": "x"})\nThing("b", {"parts": [a.address]})\nThing("gone")')
    bench.program('a = Thing("a", {"kind": "y"})\nThing("b", {"parts": [a.address]})\nThing("new")')
    before = bench.backend.path("proj", "dev").read_bytes()
    plan = bench.run("plan")
    assert bench.backend.path("proj", "dev").read_bytes() == before
    done = bench.run()
    assert ops(plan) == ops(done) == {"a": "replace", "b": "update", "gone": "delete", "new": "create"}
    assert plan.changes == done.changes


def test_explicit_providers_keep_their_own_configuration(bench: Bench) -> None:
    result = bench.up("""
        p = Provider("p", {"account": "one"})
        q = Provider("q", {"account": "two"})
        Thing("a", {}, Opts(provider=q))
        def account(provider=None):
            return pulumi.runtime.invoke("test:index:say", {"say": 1}, pulumi.InvokeOptions(provider=provider, version="1.2.3")).value
        pulumi.export("accounts", [account(p)["account"], account(q)["account"], account()["account"]])
    """)
    assert result.outputs == {"accounts": ["one", "two", "none"]}
    stored = bench.resources()
    assert stored["a"]["provider"] == f"{stored['q']['urn']}::{stored['q']['id']}"
    assert stored["q"]["inputs"] == {"account": "two", "version": "1.2.3", "__internal": {}}
    assert stored["q"]["outputs"] == {"account": "two", "version": "1.2.3"}


def test_the_default_provider_takes_its_configuration_from_the_stack(bench: Bench) -> None:
    (bench.project / "Pulumi.dev.yaml").write_text("config:\n  test:account: mine\n")
    result = bench.up('Thing("a")\npulumi.export("said", say("hello"))')
    assert result.outputs == {"said": {"echo": "hello", "account": "mine"}}
    assert bench.resources()["default_1_2_3"]["inputs"] == {"account": "mine", "version": "1.2.3", "__internal": {}}
    assert not any(step.urn.endswith("default_1_2_3") for step in result.steps)


def test_a_provider_whose_account_changes_replaces_its_resources(bench: Bench) -> None:
    body = 'p = Provider("p", {{"account": "{account}"}})\nThing("a", {{}}, Opts(provider=p))'
    bench.up(body.format(account="one"))
    result = bench.up(body.format(account="two"))
    assert ops(result) == {"p": "replace", "a": "replace"}
    assert len(bench.world()) == 1
    assert len(bench.resources()) == 3


def test_a_provider_that_is_not_known_yet_is_not_asked(bench: Bench) -> None:
    bench.program(
        'a = Thing("a")\np = Provider("p", {"account": a.address})\nThing("b", {"size": "no"}, Opts(provider=p))'
    )
    plan = bench.run("plan")
    assert plan.ok
    assert ops(plan)["b"] == "create"
    result = bench.run()
    assert not result.ok
    assert (
        result.diagnostics[-1].message
        == "test:index:Thing resource 'b': property size value {no} has a problem: must be a number"
    )


def test_components_hold_their_children_and_outputs(bench: Bench) -> None:
    bench.up('Group("g", 2)')
    stored = bench.resources()
    assert stored["g-1"]["urn"] == "urn:pulumi:dev::proj::test:index:Group$test:index:Thing::g-1"
    assert stored["g-1"]["parent"] == stored["g"]["urn"]
    assert stored["g"]["inputs"] == {"count": 2}
    assert stored["g"]["outputs"] == {"addresses": [stored[f"g-{i}"]["outputs"]["address"] for i in range(2)]}


def test_children_inherit_provider_and_protection(bench: Bench) -> None:
    bench.up('p = Provider("p")\nGroup("g", 1, Opts(providers=[p], protect=True))')
    stored = bench.resources()
    assert stored["g-0"]["provider"].startswith(stored["p"]["urn"])
    assert stored["g-0"]["protect"] is True


def test_a_stack_reference_reads_the_other_stacks_outputs(bench: Bench) -> None:
    bench.program('pulumi.export("plain", 1)\npulumi.export("hidden", pulumi.Output.secret("deep"))')
    assert bench.run(stack="base").ok
    result = bench.up("""
        base = pulumi.StackReference("organization/proj/base")
        pulumi.export("plain", base.get_output("plain"))
        pulumi.export("hidden", base.get_output("hidden"))
    """)
    assert result.outputs == {"plain": 1, "hidden": "deep"}
    assert result.secret_outputs == {"hidden"}
    assert result.changes["create"] == 1
    stored = bench.resources()["organization/proj/base"]
    assert stored["external"] is True
    assert stored["outputs"]["secretOutputNames"] == ["hidden"]
    assert stored["provider"].startswith("urn:pulumi:dev::proj::pulumi:providers:pulumi::default::")


def test_a_stack_reference_to_nowhere_fails(bench: Bench) -> None:
    bench.program('pulumi.StackReference("organization/proj/nowhere")')
    result = bench.run()
    assert [d.message for d in result.diagnostics] == ["unknown stack 'organization/proj/nowhere'"]


def test_transforms_change_properties_and_options(bench: Bench) -> None:
    bench.up("""
        def bigger(args):
            if args.type_ != "test:index:Thing":
                return None
            return pulumi.ResourceTransformResult({**args.props, "size": 9}, Opts.merge(args.opts, Opts(protect=True)))
        pulumi.runtime.register_resource_transform(bigger)
        a = Thing("a", {"name": "a", "size": 1})
        Thing("b", {"name": "b", "parts": [a.address]})
    """)
    assert bench.world()["a"]["size"] == bench.world()["b"]["size"] == 9
    assert bench.resources()["a"]["protect"] is True
    assert bench.resources()["b"]["dependencies"] == [bench.resources()["a"]["urn"]]


def test_a_resources_own_transform_runs_for_its_children_too(bench: Bench) -> None:
    bench.up("""
        a = Thing("outside", {"name": "outside"})
        def tagged(args):
            return pulumi.ResourceTransformResult({**args.props, "tag": a.address}, args.opts)
        Group("g", 1, Opts(transforms=[tagged]))
    """)
    assert bench.resources()["g-0"]["inputs"]["tag"] == "test://id-outside"
    assert "tag" not in bench.world()["outside"]


def test_an_exception_of_the_program_is_told_with_its_own_frames(bench: Bench) -> None:
    # An environment in the program's own folder is no part of the program.
    library = bench.project / ".venv/lib/python3/site-packages/library.py"
    library.parent.mkdir(parents=True)
    library.write_text("def call(function):\n    return function()\n")
    bench.program(f"""
        import json, sys
        sys.path.append({str(library.parent)!r})
        import library
        def load():
            json.loads("no such region")
        library.call(load)
    """)
    result = bench.run()
    assert (result.ok, result.exception_type) == (False, "json.decoder.JSONDecodeError")
    main = bench.project / "__main__.py"
    assert [line.strip() for line in result.diagnostics[-1].message.splitlines() if "^^^" not in line] == [
        "Program failed with an unhandled exception:",
        "Traceback (most recent call last):",
        f'File "{main}", line 10, in <module>',
        "library.call(load)",
        f'File "{main}", line 9, in load',
        'json.loads("no such region")',
        "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
    ]


def test_a_program_in_the_engines_own_checkout_shows_no_frames_of_the_engine() -> None:
    with pytest.raises(ValueError, match="missing closing bracket") as caught:
        paths.parse("[")
    shown = "".join(user_frames(caught.value, str(Path(__file__).parents[3])))
    assert shown.count("  File ") == 1
    assert "test_program.py" in shown


def _told(bench: Bench, program: str) -> list[str]:
    """The lines of the last message, without the folder of the program and the signs below a line."""
    bench.program(program)
    result = bench.run()
    assert not result.ok
    lines = [line.strip() for line in result.diagnostics[-1].message.splitlines() if "^" not in line]
    return [line.replace(str(bench.project), "") for line in lines if line]


def test_a_function_that_fails_while_others_wait_for_it_is_told_without_the_sdks_frames(bench: Bench) -> None:
    assert _told(
        bench,
        """
        asked = pulumi.runtime.invoke_output("test:index:say", {"say": "nothing"})
        Thing("a", {"name": asked.apply(lambda all: all["echo"])})
        """,
    ) == [
        "Program failed with an unhandled exception:",
        "Exception: invoke of test:index:say failed: there is nothing to say",
    ]


def test_what_waits_for_a_function_of_nobody_is_no_failure_of_its_own(bench: Bench) -> None:
    bench.program("""
        asked = pulumi.runtime.invoke_output("absent:index:find", {})
        Thing("a", {"name": asked.apply(lambda all: all["name"])})
    """)
    result = bench.run()
    said = [(each.severity, each.message) for each in result.diagnostics]
    assert said == [("error", "no provider for package 'absent' here; there are: test")]
    assert (result.ok, result.exception_type) == (False, "")


def test_an_exception_in_an_apply_is_told_with_the_way_to_it(bench: Bench) -> None:
    # Exported twice, it is awaited twice, and the loop has forgotten the way by then.
    assert _told(
        bench,
        """
        def first(address):
            return {}["key"]
        found = Thing("a").address.apply(first)
        pulumi.export("one", found)
        pulumi.export("two", found)
        """,
    ) == [
        "Program failed with an unhandled exception:",
        "Traceback (most recent call last):",
        'File "/__main__.py", line 6, in first',
        'return {}["key"]',
        "KeyError: 'key'",
    ]


def test_an_exception_in_a_transform_is_told_with_the_way_to_it(bench: Bench) -> None:
    assert _told(
        bench,
        """
        def refuse(args):
            raise ValueError("not this one")
        pulumi.runtime.register_resource_transform(refuse)
        Thing("a")
        """,
    ) == [
        "Program failed with an unhandled exception:",
        "Exception: invoke transform: not this one:",
        'File "/__main__.py", line 6, in refuse',
        'raise ValueError("not this one")',
    ]


def test_a_program_that_cannot_be_read_is_told_by_its_line(bench: Bench) -> None:
    assert _told(bench, "def f(:\n    pass\n") == [
        "Program failed with an unhandled exception:",
        'File "/__main__.py", line 4',
        "def f(:",
        "SyntaxError: invalid syntax",
    ]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            'pulumi.FileAsset("no.txt")',
            "asset hash for \"x\": failed to open asset file '{0}/no.txt': open {0}/no.txt: {1}",
        ),
        ('pulumi.FileAsset(".")', "asset hash for \"x\": asset path '{0}' is a directory; try using an archive"),
        ('pulumi.FileArchive("no")', "archive hash for \"x\": couldn't read archive path '{0}/no': stat {0}/no: {1}"),
        ('pulumi.FileArchive("no.zip")', 'archive hash for "x": open {0}/no.zip: {1}'),
        (
            'pulumi.FileArchive("Pulumi.yaml")',
            "archive hash for \"x\": '{0}/Pulumi.yaml' is neither a recognized archive type nor a directory",
        ),
    ],
)
def test_files_that_are_not_there_are_told_as_pulumi_does(bench: Bench, value: str, message: str) -> None:
    bench.program(f'Thing("a", {{"x": {value}}})')
    result = bench.run()
    told = message.format(bench.project, "no such file or directory")
    assert result.diagnostics[-1].message.splitlines()[-1] == (
        f"Exception: unmarshal properties: failed to compute {told}"
    )


def test_a_failing_program_deletes_nothing(bench: Bench) -> None:
    bench.up('Thing("a", {"name": "a"})')
    bench.program('raise RuntimeError("early")')
    assert not bench.run().ok
    assert set(bench.world()) == {"a"}
    assert "a" in bench.resources()


def test_errors_logged_by_the_program_are_told_and_fail_nothing(bench: Bench) -> None:
    bench.program('pulumi.log.warn("careful")\npulumi.log.error("wrong")')
    result = bench.run()
    assert result.ok
    assert [(d.severity, d.message) for d in result.diagnostics] == [("warning", "careful"), ("error", "wrong")]


@pytest.mark.parametrize(
    ("body", "feature"),
    [
        ('pulumi.ComponentResource("test:index:Far", "far", {}, None, remote=True)', "remote components"),
        (
            'from pulumi import dynamic as d\nclass R(d.Resource, name="R"): pass\nR(d.ResourceProvider(), "x", {})',
            "dynamic providers",
        ),
        ('Thing("a", {}, Opts(hooks=pulumi.ResourceHookBinding(before_create=[lambda args: None])))', "resource hooks"),
    ],
)
def test_what_is_not_supported_is_refused_by_name(bench: Bench, body: str, feature: str) -> None:
    bench.program(body)
    result = bench.run()
    assert not result.ok
    assert any(f"does not support {feature}" in d.message for d in result.diagnostics), result.diagnostics


def test_a_package_without_provider_is_told_by_name(bench: Bench) -> None:
    bench.program('pulumi.CustomResource("other:index:Thing", "a", {})')
    result = bench.run()
    assert "no provider for package 'other' here; there are: test" in result.diagnostics[0].message


def test_config_reaches_the_program_with_objects_as_json(bench: Bench) -> None:
    (bench.project / "Pulumi.yaml").write_text(
        "name: proj\nruntime: python\nconfig:\n  size: {type: integer, default: 3}\n  region: {type: string}\n"
    )
    (bench.project / "Pulumi.dev.yaml").write_text("config:\n  proj:region: west\n  other:map: {b: [1, true], a: x}\n")
    result = bench.up("""
        config = pulumi.Config()
        pulumi.export("size", config.require_int("size"))
        pulumi.export("map", pulumi.Config("other").require_object("map"))
    """)
    assert result.outputs == {"size": 3, "map": {"a": "x", "b": [1, True]}}
    (bench.project / "Pulumi.dev.yaml").unlink()
    with pytest.raises(EngineError, match="missing configuration value 'proj:region'"):
        bench.run()


def test_secret_config_is_decrypted_and_stays_secret(bench: Bench) -> None:
    from sandbox.engine import StackConfig
    from tests.sandbox.engine.conftest import PASSPHRASE

    path = bench.project / "Pulumi.dev.yaml"
    ciphertext, salt = StackConfig.load(path, PASSPHRASE).encrypt("hunter2")
    path.write_text(
        json.dumps({"encryptionsalt": salt, "config": {"proj:db": {"user": "me", "password": {"secure": ciphertext}}}})
    )
    result = bench.up('pulumi.export("db", pulumi.Config().require_secret_object("db"))')
    assert result.outputs == {"db": {"user": "me", "password": "hunter2"}}
    assert result.secret_outputs == {"db"}
    assert bench.request("plan").secret_keys == {"proj:db"}
    assert bench.document()["checkpoint"]["latest"]["secrets_providers"]["state"]["salt"] == salt
    with pytest.raises(EngineError, match="the passphrase does not fit"):
        StackConfig.load(path, "wrong")
