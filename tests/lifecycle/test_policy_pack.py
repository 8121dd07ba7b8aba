"""The policy pack, asked by the real Pulumi CLI about the sandbox's stacks."""

from __future__ import annotations

import shutil

import pytest

from tests.lifecycle.commands import Site
from tests.lifecycle.test_cli import Attached, cli  # noqa: F401 - the fixture
from tests.policies.pack import PYTHON

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="the Pulumi CLI is not on the PATH"),
    pytest.mark.skipif(not PYTHON.exists(), reason="Pulumi's policy SDK is not there: make policies"),
]


def test_a_preview_with_the_pack_refuses_what_a_mandatory_rule_forbids(cli: Attached, released: Site) -> None:  # noqa: F811
    found = cli("preview", "--policy-pack", "policies", stack="dev")
    assert "slipway@v0.1.0" in found
    assert "[mandatory]" not in found
    path = released.config / "Pulumi.dev.yaml"
    text = path.read_text().replace("deletionProtection: false", "deletionProtection: true")
    path.write_text(text.replace("backups: 3", "backups: 0"))
    with pytest.raises(
        AssertionError, match=r"\[mandatory\]  deletion-protection  \(gcp:sql:DatabaseInstance: database\)"
    ):
        cli("preview", "--policy-pack", "policies", stack="dev")
