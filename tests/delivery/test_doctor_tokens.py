"""`slipway doctor` says which tokens are missing, before a promotion cannot be told or asked about."""

import shutil
from pathlib import Path

import pytest

from delivery import doctor_local

PROGRAM = Path(__file__).resolve().parents[2]
SLACK, GITHUB = {"SLACK_BOT_TOKEN": "xoxb-1"}, {"GITHUB_TOKEN": "ghp_1"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The project's own: repositories on GitHub, and channels in Slack."""
    for pattern in ("Pulumi.*.yaml", "services.yaml"):
        for path in PROGRAM.glob(pattern):
            shutil.copy(path, tmp_path)
    return tmp_path


def missing(config: Path, environment: dict[str, str], *chosen: str) -> list[str]:
    found = doctor_local.tokens(config, chosen, environment)
    assert all(each.check == "tokens" and each.remedy for each in found)
    return [each.problem for each in found]


def test_each_token_that_somebody_will_ask_for_is_named(config: Path) -> None:
    github = missing(config, SLACK, "prod")
    assert len(github) == 1
    assert "GITHUB_TOKEN" in github[0]
    slack = "SLACK_BOT_TOKEN is not set, and releases of prod are told in Slack"
    assert missing(config, GITHUB, "prod") == [slack]
    assert missing(config, {"SLACK_BOT_TOKEN": " "}, "prod") == [*github, slack]
    assert missing(config, SLACK | GITHUB, "prod") == []


def test_nobody_is_asked_for_a_token_that_nothing_needs(config: Path) -> None:
    (config / "Pulumi.shared.yaml").unlink()
    for path in config.glob("Pulumi.*.yaml"):
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if "slipway:notices" not in line))
    assert missing(config, {}, "dev") == []
