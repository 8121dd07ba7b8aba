"""The real Pulumi CLI goes on from a state of this engine and finds nothing to change, field by field; and back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.engine.conftest import PASSPHRASE, Bench, ops
from tests.sandbox.engine.states import comparable

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="the Pulumi CLI is not on the PATH"),
]

PROGRAM = """
    a = Thing("a", {"size": 1, "password": pulumi.Output.secret("hunter2")})
    b = Thing("b", {"size": 2.5, "parts": [a.address, {"x": a.password}]}, Opts(protect=True, ignore_changes=["size"]))
    p = Provider("p", {"account": a.address, "nested": {"k": [1, 2]}})
    c = Thing("c", {"kind": "x"}, Opts(
        provider=p,
        depends_on=[b],
        custom_timeouts=pulumi.CustomTimeouts(create="10m"),
        additional_secret_outputs=["address"],
        replace_on_changes=["size"],
    ))
    g = Group("g", 3)
    d = Thing("d", {"from": g.addresses}, Opts(parent=g, retain_on_delete=True, delete_before_replace=True))
    e = Thing("e", {"empty": {}, "none": [], "text": pulumi.StringAsset("hello"), "file": pulumi.FileAsset("things.py")},
              Opts(deleted_with=a, aliases=[pulumi.Alias(name="former")]))
    f = Thing("f", {"all": pulumi.AssetArchive({"b": pulumi.StringAsset("x"), "a/c": pulumi.FileAsset("things.py"),
                                                "dir": pulumi.FileArchive("folder")})})
    base = pulumi.StackReference("organization/proj/base")
    h = Thing("h", {"hidden": base.get_output("hidden")}, Opts(replacement_trigger={"v": 1}))
    read = Thing("read", None, Opts(id="id-other"))
    pulumi.export("a", a.address)
    pulumi.export("password", a.password)
    pulumi.export("all", {"n": [1, 2.5, 1e30, None, True], "s": pulumi.Output.secret({"deep": "x<y&z"})})
    pulumi.export("said", say(["x", 1]))
"""


class Cli:
    """The Pulumi CLI over the bench's backend, attached to the test provider."""

    def __init__(self, bench: Bench, port: str) -> None:
        self._bench = bench
        self._env = {
            **os.environ,
            "PULUMI_BACKEND_URL": f"file://{bench.backend.root}",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_DEBUG_PROVIDERS": f"test:{port}",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_HOME": str(bench.root / "home"),
        }

    def __call__(self, *args: str) -> str:
        """What the command prints; it must succeed."""
        done = subprocess.run(
            ["pulumi", *args, "--non-interactive"],
            cwd=self._bench.project,
            env=self._env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def summary(self, *args: str) -> dict[str, int]:
        """How many resources a command with --json would change, by operation."""
        found: dict[str, int] = json.loads(self(*args, "--json"))["changeSummary"]
        return found


@pytest.fixture
def cli(bench: Bench) -> Iterator[Cli]:
    (bench.project / "Pulumi.yaml").write_text(
        f"name: proj\nruntime: {{name: python, options: {{toolchain: pip, virtualenv: {sys.prefix}}}}}\n"
    )
    with subprocess.Popen(
        [sys.executable, "-m", "tests.sandbox.engine.serve", str(bench.things.path)],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield Cli(bench, server.stdout.readline().strip())
        server.stdin.close()


def _prepare(bench: Bench) -> None:
    folder = bench.project / "folder"
    (folder / "sub").mkdir(parents=True)
    (folder / "one.txt").write_text("1")
    (folder / "sub" / "two.txt").write_text("22" * 400)
    with bench.things.store() as things:
        things["id-other"] = {"urn": "", "inputs": {"name": "other", "size": 3}}
    from sandbox.engine import StackConfig

    for stack in ("base", "dev"):
        path = bench.project / f"Pulumi.{stack}.yaml"
        _, salt = StackConfig.load(path, PASSPHRASE).encrypt("")
        path.write_text(f"encryptionsalt: {salt}\nconfig:\n  test:account: mine\n")
    bench.program('pulumi.export("hidden", pulumi.Output.secret("deep"))')
    assert bench.run(stack="base").ok


def _assert_equal(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert comparable(ours, PASSPHRASE) == comparable(theirs, PASSPHRASE)


def test_the_cli_finds_nothing_to_change_and_writes_the_same(bench: Bench, cli: Cli) -> None:
    _prepare(bench)
    bench.up(PROGRAM)
    ours = bench.document()
    assert cli.summary("preview", "-s", "dev") == {"same": 13}
    cli("up", "-s", "dev", "--yes")
    theirs = bench.document()
    assert theirs["checkpoint"]["latest"]["manifest"] != ours["checkpoint"]["latest"]["manifest"]
    _assert_equal(ours, theirs)
    assert bench.up().changes == {"create": 0, "update": 0, "replace": 0, "delete": 0, "same": 13}
    _assert_equal(bench.document(), theirs)


def test_both_make_the_same_of_the_same_changes(bench: Bench, cli: Cli) -> None:
    """Each goes on from the same state with the same new program; names are given, so the states must be equal."""
    before = """
        a = Thing("a", {"name": "a", "kind": "x"})
        b = Thing("b", {"name": "b", "zone": "1", "parts": [a.address]}, Opts(aliases=[pulumi.Alias(name="gone")]))
        c = Thing("c", {"name": "c", "kind": b.address}, Opts(protect=True))
        gone = Thing("gone", {"name": "gone"}, Opts(depends_on=[b]))
        old = Thing("old", {"name": "old"})
    """
    after = """
        a = Thing("a", {"name": "a2", "kind": "y", "password": pulumi.Output.secret("new")})
        b = Thing("b", {"name": "b", "zone": "2", "parts": [a.address]})
        c = Thing("c", {"name": "c", "kind": b.address})
        new = Thing("new", {"name": "old"}, Opts(aliases=[pulumi.Alias(name="old")], protect=True))
        pulumi.export("b", b.address)
    """
    _prepare(bench)
    bench.up(before.replace(", Opts(protect=True))", ")"))
    state, things = bench.backend.path("proj", "dev"), bench.things.path
    start = state.read_text(), things.read_text()
    bench.program(after)
    plan = bench.run("plan")
    assert cli.summary("preview", "-s", "dev") == {op: count for op, count in plan.changes.items() if count}
    result = bench.up()
    assert ops(result) == {"a": "replace", "b": "replace", "c": "replace", "gone": "delete"}
    ours, our_world = bench.document(), json.loads(things.read_text())
    state.write_text(start[0])
    things.write_text(start[1])
    cli("up", "-s", "dev", "--yes")
    _assert_equal(ours, bench.document())
    assert json.loads(things.read_text()) == our_world


def test_a_failure_leaves_the_same_state(bench: Bench, cli: Cli) -> None:
    _prepare(bench)
    bench.up('Thing("a", {"name": "a", "size": 1, "zone": "1"})\nThing("b", {"name": "b"})')
    state, things = bench.backend.path("proj", "dev"), bench.things.path
    start = state.read_text(), things.read_text()
    for change in (
        'a = Thing("a", {"name": "a", "size": 2, "zone": "1", "fail": "init"})\nThing("b", {"name": "b"})',
        'a = Thing("a", {"name": "a", "size": 1, "zone": "2", "fail": "create"})\nThing("b", {"name": "b"})',
        'Thing("b", {"name": "b"})\nThing("n", {"name": "n", "fail": "init"})\nThing("a", {"name": "a", "size": 1, "zone": "1"})',
    ):
        bench.program(change)
        assert not bench.run().ok
        ours = bench.document()
        state.write_text(start[0])
        things.write_text(start[1])
        with pytest.raises(AssertionError, match="error"):
            cli("up", "-s", "dev", "--yes", "--skip-preview")
        _assert_equal(ours, bench.document())
        state.write_text(start[0])
        things.write_text(start[1])


def test_this_engine_goes_on_from_the_cli(bench: Bench, cli: Cli) -> None:
    _prepare(bench)
    bench.program(PROGRAM)
    cli("stack", "init", "dev")
    cli("up", "-s", "dev", "--yes", "--skip-preview")
    theirs = bench.document()
    assert bench.run("plan").changes["same"] == 13
    assert bench.up().changes == {"create": 0, "update": 0, "replace": 0, "delete": 0, "same": 13}
    _assert_equal(bench.document(), theirs)


def test_the_cli_refuses_a_state_with_an_open_journal(bench: Bench, cli: Cli) -> None:
    _prepare(bench)
    bench.up('Thing("a")')
    opened = bench.backend.open("proj", "dev")
    from sandbox.engine.journal import Progress

    path, journal = bench.backend.path("proj", "dev"), bench.backend.journal("proj", "dev")
    progress = Progress(opened.checkpoint, opened.sealer, opened.crypter.salt, path, journal)
    progress.begin(opened.checkpoint.resources[-1], "updating")
    with pytest.raises(AssertionError, match="slipway-journal-open"):
        cli("preview", "-s", "dev")
    progress.save()
