"""`slipway notices` and `slipway sandbox notices`, as people type them."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from delivery import cli, place
from delivery.actor import VARIABLE as ACTOR
from delivery.holding import held
from delivery.notices_sandbox import SandboxNotices
from delivery.notices_slack import API, TOKEN
from delivery.opening import VARIABLE as ENGINE
from delivery.opening import Chosen, open_desk
from delivery.outbox import Outbox, Retried
from tests.lifecycle.test_readme import FENCE
from tests.notices import slack
from tests.notices.conftest import AT, ROOT, WHOLE
from tests.notices.slack import Http, Slack


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Slipway = Callable[..., Answer]


@pytest.fixture
def slipway(
    config: Path, workspace: Slack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Slipway:
    """The command, with this config and workspace, and the engine whose notices are real."""
    settings = {
        place.CONFIG_DIR: str(config), place.SANDBOX: str(tmp_path / "sandbox"), ENGINE: "pulumi",
        ACTOR: "ann@example.com", TOKEN: slack.TOKEN, API: workspace.url,
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(ROOT)

    def run(*arguments: str) -> Answer:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            cli.main(arguments)
        captured = capsys.readouterr()
        return Answer(int(end.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def kept(workspace: Slack, slipway: Slipway) -> Outbox:
    """What commands use, with two notices that have not arrived."""
    used = open_desk(Chosen()).outbox
    for title, environment in (("first", "staging"), ("second", "prod")):
        workspace.script = [Http(503)] * 2
        used.tell(replace(WHOLE, title=title, environment=environment))
    workspace.script, workspace.calls = [], 0
    return used


def test_nothing_is_kept(slipway: Slipway) -> None:
    assert slipway("notices", "list").out == "every notice has arrived\n"
    assert slipway("notices", "list", "--json").json == {"kept": []}
    assert slipway("notices", "retry").out == "nothing was kept\n"


@pytest.mark.usefixtures("kept")
def test_what_is_kept_is_listed(slipway: Slipway) -> None:
    lines = slipway("notices", "list").out.splitlines()
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if line.startswith("│")]
    assert rows == [
        ["1", "2026-01-31 12:00", "staging", "first", "nothing", "#deployments: Slack answers with HTTP 503"],
        ["2", "2026-01-31 12:00", "prod", "second", "nothing", "#deployments: Slack answers with HTTP 503"],
    ]
    listed = slipway("--json", "notices", "list").json["kept"]
    assert [(each["number"], each["notice"]["title"], each["reached"]) for each in listed] == [
        (1, "first", []),
        (2, "second", []),
    ]
    assert {each["reason"] for each in listed} == {"#deployments: Slack answers with HTTP 503"}


@pytest.mark.usefixtures("kept")
def test_retry_sends_it(slipway: Slipway, workspace: Slack) -> None:
    assert slipway("notices", "retry").out == "2 notices arrived\n"
    assert workspace.titles("#deployments") == ["first", "second"]
    assert slipway("notices", "retry", "--json").json == {"delivered": 0, "withdrawn": 0, "kept": []}


@pytest.mark.usefixtures("kept")
def test_retry_fails_while_something_is_left(slipway: Slipway, workspace: Slack, config: Path) -> None:
    workspace.script = ["is_archived"]
    failed = slipway("notices", "retry")
    assert (failed.code, failed.out) == (1, "")
    assert failed.err.splitlines()[1:] == [
        "error: 2 notices did not arrive",
        "  first (staging): #deployments: is_archived: the channel is archived",
        "  second (prod): #deployments: is_archived: the channel is archived",
        "They are kept. See what is wrong, and try again.",
    ]
    file = config / "Pulumi.prod.yaml"
    file.write_text(
        file.read_text().replace('deployments: "#deployments", oncall: "#oncall"', 'deployments: "#oncall"')
    )
    workspace.script = ["is_archived"]
    partly = slipway("notices", "retry", "--json")
    assert (partly.code, partly.json["delivered"], len(partly.json["kept"])) == (1, 1, 1)
    assert "1 notice did not arrive, 1 did" in partly.err
    file = config / "Pulumi.staging.yaml"
    file.write_text(file.read_text().replace("slipway:notices: {slack:", "slipway:notices: none # {slack:"))
    assert slipway("notices", "retry").out == "1 notice withdrawn: nobody is to be told any more\n"


@pytest.mark.usefixtures("slipway")
def test_two_processes_at_once_send_it_once(kept: Outbox, workspace: Slack, config: Path) -> None:
    """The other one is held up at Slack with the first notice; meanwhile this one finds it busy, and sends its own."""
    come, go = threading.Event(), threading.Event()

    def hold() -> None:
        if not come.is_set():
            come.set()
            assert go.wait(60)

    workspace.before = hold
    other = subprocess.Popen(
        [sys.executable, "-m", "tests.notices.retry", str(config)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert come.wait(60)
        kept.tell(replace(WHOLE, title="own"))
        assert workspace.titles("#deployments") == ["own"]
    finally:
        go.set()
    out, err = other.communicate(timeout=60)
    assert (other.returncode, out) == (0, f"{Retried(2, 0, ())}\n"), err
    assert workspace.titles("#deployments") == ["own", "first", "second"]
    assert kept.kept() == []


def test_a_second_retry_is_refused_with_the_name_of_who_is_at_it(slipway: Slipway, kept: Outbox, config: Path) -> None:
    with held(config, "notices", "bob@example.com"):
        refused = slipway("notices", "retry")
    assert (refused.code, "bob@example.com" in refused.err) == (5, True)
    assert len(kept.kept()) == 2


def test_in_the_sandbox_it_is_written_down(slipway: Slipway, workspace: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENGINE, "sandbox")
    assert slipway("sandbox", "notices").out == "nobody was told anything\n"
    slipway("sandbox", "clock", "advance", "52w")
    desk = open_desk(Chosen())
    desk.outbox.tell(replace(WHOLE, title="Promoted [x] to prod", environment="prod", at=desk.engine.now()))
    assert (workspace.calls, slipway("notices", "list").out) == (0, "every notice has arrived\n")
    (sent,) = slipway("sandbox", "notices", "--json").json["notices"]
    assert (sent["channel"], sent["notice"]["title"]) == ("#deployments", "Promoted [x] to prod")
    assert datetime.fromisoformat(sent["at"]) > datetime.now(UTC) + timedelta(weeks=51)
    shown = slipway("sandbox", "notices").out
    assert "│ #deployments │ info     │ promotion │ prod        │ Promoted [x] to prod │" in shown
    slipway("sandbox", "reset")
    assert slipway("sandbox", "notices", "--json").json == {"notices": []}


def test_a_sandbox_that_cannot_be_written_keeps_it(tmp_path: Path, config: Path) -> None:
    (tmp_path / "sandbox").write_text("no folder")
    used = Outbox(config, SandboxNotices(tmp_path / "sandbox", lambda: AT), "ann@example.com", lambda: AT)
    used.tell(WHOLE)
    assert [each.reason for each in used.kept()] == [
        "#deployments: notices.jsonl of the sandbox cannot be written: File exists"
    ]


GUIDE = (ROOT / "docs" / "how-to" / "notices.md").read_text()


@pytest.mark.usefixtures("kept")
def test_the_commands_of_the_guide(slipway: Slipway) -> None:
    typed = [line for block in FENCE.findall(GUIDE) for line in block.splitlines()]
    said = [slipway(*shlex.split(line.removeprefix("slipway "))).out for line in typed]
    assert [line.split()[1:] for line in typed] == [
        ["notices", "list"],
        ["notices", "retry"],
        ["sandbox", "notices"],
        ["sandbox", "notices", "--json"],
    ]
    assert said[1:3] == ["2 notices arrived\n", "nobody was told anything\n"]


def test_the_guide_says_what_the_config_of_prod_says() -> None:
    (line,) = [line for line in GUIDE.splitlines() if line.startswith("  slipway:notices: ")]
    assert line in (ROOT / "Pulumi.prod.yaml").read_text().splitlines()
