"""Which backend the Pulumi CLI is told for which stack. What it does there, tests with the real one show."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
import yaml
from pulumi import automation

from delivery.engine_pulumi import PulumiEngine
from delivery.engines import Mode
from delivery.errors import Failed
from delivery.place import Place
from delivery.state_place import BACKEND
from model.errors import ConfigError

PROGRAM = Path(__file__).resolve().parents[2]
CLI = """
import json, os, sys
words, backend = [word for word in sys.argv[1:] if word != "--non-interactive"], os.environ.get("PULUMI_BACKEND_URL")
with open(os.environ["CALLS"], "a") as calls:
    calls.write(json.dumps([backend, *words]) + "\\n")
found = json.load(open(os.environ["CALLS"] + ".states"))
if words == ["version"]:
    print("v3.260.0")
elif backend not in found:
    sys.exit("error: could not list bucket: googleapi: Error 403: forbidden")
elif words[:2] == ["stack", "ls"]:
    print(json.dumps([{"name": name, "current": False} for name in found[backend]]))
elif words[:2] == ["stack", "output"]:
    print(json.dumps({"state": backend}))
elif words[:2] == ["stack", "history"]:
    said = {"kind": "update", "startTime": "2026-01-31T12:00:00.000Z", "result": "succeeded"}
    print(json.dumps([{**said, "message": "", "environment": {}, "config": {}}]))
elif words[:2] == ["stack", "init"]:
    with open(f"Pulumi.{words[2]}.yaml", "a") as file:
        file.write("secretsprovider: " + words[-1] + "\\nencryptedkey: CiQA==\\n")
"""
STAGING, PROD = "gs://ampersand-staging-staging-state", "gs://ampersand-prod-prod-state"


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PulumiEngine:
    """Over a `pulumi` that writes down what it is told, and has these states: dev's deployer may not see prod's."""
    config = tmp_path / "config"
    config.mkdir()
    for path in (*PROGRAM.glob("Pulumi.*yaml"), PROGRAM / "services.yaml"):
        shutil.copy(path, config)
    cli = tmp_path / "bin" / "pulumi"
    cli.parent.mkdir()
    cli.write_text(f"#!{sys.executable} -S\n{CLI}")
    cli.chmod(0o755)
    states = {STAGING: ["staging"], "gs://ampersand-dev-dev-state": ["dev", "pr-42"]}
    (tmp_path / "calls.states").write_text(json.dumps(states))
    monkeypatch.setenv("PATH", str(cli.parent), prepend=":")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.delenv(BACKEND, raising=False)
    # It tells its events over gRPC, which a program of a few lines does not speak: a preview without a summary is an error.
    monkeypatch.setattr(automation.Stack, "preview", lambda stack, **options: None)
    return PulumiEngine(Place(config, config, tmp_path / ".sandbox"))


def calls(tmp_path: Path) -> list[list[str]]:
    found = [json.loads(line) for line in (tmp_path / "calls").read_text().splitlines()]
    return [call for call in found if call[1:] != ["version"]]


def test_each_stack_is_read_where_its_own_state_is(engine: PulumiEngine, tmp_path: Path) -> None:
    assert engine.outputs("staging") == {"state": STAGING}
    assert engine.outputs("dev") == {"state": "gs://ampersand-dev-dev-state"}
    assert {call[0] for call in calls(tmp_path) if "--stack" in call and call[-1] == "staging"} == {STAGING}
    assert engine.stacks(beside="dev") == ["dev", "pr-42"]


def test_a_backend_that_is_named_counts_for_all(
    engine: PulumiEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BACKEND, STAGING)
    assert engine.outputs("dev") is None
    assert engine.stacks() == ["staging"]
    assert {call[0] for call in calls(tmp_path)} == {STAGING}


def test_a_place_that_may_not_be_read_is_told_with_what_to_do(engine: PulumiEngine) -> None:
    with pytest.raises(Failed, match=rf"the states in {PROD} cannot be listed: error: .* Error 403") as failed:
        engine.outputs("prod")
    assert failed.value.remedy == (
        "'slipway --engine pulumi doctor prod' tells whether the bucket is there and yours to read."
    )


def test_a_stack_is_made_with_the_key_beside_its_state_and_its_file_says_so(
    engine: PulumiEngine, tmp_path: Path
) -> None:
    states = json.loads((tmp_path / "calls.states").read_text())
    (tmp_path / "calls.states").write_text(json.dumps({**states, PROD: []}))
    file = tmp_path / "config" / "Pulumi.prod.yaml"
    text = "".join(line for line in file.open() if not line.startswith("encryptionsalt"))
    file.write_text(text)
    engine.config_set("prod", "slipway:slackToken", "x", secret=True)
    provider = "gcpkms://projects/ampersand-prod/locations/us-west1/keyRings/pulumi/cryptoKeys/prod"
    assert [PROD, "stack", "init", "prod", "--no-select", "--secrets-provider", provider] in calls(tmp_path)
    assert file.read_text() == f"{text}secretsprovider: {provider}\nencryptedkey: CiQA==\n"


def steps(tmp_path: Path, digest: str) -> None:
    """The shared stack's steps, but for one all by this digest alone."""
    file = tmp_path / "config" / "Pulumi.shared.yaml"
    found = yaml.safe_load(file.read_text())
    pinned = dict.fromkeys(found["config"]["slipway:steps"], f"docker.io/library/any{digest}")
    found["config"]["slipway:steps"] = {**pinned, "docker": "docker.io/library/docker:28.5.1-cli"}
    file.write_text(yaml.safe_dump(found))


@pytest.mark.parametrize("mode", ["up", "plan"])
def test_a_step_without_a_digest_is_refused_before_the_cli_is_asked(
    engine: PulumiEngine, tmp_path: Path, mode: Mode
) -> None:
    steps(tmp_path, f":1@sha256:{'0' * 64}")
    with pytest.raises(ConfigError) as refused:
        engine.run("shared", mode, lambda progress: None)
    assert [vars(problem) for problem in refused.value.problems] == [
        {
            "file": "Pulumi.shared.yaml",
            "key": "slipway:steps.docker",
            "problem": "'docker.io/library/docker:28.5.1-cli' has no digest",
            "remedy": "Run 'slipway pipeline pin'.",
        }
    ]
    assert not (tmp_path / "calls").exists()


OWN = "us-west1-docker.pkg.dev/ampersand-prod/gke-cache/slipway:1"


@pytest.mark.parametrize("up", [False, True])
def test_the_image_of_the_builds_is_pinned_once_its_repository_is_there(
    engine: PulumiEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, up: bool
) -> None:
    file = tmp_path / "config" / "Pulumi.shared.yaml"
    found = yaml.safe_load(file.read_text())
    pinned = dict.fromkeys(found["config"]["slipway:steps"], f"docker.io/library/any@sha256:{'0' * 64}")
    found["config"]["slipway:steps"] = {**pinned, "slipway": OWN}
    file.write_text(yaml.safe_dump(found))
    monkeypatch.setenv(BACKEND, STAGING)

    def outputs(stack: str) -> dict[str, str] | None:
        return {"cache": "x"} if up else None

    monkeypatch.setattr(engine, "outputs", outputs)
    if up:
        with pytest.raises(ConfigError, match=f"'{OWN}' has no digest"):
            engine.run("shared", "up", lambda progress: None)
    else:
        engine.run("shared", "up", lambda progress: None)
        assert "up" in [call[1] for call in calls(tmp_path)]


@pytest.mark.parametrize(("stack", "mode"), [("shared", "refresh"), ("shared", "destroy"), ("dev", "up")])
def test_what_starts_no_build_runs_without_digests(
    engine: PulumiEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stack: str, mode: Mode
) -> None:
    steps(tmp_path, ":1")
    monkeypatch.setenv(BACKEND, STAGING)
    engine.run(stack, mode, lambda progress: None)
    assert mode in [call[1] for call in calls(tmp_path)]
