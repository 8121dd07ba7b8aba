"""The world: what is stored, what is undone, who waits, what time it is."""

from __future__ import annotations

import multiprocessing
import pickle
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest

from sandbox.clouds.world import Entity, World, WorldHeld
from tests.sandbox.world.conftest import TO_FIRST_VERSION

TOPIC = Entity("gcp", "gcp:pubsub/topic:Topic", "projects/p/topics/t", "urn:t", inputs={"a": 1}, outputs={"b": [2]})


def test_an_entity_comes_back_as_it_was_put(world: World) -> None:
    with world.transaction() as tx:
        put = tx.put(TOPIC)
    with world.read() as tx:
        found = tx.get("gcp", TOPIC.type, TOPIC.id)

    assert found == put == replace(TOPIC, created=put.created, updated=put.updated)
    assert put.created == put.updated > 0


def test_a_change_keeps_the_time_of_creation(world: World) -> None:
    with world.transaction() as tx:
        first = tx.put(TOPIC)
    world.advance(60)
    with world.transaction() as tx:
        second = tx.put(replace(first, outputs={"b": 3}))

    assert second.created == first.created
    assert second.updated >= first.updated + 60


def test_an_exception_undoes_the_whole_transaction(world: World) -> None:
    def fail() -> None:
        with world.transaction() as tx:
            tx.put(TOPIC)
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    with world.read() as tx:
        assert tx.list("gcp") == []


def test_a_transaction_inside_another_is_refused(world: World) -> None:
    with world.transaction(), pytest.raises(RuntimeError, match="already open"), world.transaction():
        pass


def test_lists_are_by_type_prefix_and_parent_sorted_by_id(world: World) -> None:
    things = [
        Entity("gcp", "a", "projects/p/2", "u1", parent="x"),
        Entity("gcp", "a", "projects/p/1", "u2", parent="x"),
        Entity("gcp", "a", "projects/p%/3", "u3"),
        Entity("gcp", "b", "projects/p/1", "u4", parent="x"),
        Entity("kubernetes", "a", "projects/p/1", "u5"),
    ]
    with world.transaction() as tx:
        for thing in things:
            tx.put(thing)
    with world.read() as tx:
        assert [it.urn for it in tx.list("gcp", "a")] == ["u3", "u2", "u1"]
        assert [it.urn for it in tx.list("gcp", "a", prefix="projects/p/")] == ["u2", "u1"]
        assert [it.urn for it in tx.list("gcp", parent="x")] == ["u2", "u4", "u1"]
        assert [it.urn for it in tx.list("kubernetes")] == ["u5"]


def test_a_deleted_entity_is_gone(world: World) -> None:
    with world.transaction() as tx:
        tx.put(TOPIC)
        tx.delete("gcp", TOPIC.type, TOPIC.id)
        assert tx.get("gcp", TOPIC.type, TOPIC.id) is None


def test_the_clock_moves_forward_only(world: World) -> None:
    with world.read() as tx:
        before = tx.now()

    assert before + 3600 <= world.advance(3600) <= time.time() + 3600 + 1
    with pytest.raises(ValueError, match="cannot go back by 1 seconds"):
        world.advance(-1)


def test_a_tombstone_holds_until_its_time(world: World) -> None:
    with world.transaction() as tx:
        tx.tombstone("gcp", "a", "x", 600)
        assert tx.tombstoned("gcp", "a", "x") == pytest.approx(tx.now() + 600, abs=5)
        assert tx.tombstoned("gcp", "a", "y") is None
    world.advance(601)
    with world.read() as tx:
        assert tx.tombstoned("gcp", "a", "x") is None


def test_serials_count_for_each_name(world: World) -> None:
    with world.transaction() as tx:
        assert [tx.next("a"), tx.next("a"), tx.next("b"), tx.next("a", -1)] == [1, 2, 1, 1]


def test_outputs_with_one_underscore_are_not_shown() -> None:
    entity = Entity("gcp", "a", "x", "u", outputs={"name": "x", "_uid": "1", "__meta": "m"})

    assert entity.shown == {"name": "x", "__meta": "m"}


@pytest.mark.parametrize(
    ("entity", "expected"),
    [
        (Entity("gcp", "a", "projects/p/instances/i", "u", outputs={"_id": "i"}), "i"),
        (Entity("gcp", "a", "projects/p/topics/t", "u"), "projects/p/topics/t"),
        (Entity("kubernetes", "a", "uid/ns/api", "u"), "ns/api"),
        (Entity("kubernetes", "a", "uid//node-reader", "u"), "node-reader"),
    ],
)
def test_pulumis_id_of_an_entity(entity: Entity, expected: str) -> None:
    assert entity.resource_id == expected


def test_resolve_finds_what_the_state_does_not_know(world: World) -> None:
    with world.transaction() as tx:
        tx.put(replace(TOPIC, outputs={"name": "t", "_serial": 1}))

    assert world.resolve("urn:t", []) == (TOPIC.id, {"name": "t"})
    assert world.resolve("urn:t", [(TOPIC.id, {})]) is None
    assert world.resolve("urn:other", []) is None


def test_threads_of_one_process_lose_nothing(world: World) -> None:
    def work(number: int) -> None:
        for index in range(50):
            with world.transaction() as tx:
                tx.put(Entity("gcp", "a", f"{number}-{index}", "u"))
                tx.next("count")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with world.transaction() as tx:
        assert len(tx.list("gcp", "a")) == 400
        assert tx.next("count") == 401


def _count(path: Path, times: int) -> None:
    world = World(path)
    for _ in range(times):
        with world.transaction() as tx:
            tx.next("count")


def test_processes_wait_for_each_other(world: World) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_count, args=(world.path, 40)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0, 0]
    with world.transaction() as tx:
        assert tx.next("count") == 121


def test_processes_may_make_it_at_the_same_moment(tmp_path: Path) -> None:
    """Forked, so that they meet; one round in ten went wrong while an opening was not begun again."""
    fork = multiprocessing.get_context("fork")
    exits: list[int | None] = []
    for number in range(30):
        gate = fork.Barrier(6)
        makers = [fork.Process(target=_make, args=(tmp_path / f"{number}.sqlite", gate)) for _ in range(6)]
        for maker in makers:
            maker.start()
        for maker in makers:
            maker.join()
            exits.append(maker.exitcode)

    assert exits == [0] * 180


def _make(path: Path, gate: Barrier) -> None:
    world = World(path)
    gate.wait()
    _count_in(world)


def test_a_forked_child_opens_its_own_connection(world: World) -> None:
    with world.transaction() as tx:
        tx.next("count")
    child = multiprocessing.get_context("fork").Process(target=_count_in, args=(world,))
    child.start()
    child.join()

    assert child.exitcode == 0
    with world.transaction() as tx:
        assert tx.next("count") == 3


def _count_in(world: World) -> None:
    with world.transaction() as tx:
        tx.next("count")


def test_what_goes_on_after_a_reset_goes_on_in_the_new_world(world: World) -> None:
    """Both of a process that has made the new world already and of one that comes first."""
    for name, other in (("one", World(world.path)), ("two", None)):
        with world.transaction() as tx:
            tx.put(TOPIC)
        for file in world.path.parent.glob("world.sqlite*"):
            file.unlink()
        for each in (other, world) if other else (world,):
            with each.transaction() as tx:
                assert tx.get("gcp", TOPIC.type, TOPIC.id) is None
                tx.put(replace(TOPIC, id=name))
        with World(world.path).read() as snapshot:
            assert [entity.id for entity in snapshot.list("gcp")] == [name]


def test_the_file_is_an_ordinary_database(world: World) -> None:
    with world.transaction() as tx:
        tx.put(TOPIC)
    world.close()

    rows = sqlite3.connect(world.path).execute("SELECT type, id, urn, inputs FROM entity").fetchall()
    assert rows == [(TOPIC.type, TOPIC.id, "urn:t", '{"a":1}')]


def test_a_world_of_the_first_version_is_brought_up_to_date(world: World) -> None:
    """By several at once, as the stacks that come up side by side would."""
    pods = {"_pods": [{"node": "a"}, {"node": "a"}, {"node": ""}], "_asks": {"requests": {"cpu": 250}}}
    with world.transaction() as tx:
        tx.put(Entity("kubernetes", "kubernetes:apps/v1:ReplicaSet", "uid/dev/api", "", outputs=pods))
    world.close()
    old = sqlite3.connect(world.path)
    old.executescript(TO_FIRST_VERSION + "INSERT INTO image VALUES ('api', 'sha256:1', 1, 2.0);")
    old.close()
    worlds = [World(world.path) for _ in range(4)]
    found: list[list[tuple[object, ...]]] = []

    def look(opened: World) -> None:
        with opened.read() as tx:
            found.append(tx.rows("SELECT * FROM image") + tx.rows("SELECT * FROM load"))

    threads = [threading.Thread(target=look, args=(each,)) for each in worlds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[("api", "sha256:1", 1, 2.0, ""), ("uid", "a", "cpu", 500), ("uid", "a", "pods", 2)]] * 4


def hold(path: Path, connection: Any) -> None:
    """Keep the world until told to let go."""
    with World(path).transaction():
        connection.send("held")
        connection.recv()


@contextmanager
def held(world: World) -> Iterator[int]:
    """Another process, by its number, that keeps the world."""
    spawn = multiprocessing.get_context("spawn")
    mine, theirs = spawn.Pipe()
    process = spawn.Process(target=hold, args=(world.path, theirs))
    process.start()
    assert mine.recv() == "held"
    assert process.pid
    yield process.pid
    mine.send("let go")
    process.join()


def test_who_keeps_it_for_too_long_is_named(world: World) -> None:
    impatient = World(world.path, patience=0.05)
    with held(world) as process:
        with pytest.raises(WorldHeld, match="is held by .* for more than 0.05 s") as told, impatient.transaction():
            pass
        if sys.platform == "linux":
            assert str(told.value) == f"{world.path} is held by process {process} for more than 0.05 s"
        assert pickle.loads(pickle.dumps(told.value)).message == told.value.message
        with impatient.read() as tx:
            assert tx.list("gcp") == []
    with impatient.transaction() as tx:
        tx.put(TOPIC)
