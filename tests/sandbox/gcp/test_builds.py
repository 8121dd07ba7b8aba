"""Triggers say what starts their builds and with which secrets, and whoever runs the builds finds them."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.clouds.gcp import builds
from sandbox.clouds.protocol import Reason
from sandbox.values import UNKNOWN
from tests.sandbox.gcp.conftest import Google, Made
from tests.sandbox.gcp.test_lifecycle import refusal

STEPS = [{"name": "docker", "args": ["version"]}]
PUSH = {"repositoryEventConfig": {"repository": "projects/acme/locations/us-west1/connections/c/repositories/r",
                                  "push": {"branch": "^main$"}}}  # fmt: skip
SOURCE = {"repoType": "GITHUB", "uri": "https://github.com/acme/app", "ref": "refs/heads/main"}
MANAGED = "build.availableSecrets.secretManagers"


def secret(google: Google, name: str = "token") -> Made:
    made = google.make("secretmanager.Secret", name, secretId=name, replication={"auto": {}})
    return google.make("secretmanager.SecretVersion", name, secret=made.id, secretData="one")


def trigger(google: Google, **inputs: Any) -> Made:
    given = {"name": "main", "location": "us-west1", "build": {"steps": STEPS}}
    return google.make("cloudbuild.Trigger", "main", **{**given, **inputs})


def with_secrets(*managed: dict[str, str], envs: list[str], **build: Any) -> dict[str, Any]:
    step = {**STEPS[0], "secretEnvs": envs}
    return {"steps": [step], "availableSecrets": {"secretManagers": list(managed)}, **build}


def test_a_webhook_is_known_by_a_version_of_a_secret(google: Google) -> None:
    version = secret(google)
    made = trigger(google, webhookConfig={"secret": version["name"]}, filter='body.action == "opened"')

    assert "acme" not in version["name"]
    assert made["webhookConfig"] == {"secret": version["name"], "state": "OK"}
    missing = version["name"].replace("versions/1", "versions/2")
    with refusal(Reason.NOT_FOUND, "webhookConfig.secret: the SecretVersion 'projects/acme/secrets/token/versions/2'"):
        trigger(google, name="other", webhookConfig={"secret": missing})
    failures = google.failures("cloudbuild.Trigger", build={"steps": STEPS}, webhookConfig={"secret": "token"})
    assert list(failures) == ["webhookConfig.secret"]


def test_messages_come_by_a_subscription_of_the_triggers_own(google: Google) -> None:
    topic = google.make("pubsub.Topic", "events", name="events")
    made = trigger(google, pubsubConfig={"topic": topic.id})

    assert made["pubsubConfig"] == {
        "topic": "projects/acme/topics/events",
        "subscription": "projects/acme/subscriptions/gcb-main",
        "state": "OK",
    }
    assert google.update(made, name="renamed")["pubsubConfig"] == made["pubsubConfig"]
    with refusal(Reason.NOT_FOUND, "pubsubConfig.topic: the Topic 'projects/acme/topics/none' was not found"):
        trigger(google, name="other", pubsubConfig={"topic": "projects/acme/topics/none"})


def test_a_plan_waits_for_the_states_of_what_is_given_alone(google: Google) -> None:
    inputs = {"name": "main", "location": "us-west1", "build": {"steps": STEPS}}
    planned = google.plan("cloudbuild.Trigger", "t", **inputs, pubsubConfig={"topic": UNKNOWN})

    assert planned["pubsubConfig"] == {"topic": UNKNOWN, "subscription": UNKNOWN, "state": UNKNOWN}
    assert "webhookConfig" not in planned
    assert "pubsubConfig" not in google.plan("cloudbuild.Trigger", "t", **inputs, **PUSH)


@pytest.mark.parametrize(
    ("inputs", "property", "reason"),
    [
        ({**PUSH, "webhookConfig": {"secret": UNKNOWN}}, "repositoryEventConfig", "together with webhookConfig"),
        ({**PUSH, "filter": "true"}, "filter", "only with pubsubConfig or webhookConfig, got repositoryEventConfig"),
        ({**PUSH, "includedFiles": ["src/**", "a\\"]}, "includedFiles[1]", "'a\\\\' is no glob"),
        ({**PUSH, "includedFiles": [""]}, "includedFiles[0]", "'' is no glob"),
        ({"sourceToBuild": {**SOURCE, "ref": "main"}}, "sourceToBuild.ref", "must match refs/.+"),
        (
            {"sourceToBuild": {"repoType": "GITHUB", "ref": "refs/heads/main"}},
            "sourceToBuild.repository",
            "at least one of sourceToBuild.repository, sourceToBuild.uri must be given",
        ),
        ({"sourceToBuild": {**SOURCE, "repoType": "GITLAB"}}, "sourceToBuild.repoType", "write one of UNKNOWN, "),
        ({**PUSH, "substitutions": {"_A" * 51: "1"}}, f"substitutions.{'_A' * 51}", "at most 100"),
        ({**PUSH, "substitutions": {"_A": "é" * 2001}}, "substitutions._A", "at most 4000 bytes, got 4002"),
        ({**PUSH, "substitutions": {f"_A{n}": "" for n in range(201)}}, "substitutions", "at most 200"),
        ({**PUSH, "build": {"steps": STEPS, "substitutions": {"A": "1"}}}, "build.substitutions.A", "begin with _"),
        ({**PUSH, "build": {"steps": STEPS, "timeout": "90000s"}}, "build.timeout", "more than 24 hours"),
        ({**PUSH, "build": {"steps": [{**STEPS[0], "timeout": "1m"}]}}, "build.steps[0].timeout", "must match"),
        (
            {**PUSH, "build": {"steps": STEPS, "options": {"machineType": "N2_HIGHCPU_8"}}},
            "build.options.machineType",
            "E2_HIGHCPU_32, E2_MEDIUM",
        ),
        (
            {**PUSH, "build": with_secrets({"env": "A", "versionName": "projects/p/secrets/s"}, envs=["A"])},
            f"{MANAGED}[0].versionName",
            "must match projects/",
        ),
        (
            {**PUSH, "build": with_secrets(*[{"env": "A", "versionName": "projects/p/secrets/s/versions/1"}] * 2, envs=["A"])},
            MANAGED,
            "env 'A' is given 2 times",
        ),
        (
            {**PUSH, "build": with_secrets({"env": "A", "versionName": "projects/p/secrets/s/versions/1"}, envs=[])},
            MANAGED,
            "no step has 'A' among its secretEnvs",
        ),
        ({**PUSH, "build": with_secrets(envs=["A"])}, "build.steps[0].secretEnvs", "no secret has the env 'A'"),
        (
            {
                **PUSH,
                "build": with_secrets(
                    *({"env": f"A{n}", "versionName": "projects/p/secrets/s/versions/1"} for n in range(101)),
                    envs=[f"A{n}" for n in range(101)],
                ),
            },
            MANAGED,
            "at most 100 secret values, got 101",
        ),
    ],
)  # fmt: skip
def test_what_is_refused(google: Google, inputs: dict[str, Any], property: str, reason: str) -> None:
    failures = google.failures("cloudbuild.Trigger", **{"build": {"steps": STEPS}, **inputs})

    assert list(failures) == [property]
    assert reason in failures[property]


@pytest.mark.parametrize(
    "inputs",
    [
        {**PUSH, "includedFiles": ["src/**", "[a-z]/\\[x"], "ignoredFiles": ["docs/*.md"]},
        {"sourceToBuild": SOURCE},
        {"sourceToBuild": SOURCE, "pubsubConfig": {"topic": UNKNOWN}, "filter": UNKNOWN},
        {**PUSH, "substitutions": {"_A" * 50: "x" * 4000}},
        {**PUSH, "build": with_secrets({"env": UNKNOWN, "versionName": UNKNOWN}, envs=["A"])},
        {**PUSH, "build": {**with_secrets({"env": "A", "versionName": UNKNOWN}, envs=[]), "steps": UNKNOWN}},
        {**PUSH, "build": {**with_secrets(envs=["A"]), "availableSecrets": UNKNOWN}},
        {**PUSH, "build": with_secrets({"env": "A", "versionName": UNKNOWN}, envs=[], options={"secretEnvs": ["A"]})},
        {**PUSH, "build": {"steps": [{**STEPS[0], "secretEnvs": ["A"]}],
                           "secrets": [{"kmsKeyName": "k", "secretEnv": {"A": "x"}}]}},
    ],
)  # fmt: skip
def test_what_is_allowed(google: Google, inputs: dict[str, Any]) -> None:
    assert google.failures("cloudbuild.Trigger", **{"build": {"steps": STEPS}, **inputs}) == {}


def test_a_secret_of_a_build_must_be_there_where_its_project_is_known(google: Google) -> None:
    def build(secret_: str) -> dict[str, Any]:
        return with_secrets({"env": "A", "versionName": f"projects/{secret_}/versions/latest"}, envs=["A"])

    with refusal(Reason.NOT_FOUND, "the Secret 'projects/acme/secrets/token' was not found; create it first"):
        trigger(google, **PUSH, build=build("acme/secrets/token"))
    number = secret(google)["name"].split("/")[1]

    for name in ("acme/secrets/token", f"{number}/secrets/token", "$PROJECT_ID/secrets/token", "elsewhere/secrets/any"):
        trigger(google, name=f"t{name.count('e')}-{len(name)}", **PUSH, build=build(name))
    for name in ("acme", "${PROJECT_NUMBER}"):
        with refusal(Reason.NOT_FOUND, f"{MANAGED}.versionName: the Secret 'projects/acme/secrets/none' was not found"):
            trigger(google, **PUSH, build=build(f"{name}/secrets/none"))
    google.configure(project="elsewhere")
    google.make("pubsub.Topic", "events", name="events")
    google.configure(project="acme")
    with refusal(Reason.NOT_FOUND, "the Secret 'projects/elsewhere/secrets/any' was not found"):
        trigger(google, **PUSH, build=build("elsewhere/secrets/any"))


def test_whoever_runs_builds_finds_the_triggers(google: Google) -> None:
    account = google.make("serviceaccount.Account", "builder", accountId="builder")
    options = {"logging": "CLOUD_LOGGING_ONLY"}
    pushed = trigger(
        google,
        **PUSH,
        serviceAccount=account.id,
        build={"steps": STEPS, "options": options},
        substitutions={"_A": "1"},
        approvalConfig={"approvalRequired": True},
        includedFiles=["src/**"],
        ignoredFiles=["docs/**"],
        disabled=True,
    )
    trigger(google, name="hook", location=None, webhookConfig={"secret": secret(google)["name"]}, filter="true")
    trigger(google, name="manual", sourceToBuild=SOURCE)

    with google.world.read() as tx:
        assert builds.trigger(tx, "none", "acme", "us-west1") is None
        assert builds.trigger(tx, "main", "acme", "us-west1") == builds.Trigger(
            name="main",
            id=pushed.id,
            project="acme",
            location="us-west1",
            event="repositoryEventConfig",
            config=PUSH["repositoryEventConfig"],
            build={"steps": STEPS, "options": options, "timeout": "600s"},
            source={},
            substitutions={"_A": "1"},
            included=("src/**",),
            ignored=("docs/**",),
            filter="",
            account="builder@acme.iam.gserviceaccount.com",
            approval=True,
            disabled=True,
        )
        hook = builds.trigger(tx, "hook", "acme")
        assert hook
        assert (hook.event, hook.config["state"], hook.filter, hook.account) == ("webhookConfig", "OK", "true", "")
        assert (hook.approval, hook.disabled) == (False, False)
        manual = builds.trigger(tx, "manual", "acme", "us-west1")
        assert manual
        assert (manual.event, manual.config, manual.source) == (builds.MANUAL, {}, SOURCE)
        assert [each.name for each in builds.triggers(tx)] == ["hook", "main", "manual"]
        assert [each.name for each in builds.triggers(tx, "acme", "us-west1")] == ["main", "manual"]
        assert builds.triggers(tx, "acm") == []
