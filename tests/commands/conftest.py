"""The command in this process, over a config folder with two releases."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from delivery import actor, cli, place
from delivery.ledger import Ledger
from delivery.release_entries import LEDGER, RECORDED, Release
from tests.lifecycle.commands import IMAGES, PROGRAM, commit, digest

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
RELEASES = ("2026.01.30.0001", "2026.01.31.0001")


@dataclass(frozen=True)
class Answer:
    """What the command left."""

    code: int
    out: str
    err: str


Slipway = Callable[..., Answer]


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default files and two releases. For those who only read."""
    folder = tmp_path_factory.mktemp("config")
    for pattern in ("Pulumi.*.yaml", "services.yaml"):
        for path in PROGRAM.glob(pattern):
            shutil.copy(path, folder)
    for number, release in enumerate(RELEASES, 1):
        facts = Release(release, commit(number), dict.fromkeys(IMAGES, digest(number))).as_json()
        Ledger(folder, LEDGER).append("ann@example.com", NOW, RECORDED, facts)
    return folder


@pytest.fixture
def slipway(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Slipway:
    """The command, in an empty folder; it never shows a traceback."""
    settings = {
        place.CONFIG_DIR: str(config),
        place.SANDBOX: str(tmp_path / "sandbox"),
        actor.VARIABLE: "ann@example.com",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Answer:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            cli.main(arguments)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Answer(int(end.value.code or 0), captured.out, captured.err)

    return run
