"""With whose token the engine pulumi runs the CLI, for which stack."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from delivery.engine_pulumi import PulumiEngine
from delivery.engines import quiet
from delivery.errors import Failed
from delivery.impersonation import Acting
from delivery.place import Place
from delivery.state_place import BACKEND
from delivery.workloads_pulumi import PulumiWorkloads

PROGRAM = Path(__file__).resolve().parents[2]
CLI = """
import json, os, sys
words = [word for word in sys.argv[1:] if word != "--non-interactive"]
tokens = [os.environ.get(name) for name in ("GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN", "GOOGLE_CREDENTIALS")]
with open(os.environ["CALLS"], "a") as calls:
    calls.write(json.dumps([words, tokens]) + "\\n")
if words == ["version"]:
    print("v3.260.0")
elif words[:2] == ["stack", "ls"]:
    print(json.dumps([{"name": name, "current": False} for name in ("dev", "staging")]))
elif words[:2] == ["stack", "output"]:
    print("{}")
elif words[:2] == ["stack", "export"]:
    urn = "urn:pulumi:dev::slipway::kubernetes:apps/v1:Deployment::api"
    resource = {"urn": urn, "type": "kubernetes:apps/v1:Deployment", "outputs": {}}
    secret = {"urn": urn + "-key", "type": "kubernetes:core/v1:Secret", "custom": True}
    print(json.dumps({"version": 3, "deployment": {"resources": [resource, secret]}}))
elif words[0] == "refresh":
    sys.exit("error: deployments.apps is forbidden")
"""


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PulumiEngine:
    """Over a `pulumi` that writes down what it is told and by whom; a token is called like its account and counted."""
    for path in (*PROGRAM.glob("Pulumi.*yaml"), PROGRAM / "Pulumi.yaml", PROGRAM / "services.yaml"):
        shutil.copy(path, tmp_path)
    cli = tmp_path / "bin" / "pulumi"
    cli.parent.mkdir()
    cli.write_text(f"#!{sys.executable} -S\n{CLI}")
    cli.chmod(0o755)
    monkeypatch.setenv("PATH", str(cli.parent), prepend=":")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.setenv("GOOGLE_CREDENTIALS", "a file's")
    monkeypatch.delenv(BACKEND, raising=False)
    return PulumiEngine(Place(tmp_path, tmp_path, tmp_path / ".sandbox"), Acting(lambda account: account))


def calls(tmp_path: Path) -> dict[str, set[tuple[str, ...]]]:
    """Command -> with which tokens, without the versions that are asked for."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for line in (tmp_path / "calls").read_text().splitlines():
        words, tokens = json.loads(line)
        found.setdefault(" ".join(words[:2]), set()).add(tuple(tokens))
    found.pop("version")
    return found


def of(account: str) -> tuple[str, ...]:
    email = f"{account}.iam.gserviceaccount.com"
    return (email, email, "")


def test_each_stack_is_the_business_of_its_own_deployer(engine: PulumiEngine, tmp_path: Path) -> None:
    engine.outputs("dev")
    engine.outputs("staging")
    dev, staging = of("deployer-dev@ampersand-dev"), of("deployer-staging@ampersand-staging")
    assert calls(tmp_path) == {"stack ls": {dev, staging}, "stack output": {dev, staging}}
    assert engine.reading(tmp_path).credentials("dev")["GOOGLE_OAUTH_ACCESS_TOKEN"] == dev[0]


def test_where_one_backend_has_all_states_each_is_still_its_own(
    engine: PulumiEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BACKEND, "gs://all")
    test_each_stack_is_the_business_of_its_own_deployer(engine, tmp_path)


def test_the_environment_before_is_looked_at_as_its_viewer_and_its_state_left_alone(
    engine: PulumiEngine, tmp_path: Path
) -> None:
    with pytest.raises(Failed, match="what runs in 'dev' cannot be seen: error: deployments.apps is forbidden"):
        PulumiWorkloads(engine).running("dev", changing=False)
    viewer = of("viewer-dev@ampersand-dev")
    assert calls(tmp_path) == {
        "stack ls": {viewer},
        "stack export": {viewer},
        "stack select": {viewer},
        "refresh --preview-only": {viewer},
    }


def test_drift_is_looked_for_as_the_viewer_who_leaves_secrets_out(engine: PulumiEngine, tmp_path: Path) -> None:
    look = engine.look("dev", quiet)
    assert [(each.severity, each.message) for each in look.unseen] == [
        ("error", "error: deployments.apps is forbidden"),
        ("info", "it holds a secret, which a viewer may not read"),
    ]
    secret = "urn:pulumi:dev::slipway::kubernetes:apps/v1:Deployment::api-key"
    assert look.unseen[1].urn == secret
    told = [json.loads(line) for line in (tmp_path / "calls").read_text().splitlines()]
    (words,) = [words for words, _ in told if words[0] == "refresh"]
    assert words[:2] == ["refresh", "--preview-only"]
    assert words[words.index("--exclude") + 1] == secret
    assert {tuple(tokens) for words, tokens in told if words != ["version"]} == {of("viewer-dev@ampersand-dev")}


def test_whoever_is_signed_in_looks_at_secrets_too(tmp_path: Path, engine: PulumiEngine) -> None:
    look = PulumiEngine(Place(tmp_path, tmp_path, tmp_path / ".sandbox")).look("dev", quiet)
    assert [each.severity for each in look.unseen] == ["error"]
    assert not [words for words, _ in map(json.loads, (tmp_path / "calls").open()) if "--exclude" in words]


def test_without_the_variable_whoever_is_signed_in_acts(tmp_path: Path, engine: PulumiEngine) -> None:
    PulumiEngine(Place(tmp_path, tmp_path, tmp_path / ".sandbox")).outputs("dev")
    assert calls(tmp_path)["stack output"] == {(None, None, "a file's")}
