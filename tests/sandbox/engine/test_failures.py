"""What is kept when something goes wrong: failed steps, killed runs, locks."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from sandbox.engine import EngineError, LockedError, locks
from sandbox.engine.errors import Cancelled
from sandbox.engine.journal import Progress
from tests.sandbox.engine.conftest import Bench, ops
from tests.sandbox.engine.provider import Things


def test_what_was_done_before_a_failure_is_kept(bench: Bench) -> None:
    bench.program("""
        a = Thing("a", {"name": "a"})
        b = Thing("b", {"name": "b", "fail": "create", "parts": [a.address]})
        Thing("c", {"parts": [b.address]})
    """)
    result = bench.run()
    assert not result.ok
    assert [(d.urn.split("::")[-1], d.message) for d in result.diagnostics] == [("b", "cannot create b")]
    assert result.exception_type == ""
    assert set(bench.resources()) == {"proj-dev", "default_1_2_3", "a"}
    assert "pending_operations" not in bench.document()["checkpoint"]["latest"]


def test_a_thing_that_does_not_become_ready_is_kept_and_updated_next_time(bench: Bench) -> None:
    bench.program('Thing("a", {"name": "a", "size": 1, "fail": "init"})')
    result = bench.run()
    assert not result.ok
    assert "it does not become ready" in result.diagnostics[0].message
    stored = bench.resources()["a"]
    assert (stored["id"], stored["initErrors"]) == ("id-a", ["it does not become ready"])
    bench.program('Thing("a", {"name": "a", "size": 1})')
    result = bench.run()
    assert (result.ok, ops(result)) == (True, {"a": "update"})
    assert "initErrors" not in bench.resources()["a"]


def test_init_errors_alone_make_the_next_run_update(bench: Bench) -> None:
    bench.program('Thing("a", {"name": "a", "fail": "init"})')
    assert not bench.run().ok
    bench.things.calls.clear()
    assert not bench.run().ok
    assert bench.called("Create", "Update") == [("Update", "a")]


def test_an_update_that_does_not_become_ready_keeps_the_old_inputs(bench: Bench) -> None:
    bench.up('Thing("a", {"name": "a", "size": 1})')
    bench.program('Thing("a", {"name": "a", "size": 2, "fail": "init"})')
    assert not bench.run().ok
    stored = bench.resources()["a"]
    assert stored["inputs"] == {"name": "a", "size": 1}
    assert stored["outputs"]["size"] == 2


def test_a_refused_update_changes_nothing(bench: Bench) -> None:
    bench.up('Thing("a", {"name": "a", "size": 1})')
    before = bench.resources()["a"]
    bench.program('Thing("a", {"name": "a", "size": 2, "fail": "update"})')
    assert not bench.run().ok
    assert bench.resources()["a"] == before


def test_a_failed_deletion_of_a_replaced_thing_is_done_again(bench: Bench) -> None:
    bench.up('Thing("a", {"kind": "x", "fail": "delete"})')
    bench.program('Thing("a", {"kind": "y"})')
    assert not bench.run().ok
    assert bench.resources()["a (deleted)"]["inputs"]["kind"] == "x"
    bench.things.calls.clear()
    assert not bench.run().ok
    assert bench.called("Create", "Delete") == [("Delete", "a")]


def test_a_replacement_that_cannot_be_created_is_created_next_time(bench: Bench) -> None:
    bench.up('Thing("a", {"name": "a", "zone": "1"})')
    bench.program('Thing("a", {"name": "a", "zone": "2", "fail": "create"})')
    assert not bench.run().ok
    assert bench.resources()["a"]["pendingReplacement"] is True
    assert bench.world() == {}
    result = bench.up('Thing("a", {"name": "a", "zone": "2"})')
    assert ops(result) == {"a": "replace"}
    assert "pendingReplacement" not in bench.resources()["a"]
    assert set(bench.world()) == {"a"}


def test_what_a_new_provider_did_not_take_over_is_still_replaced(bench: Bench) -> None:
    program = 'p = Provider("p", {"account": "%s"})\nThing("b", {"name": "%s"}, Opts(provider=p))'
    bench.up(program % ("one", "b"))
    bench.program((program % ("two", "b2")).replace('"b2"', '"b2", "fail": "create"'))
    assert not bench.run().ok
    assert set(bench.world()) == {"b"}
    assert ops(bench.up(program % ("two", "b2")))["b"] == "replace"
    assert set(bench.world()) == {"b2"}


def test_a_deleted_thing_never_replaced_leaves_the_state(bench: Bench) -> None:
    bench.up('Thing("a", {"name": "a", "zone": "1"})')
    bench.program('Thing("a", {"name": "a", "zone": "2", "fail": "create"})')
    assert not bench.run().ok
    bench.things.calls.clear()
    bench.up("")
    assert set(bench.resources()) == {"proj-dev"}
    assert bench.called("Delete") == []


class Deadly(Things):
    """Kills its process on the call of a method for a resource, before or after doing it."""

    def __init__(self, things: Things, method: str, name: str, after: bool) -> None:
        super().__init__(things.path)
        self.deadly = (method, name)
        self.after = after

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if name not in ("Create", "Update", "Delete"):
            return value
        method, resource = super().__getattribute__("deadly")
        after = super().__getattribute__("after")

        def call(request: Any, context: Any) -> Any:
            hit = method == name and resource == request.name and not getattr(request, "preview", False)
            if hit and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            answer = value(request, context)
            if hit:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return call


class Mute(Things):
    """Creates things, and loses the connection before it has said so."""

    def __init__(self, things: Things, code: grpc.StatusCode) -> None:
        super().__init__(things.path)
        self.code = code

    def Create(self, request: Any, context: Any) -> Any:
        answer = super().Create(request, context)
        if not request.preview:
            context.abort(self.code, "no answer")
        return answer


def _found(bench: Bench, urn: str, known: Any) -> tuple[str, dict[str, Any]] | None:
    with bench.things.store() as things:
        for id_, thing in things.items():
            if thing["urn"] == urn and id_ not in {each for each, _ in known}:
                return id_, bench.things.outputs(id_, thing["inputs"])
    return None


PROGRAM = """
    a = Thing("a", {{"size": {size}}})
    b = Thing("b", {{"parts": [a.address], "kind": "{kind}", "password": pulumi.Output.secret("s")}})
    c = Thing("c", {{"parts": [b.address], "size": {size}}})
    pulumi.export("c", c.address)
"""


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("method", "name"), [("Create", "a"), ("Create", "b"), ("Update", "a"), ("Update", "c"), ("Delete", "b")]
)
def test_a_killed_run_is_finished_by_the_next(bench: Bench, method: str, name: str, after: bool) -> None:
    update = (method, name) != ("Create", "a")
    if update:
        bench.up(PROGRAM.format(size=1, kind="x"))
    bench.program(PROGRAM.format(size=2, kind="y"))
    healthy = bench.things
    bench.things = Deadly(healthy, method, name, after)
    with pytest.raises(EngineError, match=r"exit code -9"):
        bench.forked()
    bench.things = healthy
    document = bench.document()
    assert (document["version"], document["features"]) == (4, ["slipway-journal-open"])
    result = bench.run(resolve=lambda urn, known: _found(bench, urn, known))
    assert result.ok, result.diagnostics
    assert bench.document()["version"] == 3
    assert not bench.backend.journal("proj", "dev").exists()
    assert set(bench.resources()) == {"proj-dev", "default_1_2_3", "a", "b", "c"}
    assert sorted(name.split("-")[0] for name in bench.world()) == ["a", "b", "c"]
    assert {item["inputs"]["name"] for item in bench.resources().values() if "name" in item.get("inputs", {})} == set(
        bench.world()
    )
    assert bench.run().changes["same"] == 4


def test_an_update_of_which_a_killed_run_did_not_hear_is_undone_by_who_wants_what_was_before(bench: Bench) -> None:
    bench.up(PROGRAM.format(size=1, kind="x"))
    before = bench.world()
    bench.program(PROGRAM.format(size=2, kind="x"))
    healthy = bench.things
    bench.things = Deadly(healthy, "Update", "a", after=True)
    with pytest.raises(EngineError, match=r"exit code -9"):
        bench.forked()
    bench.things = healthy
    assert bench.world() != before
    bench.program(PROGRAM.format(size=1, kind="x"))
    result = bench.run()
    assert (result.changes["update"], result.changes["same"]) == (1, 3)
    assert bench.world() == before


def test_an_interrupted_create_is_adopted_with_its_generated_name(bench: Bench) -> None:
    bench.program('Thing("a", {"password": pulumi.Output.secret("s")})')
    healthy = bench.things
    bench.things = Deadly(healthy, "Create", "a", after=True)
    with pytest.raises(EngineError):
        bench.forked()
    bench.things = healthy
    (name,) = bench.world()
    result = bench.run(resolve=lambda urn, known: _found(bench, urn, known))
    assert result.changes == {"create": 0, "update": 1, "replace": 0, "delete": 0, "same": 1}
    stored = bench.resources()["a"]
    assert "initErrors" not in stored
    assert stored["id"] == f"id-{name}"
    assert stored["outputs"]["password"] != "s"


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED])
def test_what_was_made_without_an_answer_is_adopted_by_the_next_run(bench: Bench, code: grpc.StatusCode) -> None:
    bench.program('Thing("a", {"password": "s"})')
    healthy = bench.things
    bench.things = Mute(healthy, code)
    result = bench.run()
    assert [(found.urn.split("::")[-1], found.message) for found in result.diagnostics] == [("a", "no answer")]
    (pending,) = bench.document()["checkpoint"]["latest"]["pending_operations"]
    assert pending["type"] == "creating"
    bench.things = healthy
    (name,) = bench.world()
    assert bench.run(resolve=lambda urn, known: _found(bench, urn, known)).ok
    assert (set(bench.world()), bench.resources()["a"]["id"]) == ({name}, f"id-{name}")
    assert "pending_operations" not in bench.document()["checkpoint"]["latest"]


def test_a_replacement_under_the_same_id_is_adopted(bench: Bench) -> None:
    bench.up('Thing("a", {"name": "a", "zone": "1"})')
    bench.program('Thing("a", {"name": "a", "zone": "2"})')
    healthy = bench.things
    bench.things = Deadly(healthy, "Create", "a", after=True)
    with pytest.raises(EngineError):
        bench.forked()
    bench.things = healthy
    result = bench.run(resolve=lambda urn, known: _found(bench, urn, known))
    assert (result.ok, ops(result)) == (True, {"a": "update"})
    assert bench.world() == {"a": {"name": "a", "zone": "2"}}
    assert bench.resources()["a"]["inputs"]["zone"] == "2"


def test_a_create_that_never_happened_is_done_again_under_the_same_name(bench: Bench) -> None:
    bench.program('Thing("a")')
    healthy = bench.things
    bench.things = Deadly(healthy, "Create", "a", after=False)
    with pytest.raises(EngineError):
        bench.forked()
    bench.things = healthy
    found = bench.backend.open("proj", "dev").checkpoint.pending
    assert [operation.kind for operation in found] == ["creating"]
    assert bench.run(resolve=lambda urn, known: None).ok
    assert set(bench.world()) == {found[0].resource.inputs["name"]}


def test_without_resolve_an_interrupted_create_stays_on_record(bench: Bench) -> None:
    bench.program('Thing("a", {"name": "a"})')
    healthy = bench.things
    bench.things = Deadly(healthy, "Create", "a", after=False)
    with pytest.raises(EngineError):
        bench.forked()
    bench.things = healthy
    result = bench.run()
    assert result.ok
    assert result.diagnostics[0].severity == "warning"
    (pending,) = bench.document()["checkpoint"]["latest"]["pending_operations"]
    assert pending["type"] == "creating"
    assert "id" not in pending["resource"]


def test_a_journal_line_cut_short_counts_as_not_written(bench: Bench) -> None:
    bench.up('Thing("a", {"name": "a"})')
    bench.program('Thing("a", {"name": "a"})\nThing("b", {"name": "b"})')
    healthy = bench.things
    bench.things = Deadly(healthy, "Create", "b", after=False)
    with pytest.raises(EngineError):
        bench.forked()
    bench.things = healthy
    journal = bench.backend.journal("proj", "dev")
    journal.write_bytes(journal.read_bytes() + b'{"end":0,"put":[[')
    pending = bench.backend.open("proj", "dev").checkpoint.pending
    assert [operation.resource.inputs["name"] for operation in pending] == ["b"]
    assert bench.run(resolve=lambda urn, known: None).changes["create"] == 1


def test_a_stack_is_locked_while_it_runs(bench: Bench) -> None:
    bench.program("")
    with bench.backend.lock("proj", "dev"):
        with pytest.raises(LockedError) as caught:
            bench.run()
        assert caught.value.holder.pid == os.getpid()
        assert bench.run("plan").ok
    assert bench.run().ok


def test_a_lock_of_a_dead_process_is_broken(bench: Bench) -> None:
    bench.program("")
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    folder = bench.backend.root / ".pulumi/locks/organization/proj/dev"
    folder.mkdir(parents=True)
    lock = folder / "one.json"
    content = {"pid": int(ended.stdout), "username": "me", "hostname": socket.gethostname(), "timestamp": "then"}
    lock.write_text(json.dumps(content))
    assert bench.run().ok
    assert list(folder.iterdir()) == []
    lock.write_text(json.dumps({**content, "hostname": "elsewhere"}))
    with pytest.raises(LockedError, match="me@elsewhere"):
        bench.run()


def test_a_lock_of_a_number_given_to_another_process_is_broken(bench: Bench) -> None:
    bench.program("")
    folder = bench.backend.root / ".pulumi/locks/organization/proj/dev"
    folder.mkdir(parents=True)
    content = {"pid": os.getpid(), "username": "me", "hostname": socket.gethostname(), "started": "1"}
    (folder / "one.json").write_text(json.dumps(content))
    assert bench.run().ok


def test_a_lock_of_a_process_that_is_about_to_go_is_waited_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "GRACE_SECONDS", 0)
    bench.program("")
    folder = bench.backend.root / ".pulumi/locks/organization/proj/dev"
    folder.mkdir(parents=True)
    holder = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    content = {"pid": holder.pid, "username": "me", "hostname": socket.gethostname()}
    (folder / "one.json").write_text(json.dumps(content))
    with pytest.raises(LockedError, match="me@"):
        bench.run()

    def dying(pid: int) -> bool:
        holder.kill()
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        return knows(pid)

    knows = locks._dying
    assert knows(holder.pid) is False
    monkeypatch.setattr(locks, "_dying", dying)
    assert bench.run().ok
    assert knows(holder.pid) is True
    holder.wait()
    assert knows(holder.pid) is False


class Interrupting(Things):
    """Interrupts its process, as Ctrl-C does, while it makes a thing."""

    def Create(self, request: Any, context: Any) -> Any:
        if not request.preview and request.name == "a":
            os.kill(os.getpid(), signal.SIGINT)
        return super().Create(request, context)


def test_an_interrupted_run_finishes_what_it_does_and_saves(bench: Bench) -> None:
    bench.program('a = Thing("a", {"name": "a"})\nThing("b", {"name": "b", "parts": [a.address]})')
    bench.things = Interrupting(bench.things.path)
    with pytest.raises(KeyboardInterrupt):
        bench.forked()
    assert bench.document()["version"] == 3
    assert set(bench.resources()) == {"proj-dev", "default_1_2_3", "a"}
    assert set(bench.world()) == {"a"}
    assert not any((bench.backend.root / ".pulumi/locks").rglob("*.json"))


def test_what_was_registered_together_is_made_though_one_of_it_fails(bench: Bench) -> None:
    """Each failure among it is told, and what waits for one of them is not begun."""
    bench.program(
        'a = Thing("a", {"name": "a", "fail": "create"})\n'
        'Thing("b", {"name": "b"})\n'
        'Thing("c", {"name": "c", "fail": "create"})\n'
        'Thing("d", {"name": "d", "parts": [a.address]})\n'
    )
    result = bench.run()
    failed = {found.urn.rpartition("::")[2] for found in result.diagnostics if found.severity == "error"}
    assert (failed, set(bench.world())) == ({"a", "c"}, {"b"})


@pytest.mark.parametrize("size", [1, 2], ids=["creates", "updates"])
def test_what_only_waits_for_its_turn_when_the_run_is_interrupted_is_not_begun(bench: Bench, size: int) -> None:
    names = [f"t{number:02}" for number in range(40)]
    if size == 2:
        bench.up("".join(f'Thing("{name}", {{"name": "{name}", "size": 1}})\n' for name in names))
    bench.program("".join(f'Thing("{name}", {{"name": "{name}", "size": {size}}})\n' for name in names))
    at_once = bench.request("up").parallel
    assert at_once < len(names)

    class Interrupted(Things):
        """All that may be under way at once is, when somebody presses Ctrl-C."""

        at_once = False

        def __init__(self, path: Path) -> None:
            super().__init__(path)
            self.pressed = threading.Event()
            self.full = threading.Barrier(at_once, self.press)

        def press(self) -> None:
            self.pressed.set()
            os.kill(os.getpid(), signal.SIGINT)

        def meet(self, request: Any) -> None:
            if request.preview or self.pressed.is_set():
                return
            self.full.wait(30)
            # The engine's handler gives way to the usual one before it ends the run.
            while signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
                time.sleep(0.001)
            time.sleep(0.05)

        def Create(self, request: Any, context: Any) -> Any:
            self.meet(request)
            return super().Create(request, context)

        def Update(self, request: Any, context: Any) -> Any:
            self.meet(request)
            return super().Update(request, context)

    bench.things = Interrupted(bench.things.path)
    with pytest.raises(KeyboardInterrupt):
        bench.forked()
    done = {name for name, inputs in bench.world().items() if inputs["size"] == size}
    assert len(done) == at_once
    kept = {name for name, resource in bench.resources().items() if resource.get("inputs", {}).get("size") == size}
    assert kept == done
    assert not bench.document()["checkpoint"]["latest"].get("pending_operations")
    bench.things = Things(bench.things.path)
    assert bench.run().ok
    assert {inputs["size"] for inputs in bench.world().values()} == {size}
    assert len(bench.world()) == len(names)


def test_an_interrupted_deletion_begins_nothing_more(bench: Bench) -> None:
    names = [f"t{number:02}" for number in range(40)]
    bench.up("".join(f'Thing("{name}", {{"name": "{name}"}})\n' for name in names))

    class Interrupted(Things):
        def Delete(self, request: Any, context: Any) -> Any:
            answer = super().Delete(request, context)
            if request.name == names[0]:
                os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.2)
            return answer

    bench.things = Interrupted(bench.things.path)
    with pytest.raises(KeyboardInterrupt):
        bench.forked("destroy")
    left = set(bench.world())
    assert 0 < len(left) < len(names)
    assert {name for name in bench.resources() if name in names} == left
    bench.things = Things(bench.things.path)
    assert bench.run("destroy").ok


def test_nothing_is_written_after_the_state_was_saved(bench: Bench) -> None:
    bench.up('Thing("a", {"name": "a"})')
    opened = bench.backend.open("proj", "dev")
    path, journal = bench.backend.path("proj", "dev"), bench.backend.journal("proj", "dev")
    progress = Progress(opened.checkpoint, opened.sealer, opened.crypter.salt, path, journal)
    operation = progress.begin(opened.checkpoint.resources[-1], "updating")
    progress.save()
    saved = path.read_text()
    with pytest.raises(Cancelled):
        progress.commit(operation, drop=[0])
    assert (path.read_text(), journal.exists()) == (saved, False)
    assert [item["type"] for item in json.loads(saved)["checkpoint"]["latest"]["pending_operations"]] == ["updating"]


@pytest.mark.parametrize("content", ["", "[]", '{"version": 3}', '{"version":3,"checkpoint":{"stack":'])
def test_a_damaged_state_is_told_by_name(bench: Bench, content: str) -> None:
    bench.up('Thing("a", {"name": "a"})')
    path = bench.backend.path("proj", "dev")
    path.write_text(content)
    with pytest.raises(EngineError, match=r"dev\.json is damaged: it holds no state; put back a copy of it"):
        bench.run()
    assert path.read_text() == content


def test_a_damaged_journal_is_told_by_name(bench: Bench) -> None:
    bench.up('Thing("a", {"name": "a"})')
    document = {**bench.document(), "version": 4, "features": ["slipway-journal-open"]}
    bench.backend.path("proj", "dev").write_text(json.dumps(document))
    journal = bench.backend.journal("proj", "dev")
    journal.parent.mkdir(parents=True, exist_ok=True)
    journal.write_text('{"end":0,"put":[[\n{"end":null,"put":[],"drop":[]}\n')
    with pytest.raises(EngineError, match=r"dev\.jsonl: line 1 is damaged; delete the file to go on"):
        bench.run()


KILLED = """
import sys, time
from pathlib import Path
from sandbox.engine import Diagnostic, FileBackend, RunRequest, run_forked
from tests.sandbox.engine.provider import Things

class Slow(Things):
    def Create(self, request, context):
        time.sleep(0 if request.name == "a" else 600)
        return super().Create(request, context)

root = Path(sys.argv[1])
request = RunRequest(root / "project", "proj", "dev", "up")
backend = FileBackend(root / "backend", "open sesame")
tell = lambda event: isinstance(event, Diagnostic) and print(event.message, flush=True)
run_forked(request, backend, lambda: {"test": Slow(root / "things.json")}, tell)
"""


def _slow(bench: Bench) -> tuple[subprocess.Popen[str], int]:
    """A process whose run makes `a` and never comes to an end with `b`, and the process that it forked."""
    bench.program('a = Thing("a", {"name": "a"})\nThing("b", {"name": "b", "parts": [a.address]})')
    top = Path(__file__).parents[3]
    command = [sys.executable, "-c", KILLED, str(bench.root)]
    parent = subprocess.Popen(command, cwd=top, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    journal = bench.backend.journal("proj", "dev")
    _wait_for(lambda: journal.exists() and "::b" in journal.read_text())
    (lock,) = (bench.backend.root / ".pulumi/locks/organization/proj/dev").glob("*.json")
    child = int(json.loads(lock.read_text())["pid"])
    assert child != parent.pid
    return parent, child


def _goes_on(bench: Bench, child: int) -> None:
    _wait_for(lambda: not Path(f"/proc/{child}").exists())
    assert bench.run(resolve=lambda urn, known: _found(bench, urn, known)).changes["create"] == 1
    assert set(bench.world()) == {"a", "b"}


def test_a_forked_run_dies_with_its_parent(bench: Bench) -> None:
    parent, child = _slow(bench)
    parent.kill()
    parent.communicate()
    _goes_on(bench, child)


def test_a_second_interrupt_stops_at_once(bench: Bench) -> None:
    parent, child = _slow(bench)
    assert parent.stdout
    parent.send_signal(signal.SIGINT)
    assert "the state is saved and the lock released; interrupt again to stop at once" in parent.stdout.readline()
    parent.send_signal(signal.SIGINT)
    _, err = parent.communicate(timeout=30)
    assert err.splitlines()[-1] == "KeyboardInterrupt"
    assert bench.document()["features"] == ["slipway-journal-open"]
    _goes_on(bench, child)


def _wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("waited 30 s in vain")
