"""What `slipway doctor` finds on this machine, in the config and in the sandbox."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from delivery import doctor_local
from delivery.doctor_local import python
from model.shared import Shared
from model.stacks import load_environment
from tests.lifecycle.commands import PROGRAM, Site


@pytest.fixture
def site(empty: Site) -> Site:
    """A config in a repository."""
    subprocess.run(["git", "init", "-q", str(empty.config)], check=True)
    return empty


def findings(site: Site, *stacks: str) -> list[dict[str, Any]]:
    """What is found; something must be."""
    found: list[dict[str, Any]] = site("doctor", *stacks, "--json", code=4).json["findings"]
    return found


def the_one(site: Site, *stacks: str) -> dict[str, Any]:
    (found,) = findings(site, *stacks)
    return found


def test_nothing_is_missing_before_and_after_the_first_up(site: Site) -> None:
    assert site("doctor").out == "nothing is missing (5 checks, engine sandbox)\n"
    assert not (site.folder / ".sandbox").exists()
    site("up", "shared")
    assert site("doctor", "--json").json["findings"] == []


def test_images_of_builds_without_a_digest_are_named(empty: Site) -> None:
    """The engine pulumi refuses them, plain `pulumi up` does not."""
    file = empty.config / "Pulumi.shared.yaml"
    known = load_environment("shared", empty.config)
    assert isinstance(known, Shared)
    others = [name for name in known.steps if name != "slipway"]
    (found,) = doctor_local.steps(empty.config, ())
    assert found.problem == f"Pulumi.shared.yaml: slipway:steps: without a digest: {', '.join(others)}"
    assert found.command == ("slipway", "pipeline", "pin", *others)
    assert doctor_local.steps(empty.config, ("dev",)) == []
    # The guide of the first run says the same.
    guide = (PROGRAM / "docs" / "how-to" / "first-run.md").read_text()
    (line,) = [line for line in guide.splitlines() if line.startswith("slipway pipeline pin docker")]
    assert set(line.split()[3:]) == set(others)

    text = file.read_text()
    for name, image in known.steps.items():
        if name != "slipway":
            text = text.replace(f"    {name}: {image}\n", f"    {name}: {image}@sha256:{64 * 'a'}\n")
    file.write_text(text)
    (own,) = doctor_local.steps(empty.config, ("shared",))
    assert own.command == ("slipway", "pipeline", "pin", "slipway")
    assert own.remedy == "Once 'slipway up shared' has made its repository, and the image is in it."
    image = known.steps["slipway"]
    file.write_text(text.replace(f"    slipway: {image}\n", f"    slipway: {image}@sha256:{64 * 'a'}\n"))
    assert doctor_local.steps(empty.config, ()) == []


def test_the_engine_pulumi_asks_for_them(empty: Site) -> None:
    found = empty("--engine", "pulumi", "doctor", "shared", "--json", code=4).json["findings"]
    assert [each["command"][:3] for each in found if each["check"] == "steps"] == [["slipway", "pipeline", "pin"]]


def test_an_old_python() -> None:
    assert python((3, 11)) == []
    assert [found.problem for found in python((3, 10))] == ["this is Python 3.10"]


def test_no_repository(empty: Site) -> None:
    found = the_one(empty)
    assert found["problem"] == f"{empty.config} is in no git repository, so that pins and ledger have no history"
    subprocess.run(found["command"], check=True, capture_output=True)
    empty("doctor")


def test_a_merge_that_is_not_finished(site: Site) -> None:
    git = ["git", "-C", str(site.config), "-c", "user.name=ann", "-c", "user.email=ann@example.com"]
    path = site.config / "note"
    for branch, text in (("main", "a"), ("other", "b"), ("third", "c")):
        subprocess.run([*git, "checkout", "-q", *(["-b"] if branch != "main" else ["-B"]), branch], check=True)
        path.write_text(text)
        subprocess.run([*git, "add", "note"], check=True)
        subprocess.run([*git, "commit", "-q", "-m", text], check=True)
        if branch == "other":
            subprocess.run([*git, "checkout", "-q", "main"], check=True)
    subprocess.run([*git, "merge", "-q", "other"], check=False, capture_output=True)
    found = the_one(site)
    assert found["problem"] == "a merge is not finished: note"
    subprocess.run(found["command"], check=True)
    site("doctor")


def test_nobody_to_name_in_the_ledger(site: Site) -> None:
    nobody = replace(
        site,
        environment={"SLIPWAY_ACTOR": "", "HOME": str(site.folder), "GIT_CONFIG_NOSYSTEM": "1", "XDG_CONFIG_HOME": ""},
    )
    found = the_one(nobody)
    assert found["command"] == ["git", "config", "--global", "user.email", "YOU@EXAMPLE.COM"]
    subprocess.run(found["command"], env={**os.environ, **nobody.environment}, check=True)
    nobody("doctor")


def test_everything_that_is_wrong_with_the_config(site: Site) -> None:
    path = site.config / "Pulumi.dev.yaml"
    lines = path.read_text().splitlines(True)
    at = next(number for number, line in enumerate(lines) if line.strip() == "svix:")
    path.write_text(
        "".join(lines[:at] + lines[at + 2 :]).replace("slipway:autoscaling: false", "slipway:autoscaling: 7")
    )
    assert [found["problem"] for found in findings(site)] == [
        "Pulumi.dev.yaml: slipway:autoscaling: 7 is refused (input should be a valid boolean, unable to interpret input)"
    ]
    path.write_text(path.read_text().replace("slipway:autoscaling: 7", "slipway:autoscaling: false"))
    found = the_one(site, "dev")
    assert found["problem"] == "Pulumi.dev.yaml: slipway:secrets.svix: this secret of services.yaml has no value"
    assert found["remedy"] == "Set it with 'pulumi config set --secret --path slipway:secrets.svix -s dev'."
    assert site("doctor", "prod", "--json").json["findings"] == []


@pytest.mark.parametrize("text", ["a: &a {b: 1}\nc: {<<: [*a, *a]}\n", "a: 1\na: 2\n"], ids=["merged", "twice"])
def test_what_is_no_yaml_is_told_once_and_read_by_nobody_else(site: Site, text: str) -> None:
    """What a few merged lines can come to, no reader that merges them would ever end."""
    path = site.config / "Pulumi.dev.yaml"
    path.write_text(text + path.read_text())
    assert the_one(site, "dev")["check"] == "config"


def test_a_secret_that_another_passphrase_has_sealed(site: Site) -> None:
    path, other = site.config / "Pulumi.dev.yaml", site.config / "Pulumi.staging.yaml"
    salt = next(line for line in other.read_text().splitlines(True) if line.startswith("encryptionsalt"))
    text = [salt if line.startswith("encryptionsalt") else line for line in path.read_text().splitlines(True)]
    path.write_text("".join(text))
    found = the_one(site)
    assert found["check"] == "secrets"
    assert found["problem"].startswith("Pulumi.dev.yaml: the passphrase does not fit the encryption salt")
    assert found["command"][3:] == ["restore", "--patch", "Pulumi.dev.yaml"]


def state(site: Site) -> Path:
    return site.folder / ".sandbox" / ".pulumi"


@pytest.mark.journey
def test_a_sandbox_that_is_damaged_or_in_use(site: Site) -> None:
    site("up", "shared")
    states = state(site) / "stacks" / "slipway"
    for stack in ("dev", "prod", "staging"):
        shutil.copy(states / "shared.json", states / f"{stack}.json")
    locks = state(site) / "locks" / "organization" / "slipway" / "dev"
    locks.mkdir(parents=True, exist_ok=True)
    lock = locks / "held.json"
    lock.write_text(
        json.dumps({"pid": os.getpid(), "username": "ann", "hostname": socket.gethostname(), "timestamp": "now"})
    )
    file = states / "staging.json"
    whole = file.read_text()
    file.write_text(whole[:100])
    journal = state(site) / "journals" / "slipway" / "prod.jsonl"
    journal.parent.mkdir(parents=True, exist_ok=True)
    journal.write_text("")
    in_use, cut, damaged = findings(site)
    assert in_use["problem"].startswith(f"somebody works on dev: ann@{socket.gethostname()}, process {os.getpid()}")
    assert in_use["command"] == ["rm", str(lock)]
    assert cut["problem"] == "the last update of prod was cut short"
    assert cut["command"] == ["slipway", "up", "prod"]
    assert damaged["problem"] == f"{file} is damaged: it holds no state; put back a copy of it"
    assert lock.exists()
    assert journal.exists()


@pytest.mark.journey
def test_a_world_that_is_damaged_can_be_reset(site: Site) -> None:
    site("up", "shared")
    world = site.folder / ".sandbox" / "world.sqlite"
    for path in world.parent.glob("world.sqlite-*"):
        path.unlink()
    world.write_bytes(b"not a database at all" * 500)
    found = the_one(site)
    assert found["problem"] == f"{world} is damaged: file is not a database"
    assert found["command"] == ["slipway", "sandbox", "reset"]
    site(*found["command"][1:])
    site("doctor")


def test_the_engine_may_be_chosen_by_the_environment_and_must_exist(site: Site) -> None:
    assert "there is no engine 'pulum'" in site("doctor", "--engine", "pulum", code=2).err
    assert "Did you mean 'dev'?" in site("doctor", "dve", code=2).err
    chosen = replace(site, environment={"SLIPWAY_ENGINE": "pulumi", "PATH": "/nowhere"})
    assert chosen("doctor", "--json", code=4).json["engine"] == "pulumi"


def test_secrets_that_only_a_clouds_key_opens(site: Site) -> None:
    file = site.config / "Pulumi.dev.yaml"
    lines = [line for line in file.read_text().splitlines() if not line.startswith("encryptionsalt")]
    key = "gcpkms://projects/p/locations/us-west1/keyRings/pulumi/cryptoKeys/dev"
    file.write_text("\n".join([*lines, f"secretsprovider: {key}", "encryptedkey: CiQA==", ""]))
    [found] = site("doctor", "dev", "--json", code=4).json["findings"]
    problem = f"its secrets are sealed with {key}, which only the engine pulumi can open"
    assert (found["check"], found["problem"]) == ("secrets", f"Pulumi.dev.yaml: {problem}")
    assert "Use '--engine pulumi' for dev." in found["remedy"]
    told = site("up", "dev", "--json", code=2).json
    assert told["problems"] == [
        {"file": "Pulumi.dev.yaml", "key": "secretsprovider", "problem": problem, "remedy": found["remedy"]}
    ]
