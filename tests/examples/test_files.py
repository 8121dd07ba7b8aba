"""What the files of the examples say, without bringing anything up: their order, their branches, and what starts what."""

from __future__ import annotations

import json

import pytest
import yaml
from jsonschema import Draft202012Validator

from delivery.demo_example import reached
from delivery.place import EXAMPLES as KNOWN
from model.catalogue import load_catalogue
from model.environment import Environment
from model.order import order
from model.shared import Shared
from model.stacks import load_environment, stack_file, stacks
from model.together import check_together
from pipelines import setting, triggers
from pipelines.setting import Setting
from pipelines.trigger import PullRequest, Push, Trigger
from tests.examples.conftest import EXAMPLES, NAMES
from tests.lifecycle.commands import PROGRAM
from tests.pipelines.test_reach import reached as reached_by_triggers


def known(name: str) -> tuple[Setting, dict[str, Trigger]]:
    loaded = setting.load(EXAMPLES / name)
    return loaded, triggers.triggers(loaded)


def test_these_are_the_examples() -> None:
    assert KNOWN == EXAMPLES
    assert sorted(path.parent.name for path in EXAMPLES.glob("*/Pulumi.yaml")) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_its_files_and_the_program(name: str) -> None:
    folder = EXAMPLES / name
    others = {path.name for path in folder.iterdir() if path.suffix not in (".yaml", "") and path.name != "__main__.py"}
    assert others == set()
    code = [line for line in (folder / "__main__.py").read_text().partition('"""\n\n')[2].splitlines() if line]
    assert len(code) == 4
    assert yaml.safe_load((folder / "Pulumi.yaml").read_text())["name"] == name


@pytest.mark.parametrize("name", NAMES)
def test_every_stack_goes_with_the_catalogue_and_the_schema(name: str) -> None:
    folder, catalogue = EXAMPLES / name, load_catalogue(EXAMPLES / name)
    schemas = {
        each: Draft202012Validator(json.loads((PROGRAM / "schemas" / f"{each}.schema.json").read_text()))
        for each in ("stack", "services", "security")
    }
    for stack in stacks(folder):
        check_together(stack, load_environment(stack, folder), catalogue)
    for path in folder.glob("*.yaml"):
        if path.name != "Pulumi.yaml":
            schema = "stack" if path.name.startswith("Pulumi.") else path.stem
            assert (
                path.read_text().splitlines()[0]
                == f"# yaml-language-server: $schema=../../schemas/{schema}.schema.json"
            )
            assert list(schemas[schema].iter_errors(yaml.safe_load(path.read_text()))) == [], path


@pytest.mark.parametrize("name", NAMES)
def test_the_shared_stack_knows_every_environment(name: str) -> None:
    """Its nodes may pull, and what runs signed images only gets signatures."""
    loaded, _ = known(name)
    assert isinstance(loaded.shared, Shared)
    assert dict(loaded.shared.readers) == {stack: each.project_number for stack, each in loaded.environments.items()}
    signed = {stack for stack, each in loaded.environments.items() if each.security.binary_authorization}
    assert set(loaded.shared.signed) == signed
    registries = {each.registry for each in loaded.environments.values()}
    shared = loaded.shared
    assert registries == {f"{shared.region}-docker.pkg.dev/{shared.project}/{shared.repositories.releases}"}


@pytest.mark.parametrize(
    ("name", "environments", "merges"),
    [
        ("imagen", ["dev", "prod"], {"develop": ["dev"], "main": ["prod"]}),
        ("credreg", ["TEST", "SANDBOX", "PROD"], {"master": ["TEST"]}),
        ("argus", ["dev", "staging", "prod"], {"develop": ["dev"], "main": ["staging"]}),
    ],
)
def test_a_merge_comes_as_far_as_the_team_says(
    name: str, environments: list[str], merges: dict[str, list[str]]
) -> None:
    loaded, found = known(name)
    assert order(EXAMPLES / name) == environments
    assert {branch: reached(loaded, branch) for branch in loaded.branches} == merges
    for branch, there in merges.items():
        event = found[branch].event
        assert isinstance(event, Push)
        assert (event.branch, reached_by_triggers(found, branch)) == (f"^{branch}$", set(there))
    checked = found["pull-request"]
    assert isinstance(checked.event, PullRequest)
    assert checked.event.branch == (f"^({'|'.join(merges)})$" if len(merges) > 1 else f"^{next(iter(merges))}$")
    assert checked.deploys == set()


@pytest.mark.parametrize("name", NAMES)
def test_no_merge_reaches_what_is_not_automatic(name: str) -> None:
    loaded, found = known(name)
    automatic = {stack for stack, each in loaded.environments.items() if each.promotion.automatic}
    for trigger in found.values():
        if not isinstance(trigger.event, PullRequest):
            by_itself = reached_by_triggers(found, trigger.name) if isinstance(trigger.event, Push) else set()
            assert by_itself <= automatic, trigger.name


def test_names_in_capitals_are_small_where_the_cloud_has_none() -> None:
    loaded, found = known("credreg")
    assert {name: each.account for name, each in found.items() if name.endswith("-PROD")} == {
        f"{verb}-PROD": f"build-{verb}-prod" for verb in ("plan", "apply", "promote", "rollback")
    }
    prod = loaded.environments["PROD"]
    assert isinstance(prod, Environment)
    assert (prod.promotion.from_, prod.promotion.approvals and prod.promotion.approvals.count) == ("SANDBOX", 2)
    assert stack_file("PROD") == "Pulumi.PROD.yaml"
