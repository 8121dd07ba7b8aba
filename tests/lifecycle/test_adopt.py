"""What exists already is taken over by an `up` that imports it."""

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from delivery import adopting
from sandbox.clouds.gcp import reading
from tests.lifecycle.commands import PROGRAM, Site
from tests.lifecycle.test_readme import FENCE

GUIDE = PROGRAM / "docs" / "how-to" / "adopt-what-exists.md"


def state(site: Site, stack: str) -> Path:
    return site.folder / ".sandbox" / ".pulumi" / "stacks" / "slipway" / f"{stack}.json"


def lost(site: Site, stack: str) -> dict[str, str]:
    """Forget the stack's state, so that all of it merely exists; what to adopt: TYPE::NAME -> id."""
    resources = json.loads(state(site, stack).read_text())["checkpoint"]["latest"]["resources"]
    state(site, stack).unlink()
    custom = [each for each in resources if each["custom"] and not each["type"].startswith("pulumi:")]
    return {f"{each['type']}::{each['urn'].rpartition('::')[2]}": each["id"] for each in custom}


def adopt(site: Site, stack: str, ids: dict[str, str]) -> None:
    path = site.config / f"Pulumi.{stack}.yaml"
    path.write_text(path.read_text() + f"  slipway:adopt: {json.dumps(ids)}\n")


def things(site: Site) -> set[tuple[str, str]]:
    return set(site.inventory())


@pytest.mark.journey
def test_a_whole_environment_is_adopted(up: Site) -> None:
    before, ids = things(up), lost(up, "dev")
    adopt(up, "dev", ids)
    changes = up("up", "dev", "--json").json["changes"]
    assert changes["import"] == len(ids) > 100
    assert changes["replace"] == changes["delete"] == 0
    # dev's cluster and instance may be deleted, which is the state's to know alone: an import has them protected.
    assert changes["update"] >= 2
    assert things(up) == before

    again = up("up", "dev", "--json").json["changes"]
    assert {operation: count for operation, count in again.items() if count} == {"same": again["same"]}


def test_a_difference_is_refused_and_nothing_is_changed(up: Site) -> None:
    ids = lost(up, "dev")
    adopt(up, "dev", ids)
    path = up.config / "Pulumi.dev.yaml"
    path.write_text(path.read_text().replace("backups: 3", "backups: 5"))
    before = up.inventory()
    (refusal,) = up("up", "dev", "--json", code=3).json["refusals"]
    assert refusal["problem"].startswith(
        "gcp:sql/databaseInstance:DatabaseInstance database exists with other properties"
    )
    assert "settings.backupConfiguration" in refusal["problem"]
    assert up.inventory() == before
    assert not state(up, "dev").exists()


@pytest.mark.journey
def test_a_name_that_no_resource_has_is_refused(empty: Site) -> None:
    adopt(empty, "dev", {"netwrok": "projects/p/global/networks/n"})
    for verb in ("plan", "up"):
        told = empty(verb, "dev", code=2).err
        assert "Pulumi.dev.yaml: slipway:adopt.netwrok: no resource of the stack has this name" in told
    assert empty.inventory() == {}


@pytest.mark.journey
def test_the_commands_of_the_guide(empty: Site) -> None:
    text = GUIDE.read_text()
    commands = [shlex.split(line) for block in FENCE.findall(text) for line in block.splitlines()]
    make, forget, inspect, plan, up = commands
    empty(*make[1:])
    assert forget == ["rm", str(state(empty, "dev").relative_to(empty.folder))]
    state(empty, "dev").unlink()
    things = empty(*inspect[1:]).json["things"]
    ids = {f"{each['type']}::{each['name']}": each["id"] for each in things if each["stack"] == "dev"}

    (snippet,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (shown,) = yaml.safe_load(snippet).values()
    for key, form in shown.items():
        assert re.fullmatch(re.escape(form).replace("NAME", "[a-z0-9-]+"), ids[key]), key
    adopt(empty, "dev", ids)
    assert [empty(*each[1:], "--json").json["changes"]["import"] for each in (plan, up)] == [len(ids)] * 2


def test_what_is_told_to_the_provider_alone_is_so_in_the_sandbox_too() -> None:
    assert set(adopting.TOLD_TO_THE_PROVIDER) == set(reading.OF_THE_PROVIDER)
    assert {path for paths in reading.UNREAD.values() for path in paths} - {"configuration.secret"} == set(
        adopting.NOT_TOLD
    )
