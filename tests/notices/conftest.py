"""A workspace of Slack, a folder of config, and a notice with everything in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from delivery.notices import Kind, Link, NextStep, Notice, Severity
from delivery.notices_slack import API, TOKEN, SlackNotices
from tests.notices import slack

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
OLD, NEW = "sha256:" + "1a" * 32, "sha256:" + "9f" * 32

WHOLE = Notice(
    kind=Kind.PROMOTION,
    severity=Severity.INFO,
    environment="staging",
    title="Promoted to staging",
    at=AT,
    release="2026.01.31.0001",
    branch="main",
    commit="abc1234" + "0" * 33,
    commit_url="https://github.com/ampersand/server/commit/abc1234",
    author="dev@example.com",
    who="ann@example.com",
    reason="the bake time was over",
    images={"scribe": (None, NEW), "api": (OLD, NEW)},
    next_step=NextStep("promote it to prod", "slipway promote prod", "https://ci.example.com/promote"),
    link=Link("View build", "https://ci.example.com/builds/1"),
)


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loopback is behind no proxy."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def workspace() -> Iterator[slack.Slack]:
    """Slack."""
    with slack.Slack().running() as started:
        yield started


@pytest.fixture
def notices(workspace: slack.Slack) -> SlackNotices:
    """Its client, with time for a slow machine."""
    return SlackNotices({TOKEN: slack.TOKEN, API: workspace.url}, answer_seconds=60)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The config of the repository."""
    folder = tmp_path / "config"
    folder.mkdir()
    for path in (*ROOT.glob("Pulumi.*.yaml"), ROOT / "services.yaml"):
        shutil.copy(path, folder)
    return folder
