"""How single moves end whose ends the random stories have found wanting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from delivery import deploy, holds, moving, notices_report, promote, rollback, stack_commands
from delivery.deciding import PLAINLY, Asked
from delivery.desk import Desk
from delivery.github import Checks
from delivery.move import Decision
from delivery.observed import observe
from delivery.release_commands import record
from delivery.releases import Releases, draft
from model.catalogue import load_catalogue
from tests.promotion.cloud import Faults
from tests.promotion.people import Clone
from tests.promotion.site import KILLED, End, Site

IMAGES = ("api", "worker", "tools")


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


def release(site: Site, number: int, migration: str = "none") -> str:
    commit = f"{number:040x}"
    site.hub.checks[commit] = Checks(passed=("build",))
    made = draft(load_catalogue(site.folder), commit, dict.fromkeys(IMAGES, digest(number)), migration)
    record(site.desk("pipeline"), made, False)
    return Releases(site.folder).all()[-1].id


def brings(site: Site, number: str, faults: Faults | None = None, push: bool = False, asked: Asked = PLAINLY) -> End:
    def command() -> None:
        desk = site.desk("ann", push)
        moving.carry_out(desk, deploy.decide(desk, "dev", number, asked), True)

    return site.run(command, faults or Faults())


def ups(site: Site, environment: str = "dev") -> End:
    return site.run(lambda: _said(stack_commands.update(site.desk("ann"), environment, "up").ok), Faults())


def events(site: Site, environment: str = "dev") -> list[str]:
    return [entry["event"] for entry in site.entries(environment)]


def _said(ok: bool) -> None:
    assert ok


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """With a first release in dev."""
    site = Site(tmp_path)
    assert brings(site, release(site, 1)).code == 0
    return site


def test_the_ledger_says_what_was_really_changed(site: Site) -> None:
    second = release(site, 2, "contract")
    assert brings(site, second).code == 0
    image = "(spec.template.spec.containers[0].image)"
    done = site.entries("dev")[-1]["facts"]
    assert done["changed"] == [
        *(f"update Deployment {name} {image}" for name in ("api", "read", "worker")),
        "create Job migrate",
    ]
    assert done["changes"] == {"update": 3, "create": 1}


def test_a_move_that_cannot_be_committed_is_taken_back(site: Site) -> None:
    before = site.file("dev").read_text()
    assert brings(site, release(site, 2), Faults(commit=1)).code == 5
    assert site.file("dev").read_text() == before
    assert events(site)[2:] == ["begun", "withdrawn"]


@pytest.mark.parametrize("lost", [2, 3, 4])
def test_who_loses_the_race_of_a_later_push_goes_back_all_the_same(site: Site, lost: int) -> None:
    second = release(site, 2)
    site.cloud.crashing.add(digest(2))
    assert brings(site, second, Faults(push=lost), push=True).code == 1
    assert events(site)[2:] == ["begun", "failed", "held", "begun", "done"]
    assert site.cloud.of("dev").running["api"] == digest(1)


def test_what_runs_is_done_though_it_was_not_published(site: Site) -> None:
    end = brings(site, release(site, 2), Faults(push=2), push=True)
    assert (end.code, events(site)[-1]) == (0, "done")
    assert "not committed or not published yet: somebody else has published other pins" in end.said


def test_a_rollback_that_finds_the_stack_locked_has_failed(site: Site) -> None:
    second = release(site, 2)
    site.cloud.crashing.add(digest(2))
    assert brings(site, second, Faults(up=("fine", "locked"))).code == 1
    assert events(site)[2:] == ["begun", "failed", "held", "begun", "failed"]
    assert digest(1) in site.file("dev").read_text()
    assert ups(site).code == 0
    assert (observe(site.desk("ann"), "dev").remarks_on_pods, events(site)[-1]) == ([], "done")


def test_a_migration_that_was_to_follow_is_run_by_up(site: Site) -> None:
    second = release(site, 2, "contract")
    assert brings(site, second, Faults(up=("fine", "locked"))).code == 1
    assert site.cloud.migrations == {}
    assert ups(site).code == 0
    assert site.cloud.migrations == {"dev": [second]}
    assert events(site)[2:] == ["begun", "failed", "done"]


def test_a_decision_does_not_outlive_what_it_saw(site: Site) -> None:
    second = release(site, 2)
    decided: list[Decision] = []
    desk = site.desk("ann")
    site.run(lambda: decided.append(deploy.decide(desk, "dev", second)), Faults())
    site.run(lambda: holds.hold(site.desk("bob"), "dev", "wait", True), Faults())
    before = site.bytes()
    end = site.run(lambda: moving.carry_out(desk, decided[0], True), Faults())
    assert end.code == 5
    assert "bob has changed dev since it was looked at (held)" in end.said
    assert site.bytes() == before


def test_a_withdrawn_move_does_not_put_hand_made_pins_on_record(site: Site) -> None:
    file = site.file("dev")
    file.write_text(file.read_text().replace(f"worker: {digest(1)}", f"worker: {digest(9)}"))
    assert brings(site, release(site, 2), Faults(up=("locked",)), asked=Asked(with_infra=True)).code == 5
    assert observe(site.desk("ann"), "dev").by_hand == ("worker",)


def test_a_move_of_one_service_does_not_put_hand_made_pins_on_record(site: Site) -> None:
    desk = site.desk("ann")

    def promotes() -> None:
        moving.carry_out(desk, promote.decide(desk, "staging", service="api"), True)

    assert site.run(lambda: moving.carry_out(desk, promote.decide(desk, "staging"), True), Faults()).code == 0
    file = site.file("staging")
    second = release(site, 2)
    file.write_text(file.read_text().replace(f"worker: {digest(1)}", f"worker: {digest(2)}"))
    assert brings(site, second).code == 0
    before = site.bytes()
    end = site.run(promotes, Faults())
    assert (end.code, "digests-released" in end.refused) == (3, True)
    assert site.bytes() == before


@pytest.mark.parametrize("kill", range(1, 11))
def test_whoever_is_killed_can_repeat_it(site: Site, kill: int) -> None:
    second = release(site, 2)
    assert brings(site, second, Faults(kill=kill)).code == KILLED
    assert brings(site, second).code == 0
    assert events(site)[-1] == "done"
    assert site.cloud.of("dev").running == {name: digest(2) for name in ("api", "read", "worker")}


@pytest.mark.parametrize("kill", range(7, 11))
def test_whoever_is_killed_can_go_back(site: Site, kill: int) -> None:
    assert brings(site, release(site, 2), Faults(kill=kill)).code == KILLED
    desk = site.desk("bob")
    assert site.run(lambda: moving.carry_out(desk, rollback.decide(desk, "dev"), True), Faults()).code == 0
    assert site.cloud.of("dev").running == {name: digest(1) for name in ("api", "read", "worker")}


@pytest.mark.parametrize(
    ("wrong", "problem"), [("2026.01.05.0009", "there is no release"), ("v1", "'v1' is no release id")]
)
def test_a_rollback_to_what_there_is_not_names_the_option(site: Site, wrong: str, problem: str) -> None:
    end = site.run(lambda: _said(bool(rollback.decide(site.desk("ann"), "dev", wrong))), Faults())
    assert end.code == 2
    assert f"command line: --to: {problem}" in end.said


def committed(desk: Desk) -> list[frozenset[str]]:
    assert isinstance(desk.repository, Clone)
    return desk.repository.committed


def test_a_notice_that_was_kept_is_committed_with_the_next_entry_or_when_it_is_sent(site: Site) -> None:
    def deploys(desk: Desk, number: int) -> Callable[[], None]:
        def command() -> None:
            moving.carry_out(desk, deploy.decide(desk, "dev", release(site, number)), True)

        return command

    first, second, third = (site.desk("ann") for _ in range(3))
    assert site.run(deploys(first, 2), Faults(notices=True)).code == 0
    assert (site.folder / "releases" / "notices.jsonl").exists()
    assert not [each for each in committed(first) if "notices.jsonl" in each]
    assert site.run(deploys(second, 3), Faults()).code == 0
    assert committed(second)[0] == {"dev.jsonl", "Pulumi.dev.yaml", "notices.jsonl"}
    notices_report.retried(third)
    assert committed(third) == [{"notices.jsonl"}]
