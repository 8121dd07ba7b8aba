"""The emulated GitHub: webhooks of repositories, and what becomes of their secrets."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import grpc
import pytest

from sandbox.clouds import inventory, latency, open_providers
from sandbox.clouds.faults import Effect, Fault, Faults
from sandbox.engine import FileBackend, Project, RunRequest, StackConfig, run_forked
from sandbox.engine.run import Mode
from sandbox.values import UNKNOWN, is_secret, unwrap
from tests.sandbox.coverage.provider import Made, Providers, Refused

HOOK = "github:index/repositoryWebhook:RepositoryWebhook"
URL = "https://acme.test/hook"
INPUTS: dict[str, Any] = {
    "repository": "app",
    "events": ["push", "pull_request"],
    "configuration": {"url": URL, "contentType": "json", "secret": "hush"},
}


@pytest.fixture
def github(tmp_path: Path) -> Providers:
    providers = Providers(tmp_path)
    providers.configure("github", owner="acme", token="t")
    return providers


def hook(github: Providers, **changes: Any) -> Made:
    return github.create(HOOK, {**INPUTS, **changes})


def refused(github: Providers, code: grpc.StatusCode, words: str, **changes: Any) -> None:
    with pytest.raises(Refused) as error:
        hook(github, **changes)
    assert error.value.code is code
    assert words in error.value.details


def test_from_plan_to_deletion(github: Providers) -> None:
    planned = github.plan(HOOK, INPUTS)
    made = hook(github)

    assert (planned["url"], planned["etag"]) == (UNKNOWN, UNKNOWN)
    assert made.id.isdigit()
    assert len(made.id) == 9
    assert made.outputs["url"] == f"https://api.github.com/repos/acme/app/hooks/{made.id}"
    assert made.outputs["etag"].startswith('W/"')
    assert made.outputs["active"] is True
    assert unwrap(made.outputs["configuration"]) == {**INPUTS["configuration"], "insecureSsl": False}
    assert github.read(made) == made.outputs
    assert unwrap({**planned, "url": "", "etag": "", "configuration": {}}) == unwrap(
        {**made.outputs, "url": "", "etag": "", "configuration": {}}
    )
    github.delete(made)
    assert github.read(made) is None
    github.delete(made)


def test_address_and_secret_are_marked_secret(github: Providers) -> None:
    made = hook(github)
    changed = github.update(made, {**INPUTS, "events": ["push"]})
    read = github.read(changed)

    assert read
    for outputs in (github.plan(HOOK, INPUTS), made.outputs, changed.outputs, read):
        marked = {key for key, value in outputs["configuration"].items() if is_secret(value)}
        assert marked == {"url", "secret"}
        assert not is_secret(outputs["url"])


def test_changes_are_made_in_place_but_for_the_repository(github: Providers) -> None:
    made = hook(github)
    changed = github.update(made, {**INPUTS, "active": False, "etag": "mine"})

    assert (changed.id, changed.outputs["active"]) == (made.id, False)
    assert changed.outputs["url"] == made.outputs["url"]
    assert changed.outputs["etag"] != made.outputs["etag"]
    state = unwrap(made.outputs)

    def diff(**changes: Any) -> Any:
        return github.diff(HOOK, state, github.checked(HOOK, {**INPUTS, **changes}), made.inputs)

    assert list(diff().detailedDiff) == []
    assert list(diff(etag="mine", events=["pull_request", "push"]).detailedDiff) == []
    assert (list(diff(active=False).detailedDiff), list(diff(active=False).replaces)) == (["active"], [])
    assert list(diff(configuration={"url": f"{URL}/2"}).replaces) == []
    assert (list(diff(repository="other").replaces), diff(repository="other").deleteBeforeReplace) == (
        ["repository"],
        False,
    )


@pytest.mark.parametrize(
    ("changes", "property", "reason"),
    [
        ({"events": []}, "events", "at least one event"),
        ({"events": ["push", "pull"]}, "events[1]", "'pull' is not allowed; write one of *, "),
        ({"configuration": None}, "configuration", "required, but not given"),
        ({"configuration": {}}, "configuration.url", "required, but not given"),
        ({"configuration": {"url": "http://acme.test"}}, "configuration.url", "must match https://"),
        ({"configuration": {"url": URL, "contentType": "xml"}}, "configuration.contentType", "one of json, form"),
        ({"repository": "acme/app"}, "repository", "must match"),
        ({"colour": "red"}, "colour", "no such property"),
    ],
)
def test_wrong_inputs(github: Providers, changes: dict[str, Any], property: str, reason: str) -> None:
    given = {key: value for key, value in {**INPUTS, **changes}.items() if value is not None}
    failures = github.check(HOOK, given)[1]

    assert list(failures) == [property]
    assert reason in failures[property]


def test_without_an_owner_the_way_to_set_one_is_told(github: Providers) -> None:
    github.configure("github")
    words = "no owner: set github:owner in the stack's config, or the provider's `owner`"
    assert github.check(HOOK, INPUTS)[1] == {"": words}
    github.configure("github", organization="old")
    assert github.check(HOOK, INPUTS)[1] == {}


def test_no_two_webhooks_report_the_same(github: Providers) -> None:
    made = hook(github)
    words = "422 Validation Failed [{Resource:Hook Field: Code:custom Message:Hook already exists on this repository}]"
    refused(github, grpc.StatusCode.ALREADY_EXISTS, words, events=["push", "issues"])
    issues = hook(github, events=["issues"])
    hook(github, repository="other")
    hook(github, configuration={"url": URL})
    with pytest.raises(Refused, match="Hook already exists"):
        github.update(issues, INPUTS)
    assert github.update(made, {**INPUTS, "active": False}).id == made.id


def test_an_event_has_20_webhooks(github: Providers) -> None:
    for number in range(20):
        hook(github, configuration={"url": f"{URL}/{number}"}, events=["push"])
    words = 'The "push" event cannot have more than 20 hooks'
    refused(github, grpc.StatusCode.RESOURCE_EXHAUSTED, words, configuration={"url": URL}, events=["issues", "push"])
    hook(github, configuration={"url": URL}, events=["issues"])


def test_an_import_learns_no_secret(github: Providers) -> None:
    made = hook(github)
    found = github.read(Made(HOOK, "thing", f"app/{made.id}", {}, {}))

    assert found
    assert unwrap(found["configuration"]) == {**INPUTS["configuration"], "secret": "********", "insecureSsl": False}
    assert github.read(Made(HOOK, "thing", f"other/{made.id}", {}, {})) is None
    assert github.read(Made(HOOK, "thing", made.id, {}, {})) is None


def test_what_is_gone_cannot_be_changed(github: Providers) -> None:
    made = hook(github)
    github.delete(made)
    with pytest.raises(Refused, match=f"RepositoryWebhook {made.id} no longer exists; run a refresh") as error:
        github.update(made, INPUTS)
    assert error.value.code is grpc.StatusCode.NOT_FOUND


def test_other_types_are_refused_by_name(github: Providers) -> None:
    with pytest.raises(Refused, match="type github:index/team:Team is not emulated"):
        github.check("github:index/team:Team", {})


def test_it_is_a_cloud_like_the_others(github: Providers) -> None:
    made = hook(github)
    (thing,) = inventory.gather(github.world, "dev").things
    assert (thing.type, thing.id, thing.path) == (HOOK, made.id, (("repository", "acme/app"),))
    assert latency.seconds(HOOK, "create") == 2
    Faults(github.world).plan(Fault(HOOK, "create", Effect.FAIL))
    refused(github, grpc.StatusCode.UNAVAILABLE, "nothing was done", repository="other")


def test_the_sdk_is_imported_by_whoever_uses_it_alone() -> None:
    code = (
        "import sys, pathlib; from sandbox import clouds; clouds.preload();"
        "clouds.open_providers(pathlib.Path('none')); print('pulumi_github' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


PROGRAM = """
    import pulumi
    import pulumi_github as github
    from pulumi_gcp import projects

    key = projects.ApiKey("hook")
    github.RepositoryWebhook(
        "app",
        repository="app",
        events=["pull_request"],
        configuration={"url": key.key_string.apply(lambda text: f"https://acme.test/?key={text}")},
    )
    github.RepositoryWebhook("plain", repository="other", events=["*"], configuration={"url": "https://acme.test/plain"})
"""


def test_a_program_writes_no_key_into_its_state(tmp_path: Path) -> None:
    folder, world = tmp_path / "project", tmp_path / "world.sqlite"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: proj\nruntime: python\n")
    (folder / "Pulumi.dev.yaml").write_text("config:\n  gcp:project: acme\n  github:owner: acme\n")
    (folder / "__main__.py").write_text(textwrap.dedent(PROGRAM))
    backend = FileBackend(tmp_path / "backend", "open sesame")

    def run(mode: Mode) -> Any:
        project = Project.load(folder)
        config = StackConfig.load(folder / "Pulumi.dev.yaml", "open sesame", project.name)
        values, keys = project.merged(config)
        request = RunRequest(folder, "proj", "dev", mode, values, keys)
        result = run_forked(request, backend, lambda: open_providers(world), None, None)
        assert result.ok, result.diagnostics
        return [step.op for step in result.steps if step.op != "same"]

    assert run("plan") == ["create"] * 4
    assert run("up") == ["create"] * 4
    assert run("up") == []
    text = backend.path("proj", "dev").read_text()
    found = {item["urn"].rpartition("::")[2]: item for item in json.loads(text)["checkpoint"]["latest"]["resources"]}
    assert "AIzaSy" not in text
    assert "https://acme.test/?key" not in text
    assert is_secret(found["hook"]["outputs"]["keyString"])
    assert is_secret(found["plain"]["outputs"]["configuration"]["url"])
    assert found["hook"]["additionalSecretOutputs"] == ["keyString"]
    assert found["app"]["outputs"]["url"].startswith("https://api.github.com/repos/acme/app/hooks/")
