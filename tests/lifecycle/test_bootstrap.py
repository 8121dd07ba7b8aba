"""The first run on Google Cloud, with a `gcloud` on the PATH that answers for a small cloud of its own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.lifecycle import gcloud
from tests.lifecycle.commands import Result, Site

PROJECTS = {"ampersand-dev": "100000000001", "ampersand-staging": "100000000002", "ampersand-prod": "100000000003"}
READS = {"list", "describe", "get-iam-policy", "print-access-token"}
BUCKET = "storage buckets gs://ampersand-dev-dev-state"
POOL = "locations/global/workloadIdentityPools/github"
CHANGING = ("main", "preview-open", "preview-follow", "sweep", "plan-dev", "apply-dev", "deploy-dev", "rollback-dev")
LOOKING = ("apply-staging", "promote-staging", "drift")
ACTING = [*(f"dev/{trigger}-acts" for trigger in CHANGING), *(f"dev/{trigger}-looks" for trigger in LOOKING)]
DEPLOYER, VIEWER = (f"{account}@ampersand-dev.iam.gserviceaccount.com" for account in ("deployer-dev", "viewer-dev"))
PROVIDER = "iam workload-identity-pools providers ampersand-dev github"


@dataclass(frozen=True)
class Cloud:
    """A site whose PATH has a `gcloud`."""

    site: Site
    bin: Path

    def __call__(self, *arguments: str, code: int = 0) -> Result:
        return self.site(*arguments, code=code)

    def changes(self) -> list[str]:
        """What gcloud was told since this was asked last, without what only reads."""
        made = [call for call in gcloud.calls(self.bin) if not READS & set(call)]
        return [" ".join(word for word in call if not word.startswith("-")) for call in made]

    def made(self, *arguments: str) -> list[str]:
        """The keys of what `bootstrap --run` had to make."""
        done = self("bootstrap", "--run", "--json", *arguments).json["done"]
        return [each["key"] for each in done if each["outcome"] == "made"]

    def findings(self) -> dict[str, Any]:
        """What `doctor dev` finds in the cloud, by its check. The committed secrets are the sandbox's: that stays."""
        found = {
            each["check"]: each
            for each in self("--engine", "pulumi", "doctor", "dev", "--json", code=4).json["findings"]
        }
        assert found.pop("sealed")["command"][:4] == ["pulumi", "stack", "init", "dev"]
        return found


def founded(site: Site, folder: Path) -> Cloud:
    """Nothing but the projects exists; the other programs that the engine pulumi calls are there by name."""
    gcloud.put(folder, PROJECTS)
    for name in ("pulumi", "gke-gcloud-auth-plugin"):
        (folder / name).write_text("#!/bin/sh\nexit 1\n")
        (folder / name).chmod(0o755)
    subprocess.run(["git", "init", "-q", str(site.config)], check=True)
    known = {"GITHUB_TOKEN": "ghp_x", "SLACK_BOT_TOKEN": "xoxb-x"}
    return Cloud(replace(site, environment={"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", **known}), folder)


@pytest.fixture
def cloud(empty: Site, tmp_path: Path) -> Cloud:
    """A cloud in which nothing is."""
    return founded(empty, tmp_path / "bin")


@pytest.fixture(scope="module")
def all_of_dev(empty_site: Site, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What exists once all of dev is made."""
    folder = tmp_path_factory.mktemp("prepared")
    prepared = founded(empty_site.copy(folder / "site"), folder / "bin")
    made = prepared.made("dev")
    assert len(prepared.changes()) == len(made)
    assert (made[0], made[-1]) == ("dev/apis-bootstrap", "dev/jobs")
    assert "dev/provider-condition" not in made
    return gcloud.things(prepared.bin)


@pytest.fixture
def prepared(cloud: Cloud, all_of_dev: dict[str, Any]) -> Cloud:
    """A cloud in which all of dev is there."""
    gcloud.change(cloud.bin, **all_of_dev)
    return cloud


def test_the_list_is_all_arguments_and_asks_nobody(cloud: Cloud) -> None:
    steps = cloud("bootstrap", "dev", "--json").json["steps"]
    keys = [step["key"] for step in steps if not step["key"].partition("/")[2].count(".")]
    assert keys == [
        "signed-in",
        "credentials",
        "dev/project",
        "dev/billing",
        "dev/apis-bootstrap",
        "dev/apis",
        "dev/state",
        "dev/state-safe",
        "dev/key-ring",
        "dev/key",
        "dev/deployer",
        "dev/state-access",
        "dev/key-access",
        "dev/viewer",
        "dev/viewer-viewer",
        "dev/viewer-state-access",
        "dev/viewer-key-access",
        "dev/pool",
        "dev/provider",
        "dev/provider-condition",
        "dev/jobs",
        *ACTING,
        "dev/sealed",
        "dev/github-environment",
        "dev/approvers",
        "dev/groups",
        "dev/delegation",
        "dev/kong-crds",
    ]
    assert all(command[0] == "gcloud" for step in steps for command in (step["check"], step["fix"]) if command)
    known = {step["key"] for step in steps}
    assert all(set(step["after"]) <= known for step in steps)
    assert all(step["why"] and (step["fix"] or step["by_hand"]) for step in steps)
    text = cloud("bootstrap", "dev").out
    assert "gcloud kms keyrings create pulumi --location=us-west1 --project=ampersand-dev\n" in text
    assert "assertion.repository_owner_id == '\"'\"'10000001'\"'\"' && assertion.repository_id ==" in text
    assert gcloud.calls(cloud.bin) == []


def test_what_two_stacks_share_stands_once(cloud: Cloud) -> None:
    steps = cloud("bootstrap", "--json").json["steps"]
    fixes = [tuple(step["fix"]) for step in steps if step["fix"]]
    assert len(fixes) == len(set(fixes))
    rings = [step for step in steps if step["key"].endswith("/key-ring")]
    assert [step["key"] for step in rings] == ["shared/key-ring", "dev/key-ring", "staging/key-ring"]
    (prod,) = [step for step in steps if step["key"] == "prod/key"]
    assert prod["after"] == ["shared/key-ring"]


@pytest.mark.journey
def test_it_makes_all_that_is_missing_and_then_nothing(prepared: Cloud) -> None:
    there = gcloud.things(prepared.bin)
    assert there[BUCKET] == {
        "name": "ampersand-dev-dev-state",
        "uniform_bucket_level_access": True,
        "public_access_prevention": "enforced",
        "versioning_enabled": True,
    }
    assert there[PROVIDER]["attributeCondition"] == (
        "assertion.repository_owner_id == '10000001' && assertion.repository_id == '100000001'"
    )
    (limited,) = [binding for binding in there["policy projects ampersand-dev"]["bindings"] if "condition" in binding]
    assert limited["role"] == "roles/resourcemanager.projectIamAdmin"
    assert limited["condition"]["expression"].startswith(
        "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/cloudsql.client', "
    )
    jobs = there["policy iam service-accounts ampersand-dev deployer-dev@ampersand-dev.iam.gserviceaccount.com"]
    assert jobs["bindings"] == [
        {
            "members": [
                f"principalSet://iam.googleapis.com/projects/100000000001/{POOL}/attribute.environment/dev",
            ],
            "role": "roles/iam.workloadIdentityUser",
        }
    ]
    assert prepared.made("dev") == []
    assert prepared.changes() == []
    assert prepared.findings() == {}


def test_who_looks_at_an_environment_can_change_nothing_there(prepared: Cloud, cloud: Cloud) -> None:
    there = gcloud.things(prepared.bin)
    held = {
        (thing, binding["role"])
        for thing, policy in there.items()
        if thing.startswith("policy ")
        for binding in policy["bindings"]
        if binding["members"] == [f"serviceAccount:{VIEWER}"]
    }
    assert held == {
        ("policy projects ampersand-dev", "roles/container.clusterViewer"),
        ("policy projects ampersand-dev", "roles/container.viewer"),
        ("policy projects ampersand-dev", "roles/run.viewer"),
        ("policy projects ampersand-dev", "roles/viewer"),
        ("policy projects ampersand-dev", "roles/iam.securityReviewer"),
        ("policy projects ampersand-dev", "roles/storage.bucketViewer"),
        (f"policy {BUCKET}", "roles/storage.objectViewer"),
        ("policy kms keys pulumi ampersand-dev dev", "roles/cloudkms.cryptoKeyDecrypter"),
    }
    # There is no cluster outside environments.
    shared = [step["key"] for step in cloud("bootstrap", "shared", "--json").json["steps"]]
    assert [key for key in shared if "/viewer-" in key] == [
        f"shared/viewer-{what}"
        for what in ("viewer", "iam.securityReviewer", "storage.bucketViewer", "state-access", "key-access")
    ]


def accounts(*triggers: str) -> dict[str, Any]:
    """What `slipway up shared` makes of them."""
    return {
        f"iam service-accounts ampersand-prod build-{trigger}@ampersand-prod.iam.gserviceaccount.com": {"name": trigger}
        for trigger in triggers
    }


@pytest.mark.journey
def test_builds_may_act_as_soon_as_their_accounts_are_there(prepared: Cloud) -> None:
    later = "Once 'slipway up shared' has made the accounts of the builds: 'slipway bootstrap dev --run'."
    done = prepared("bootstrap", "dev", "--run", "--json").json["done"]
    assert [each for each in done if each["outcome"] == "later"] == [
        {"key": key, "outcome": "later", "later": later} for key in ACTING
    ]
    assert prepared("bootstrap", "dev", "--run").out.count(later) == 1
    assert ACTING[0] in prepared("--engine", "pulumi", "doctor", "dev", "--json", code=4).json["unasked"]
    assert prepared.changes() == []

    gcloud.change(prepared.bin, **accounts("main", "promote-staging"))
    assert set(prepared.findings()) == {"dev/main-acts", "dev/promote-staging-looks"}
    assert prepared.made("dev") == ["dev/main-acts", "dev/promote-staging-looks"]
    there = gcloud.things(prepared.bin)
    for acting, who in ((DEPLOYER, "main"), (VIEWER, "promote-staging")):
        assert there[f"policy iam service-accounts ampersand-dev {acting}"]["bindings"][-1] == {
            "members": [f"serviceAccount:build-{who}@ampersand-prod.iam.gserviceaccount.com"],
            "role": "roles/iam.serviceAccountTokenCreator",
        }
    assert prepared.made("dev") == []
    assert prepared.findings() == {}


@pytest.mark.journey
def test_what_starts_another_build_may_do_nothing_else_to_builds(cloud: Cloud) -> None:
    """The role is made by whoever runs this, and set right where somebody has made it larger."""
    keys = ("shared/starter", "shared/starter-allows")
    assert set(keys) <= set(cloud.made("shared")) | {"shared/starter-allows"}
    role = "iam roles ampersand-prod slipwayBuildStarter"
    full = "projects/ampersand-prod/roles/slipwayBuildStarter"
    small = {"name": full, "includedPermissions": ["cloudbuild.builds.create"]}
    assert gcloud.things(cloud.bin)[role] == small
    larger = {**small, "includedPermissions": ["cloudbuild.builds.create", "cloudbuild.builds.update"]}
    gcloud.change(cloud.bin, **{role: larger})
    assert cloud.made("shared") == ["shared/starter-allows"]
    assert gcloud.things(cloud.bin)[role] == small
    # The deployer may grant it, and not the ones of Google's that it stands for.
    (limited,) = [
        binding
        for binding in gcloud.things(cloud.bin)["policy projects ampersand-prod"]["bindings"]
        if "condition" in binding
    ]
    assert f"'{full}'" in limited["condition"]["expression"]
    assert "cloudbuild.builds.editor" not in limited["condition"]["expression"]
    assert not any(key.endswith(("/starter", "/starter-allows")) for key in cloud.made("dev"))


@pytest.mark.journey
def test_the_script_lets_builds_act_too(prepared: Cloud, tmp_path: Path) -> None:
    script = tmp_path / "first.sh"
    script.write_text(prepared("bootstrap", "dev", "--script").out)
    gcloud.change(prepared.bin, **accounts("main"))
    environment = {**os.environ, **prepared.site.environment}
    told = subprocess.run(["sh", str(script)], env=environment, check=True, capture_output=True, text=True).stderr
    assert prepared.findings() == {}
    assert "dev/main-acts" not in told
    assert "dev/sweep-acts: Once 'slipway up shared' has made the accounts of the builds" in told


@pytest.mark.journey
def test_accounts_that_may_not_be_seen_are_no_reason_to_wait(prepared: Cloud) -> None:
    gcloud.change(prepared.bin, fail="iam service-accounts describe build-main")
    assert "dev/main-acts: builds of main act as" in prepared("bootstrap", "dev", "--run", code=1).err
    assert set(prepared.findings()) == {"dev/main-acts"}


def test_who_agrees_to_builds_is_for_a_person_to_say(cloud: Cloud) -> None:
    steps = {step["key"]: step for step in cloud("bootstrap", "--json").json["steps"]}
    assert steps["prod/approvers"]["what"].startswith("somebody may agree to builds of apply-prod, plan-prod")
    assert "add-iam-policy-binding ampersand-prod --member=group:GROUP" in steps["prod/approvers"]["by_hand"]
    # A plan of a pull request waits for somebody who has read it, whatever the stack.
    assert steps["dev/approvers"]["what"].startswith("somebody may agree to builds of plan-dev")


def test_what_a_person_does_for_github_and_the_first_image(cloud: Cloud) -> None:
    steps = {step["key"]: step for step in cloud("bootstrap", "shared", "--json").json["steps"]}
    assert steps["shared/platform-source"]["check"][4] == "platform"
    assert "organizations/ampersand/settings/apps/new" in steps["shared/github-app"]["by_hand"]
    assert "put it on the bypass list" in steps["shared/github-app"]["by_hand"]
    assert "github_webhook" in steps["shared/webhook"]["by_hand"]
    image = "us-west1-docker.pkg.dev/ampersand-prod/gke-cache/slipway:1"
    assert f"'docker push {image}', 'slipway pipeline pin slipway'" in steps["shared/image"]["by_hand"]

    path = cloud.site.config / "Pulumi.shared.yaml"
    without = [
        line for line in path.read_text().splitlines() if "githubApp" not in line and "platformSource" not in line
    ]
    managed = ["  slipway:manageGithub: true", "  slipway:repositoryRules: {platform: {}}"]
    path.write_text("\n".join([*without, *managed, ""]).replace(image, "ghcr.io/ampersand/slipway:1"))
    steps = {step["key"]: step for step in cloud("bootstrap", "shared", "--json").json["steps"]}
    assert "bypass list" not in steps["shared/github-app"]["by_hand"]
    assert steps["shared/platform-source"]["check"] is None
    assert not {"shared/webhook", "shared/image", "shared/approvers"} & set(steps)


def test_it_stops_at_the_first_failure_and_goes_on_from_there(cloud: Cloud) -> None:
    gcloud.change(cloud.bin, fail="kms keyrings create")
    stopped = cloud("bootstrap", "dev", "--run", "--json", code=1)
    assert stopped.json["stopped"]["key"] == "dev/key-ring"
    assert stopped.json["done"][-1] == {"key": "dev/state-safe", "outcome": "made"}
    assert "PERMISSION_DENIED: The caller does not have permission to kms keyrings create" in stopped.err
    assert "WARNING" not in stopped.err
    assert "The same command goes on where this one stopped." in stopped.err
    assert cloud.changes()[-1] == "kms keyrings create pulumi"
    gcloud.change(cloud.bin, fail="kms keys create")
    assert [each["key"] for each in cloud("bootstrap", "dev", "--run", "--json", code=1).json["done"]][
        -1
    ] == "dev/key-ring"
    assert cloud.changes() == ["kms keyrings create pulumi", "kms keys create dev"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"auth": []}, "Run 'gcloud auth login' as an owner of the projects."),
        ({"billing projects ampersand-dev": {"billingEnabled": False}}, "'gcloud billing projects link ampersand-dev"),
        ({"projects ampersand-dev": {"projectNumber": "7", "lifecycleState": "ACTIVE"}}, "Write your own project"),
        ({"projects ampersand-dev": None}, "'gcloud projects create ampersand-dev --organization=ORGANIZATION'"),
    ],
)
def test_it_stops_at_what_only_a_person_can_do(cloud: Cloud, changed: dict[str, Any], said: str) -> None:
    gcloud.change(cloud.bin, **changed)
    assert said in cloud("bootstrap", "dev", "--run", code=1).err
    assert cloud.changes() == []
    found = cloud.findings()
    assert said in str([each["remedy"] for each in found.values()])


@pytest.mark.journey
def test_the_script_does_the_same_and_may_run_again(cloud: Cloud, tmp_path: Path) -> None:
    script = tmp_path / "first.sh"
    script.write_text(cloud("bootstrap", "dev", "--script").out)
    environment = {**os.environ, **cloud.site.environment}
    for _ in range(2):
        subprocess.run(["sh", str(script)], env=environment, check=True, capture_output=True)
    creations = [change for change in cloud.changes() if " create" in change]
    assert len(creations) == len(set(creations)) == 7
    assert cloud.made("dev") == []
    gcloud.change(cloud.bin, fail="services enable")
    assert subprocess.run(["sh", str(script)], env=environment, capture_output=True, check=False).returncode == 1


DAMAGES: tuple[tuple[str, Callable[[Any], Any], str], ...] = (
    (BUCKET, lambda it: {**it, "versioning_enabled": False}, "dev/state-safe"),
    (f"policy {BUCKET}", lambda it: None, "dev/state-access"),
    ("kms keys pulumi ampersand-dev dev", lambda it: None, "dev/key"),
    (PROVIDER, lambda it: {key: it[key] for key in it if key != "attributeCondition"}, "dev/provider-condition"),
    ("services ampersand-dev", lambda it: [each for each in it if not each.startswith("dns")], "dev/apis"),
    (
        "policy projects ampersand-dev",
        lambda it: {
            "bindings": [without(each, "condition") for each in it["bindings"] if "pubsub" not in each["role"]]
        },
        "dev/resourcemanager.projectIamAdmin",
    ),
)


def without(found: dict[str, Any], key: str) -> dict[str, Any]:
    return {each: value for each, value in found.items() if each != key}


@pytest.mark.journey
def test_the_doctor_finds_what_is_missing_and_its_commands_mend_it(prepared: Cloud) -> None:
    there = gcloud.things(prepared.bin)
    gcloud.change(prepared.bin, **{thing: damage(there[thing]) for thing, damage, _ in DAMAGES})
    found = prepared.findings()
    assert set(found) == {*(key for _, _, key in DAMAGES), "dev/pubsub.admin", "dev/viewer-state-access"}
    assert prepared.changes() == []
    environment = {**os.environ, **prepared.site.environment}
    for finding in found.values():
        subprocess.run(finding["command"], env=environment, check=True, capture_output=True)
    assert prepared.made("dev") == []


def test_the_doctor_does_not_ask_what_stands_on_what_is_missing(cloud: Cloud) -> None:
    examined = cloud("--engine", "pulumi", "doctor", "dev", "--json", code=4).json
    assert [each["check"] for each in examined["findings"]] == ["sealed", "dev/apis-bootstrap", "dev/apis"]
    assert "dev/state" in examined["unasked"]
    assert not [call for call in gcloud.calls(cloud.bin) if "buckets" in call or "kms" in call]


def test_the_doctor_says_whose_tokens_are_missing(prepared: Cloud) -> None:
    nobody = replace(prepared, site=replace(prepared.site, environment={"PATH": prepared.site.environment["PATH"]}))
    found = nobody("--engine", "pulumi", "doctor", "dev", "--json", code=4).json["findings"]
    assert [each["problem"] for each in found if each["check"] == "tokens"] == [
        "GitHub asks who this is, and GITHUB_TOKEN is not set",
        "SLACK_BOT_TOKEN is not set, and releases of dev are told in Slack",
    ]


def test_the_doctor_says_what_it_may_not_see(prepared: Cloud) -> None:
    gcloud.change(prepared.bin, fail="iam workload-identity-pools describe")
    found = prepared.findings()
    assert list(found) == ["dev/pool"]
    assert found["dev/pool"]["problem"].startswith("cannot be looked at: (gcloud.iam.workload-identity-pools.describe")


def test_without_its_programs(cloud: Cloud) -> None:
    site = replace(cloud.site, environment={"PATH": str(cloud.bin / "none")})
    assert "gcloud is not on the PATH" in site("bootstrap", "--run", code=1).err
    found = site("--engine", "pulumi", "doctor", "--json", code=4).json["findings"]
    assert [each["problem"] for each in found if each["check"] == "tools"] == [
        "pulumi is not on the PATH",
        "gcloud is not on the PATH",
        "gke-gcloud-auth-plugin is not on the PATH",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["pr-7"], "Pulumi.pr-7.yaml: there is no stack 'pr-7'"),
        (["dve"], "Did you mean 'dev'?"),
        (["dev", "--script", "--run"], "it does not go with --run"),
    ],
)
def test_what_makes_no_sense(cloud: Cloud, arguments: list[str], said: str) -> None:
    assert said in cloud("bootstrap", *arguments, code=2).err


def test_a_preview_has_nothing_of_its_own(cloud: Cloud) -> None:
    preview = cloud.site.config / "Pulumi.pr-7.yaml"
    preview.write_text(cloud.site.yaml("pr") + "  slipway:pullRequest: {number: 7, branch: x}\n")
    assert (
        "a preview has no project of its own. Name dev, which it stands on." in cloud("bootstrap", "pr-7", code=2).err
    )


def test_a_shared_project_of_its_own_needs_its_number(cloud: Cloud) -> None:
    path = cloud.site.config / "Pulumi.shared.yaml"
    path.write_text(path.read_text().replace("gcp:project: ampersand-prod", "gcp:project: ampersand-shared"))
    refused = cloud("bootstrap", "shared", "--json", code=2).json["problems"]
    assert refused == [
        {
            "file": "Pulumi.shared.yaml",
            "key": "slipway:projectNumber",
            "problem": "this key is missing, and no environment has the project ampersand-shared",
            "remedy": "Add it: 'gcloud projects describe ampersand-shared' prints it as projectNumber.",
        }
    ]


def test_without_a_repository_only_people_deploy(cloud: Cloud) -> None:
    path = cloud.site.config / "Pulumi.shared.yaml"
    gone = ("platformRepository", "githubApp")
    text = "".join(line for line in path.read_text().splitlines(True) if not any(key in line for key in gone))
    path.write_text(text)
    steps = {step["key"]: step for step in cloud("bootstrap", "dev", "--json").json["steps"]}
    assert "dev/provider" not in steps
    assert "slipway:platformRepository" in steps["dev/repository"]["by_hand"]
    assert json.dumps(steps).count("workload-identity-pools") == 0
