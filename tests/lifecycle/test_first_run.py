"""The guide to the first run, as far as it can be typed without a cloud."""

from __future__ import annotations

import re
import shlex
import subprocess

from model import foundation
from model.environment import Environment
from model.stacks import load_environment
from tests.lifecycle.commands import PROGRAM, Site
from tests.lifecycle.test_readme import FENCE

GUIDE = (PROGRAM / "docs" / "how-to" / "first-run.md").read_text()


def test_the_commands_of_the_guide(empty: Site) -> None:
    subprocess.run(["git", "init", "-q", str(empty.config)], check=True)
    typed = [line.removeprefix("slipway ") for block in FENCE.findall(GUIDE) for line in block.splitlines()]
    assert typed == ["doctor", "bootstrap dev", "bootstrap dev --json", "bootstrap --script"]
    doctor, listed, as_json, script = (empty(*shlex.split(line)).out for line in typed)
    assert doctor == "nothing is missing (5 checks, engine sandbox)\n"
    assert "gcloud services enable " in listed
    assert '"dev/state-safe"' in as_json
    assert script.startswith("#!/bin/sh\n")
    left = listed.partition("# What only a person can do:")[2]
    for named in ("GitHub environment", "gke-security-groups@", "Kong's kinds of resources"):
        assert named in left
        assert named in GUIDE
    # The script has every stack.
    (pinned,) = re.findall(r"'(slipway pipeline pin [^']+)'\. After 'slipway up shared'", script)
    assert f"\n{pinned}\n" in GUIDE
    assert "gcloud auth configure-docker us-west1-docker.pkg.dev" in script
    assert "\ngcloud auth configure-docker us-west1-docker.pkg.dev\n" in GUIDE


def test_the_names_in_the_guide_are_those_that_are_made() -> None:
    dev = load_environment("dev", PROGRAM)
    assert isinstance(dev, Environment)
    assert f"gs://{foundation.state_bucket(dev.project, 'dev')}\n" in GUIDE
    assert f"--secrets-provider={foundation.secrets_provider(dev.project, dev.region, 'dev')}\n" in GUIDE
    assert f"service_account: {foundation.deployer_email(dev.project, 'dev')}\n" in GUIDE
    provider = f"workloadIdentityPools/{foundation.POOL}/providers/{foundation.PROVIDER}"
    assert f"workload_identity_provider: projects/{dev.project_number}/locations/global/{provider}\n" in GUIDE
