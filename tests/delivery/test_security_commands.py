"""`slipway security ...` as people and pipelines type it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from delivery import cli, github_records, notices_sandbox, place, scans, security_notice
from delivery.actor import VARIABLE as ACTOR
from delivery.engine_sandbox import SandboxEngine
from delivery.scans import Report
from delivery.security_upload import prepared
from tests.github.server import serving

ROOT = Path(__file__).parents[2]
FILES = Path(__file__).parent / "sarif"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
COMMIT = "1" * 40
MAIN = ("--commit", COMMIT, "--ref", "refs/heads/main")


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
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    for path in (*ROOT.glob("Pulumi.*.yaml"), ROOT / "services.yaml"):
        shutil.copy(path, folder)
    return folder


@pytest.fixture
def slipway(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Slipway:
    """The command at noon in a folder `work`, with the scanners' files in `work/scans`."""
    settings = {place.CONFIG_DIR: str(config), place.SANDBOX: str(tmp_path / "sandbox"), ACTOR: "ann@example.com"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(SandboxEngine, "now", lambda self: NOW)
    shutil.copytree(FILES, tmp_path / "work" / "scans")
    monkeypatch.chdir(tmp_path / "work")

    def run(*arguments: str) -> Answer:
        capsys.readouterr()
        code = 0
        try:
            cli.main(["security", *arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Answer(code, captured.out, captured.err)

    return run


def except_(config: Path, rule: str, expires: str) -> None:
    entry = f"{{rule: {rule}, owner: ann@example.com, reason: known, expires: {expires}}}"
    (config / "security.yaml").write_text(f"exceptions: [{entry}]\n")


def sent(tmp_path: Path) -> list[notices_sandbox.Sent]:
    return notices_sandbox.sent(tmp_path / "sandbox")


def test_what_blocks_is_shown_and_refused(slipway: Slipway) -> None:
    answer = slipway("gate", "scans/gitleaks.sarif")
    rows = [[cell.strip() for cell in row.split("│")[1:-1]] for row in answer.out.splitlines() if row.startswith("│")]
    commit = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"
    assert rows == [
        ["block", "critical", "gitleaks", "private-key", "tools/sign.py:4",
         f"private-key has detected secret for file tools/sign.py at commit {commit}."[:100] + "…",
         "2026-11-21"],
    ]  # fmt: skip
    assert (answer.code, answer.out.splitlines()[-1]) == (3, "refused: 1 critical blocks")


def test_what_does_not_block_passes(slipway: Slipway) -> None:
    document = json.loads(Path("scans/trivy-config.sarif").read_text())
    del document["runs"][0]["results"][1]
    Path("scans/fine.sarif").write_text(json.dumps(document))
    answer = slipway("gate", "scans/fine.sarif")
    assert (answer.code, answer.out.splitlines()[-1]) == (0, "passed: 1 medium to fix in time, 1 low noted")
    document["runs"][0]["results"] = []
    Path("scans/fine.sarif").write_text(json.dumps(document))
    assert slipway("gate", "scans/fine.sarif").out == "passed: nothing was found\n"


def test_a_folder_is_all_that_is_in_it_and_the_answer_may_be_data(slipway: Slipway) -> None:
    answer = slipway("gate", "scans", "scans/codeql.sarif", "--json")
    assert answer.code == 3
    assert answer.json["passed"] is False
    assert [len(answer.json[key]) for key in ("blocked", "warned", "noted", "excepted", "expired")] == [7, 4, 5, 0, 0]
    assert answer.json["blocked"][3] == {
        "tool": "CodeQL", "rule": "py/sql-injection", "severity": "high", "path": "api/app/query.py", "line": 42,
        "message": "This SQL query depends on a [user-provided value](1).", "fingerprint": "bc20f03accee468e:1",
        "fix_until": "2026-11-22",
    }  # fmt: skip


def test_an_exception_and_its_end(slipway: Slipway, config: Path) -> None:
    except_(config, "private-key", "2026-11-21")
    excepted = slipway("gate", "scans/gitleaks.sarif")
    assert (excepted.code, excepted.out.splitlines()[-1]) == (0, "passed: 1 excepted")
    except_(config, "private-key", "2026-11-20")
    expired = slipway("gate", "scans/gitleaks.sarif")
    assert (expired.code, expired.out.splitlines()[-2:]) == (3, [
        "expired: security.yaml: exceptions.0: the exception of private-key has expired on 2026-11-20, and the finding counts again. "
        + "Fix it, or have ann@example.com answer for it until another day, with a reason of today.",
        "refused: 1 critical blocks",
    ])  # fmt: skip


def test_a_scanner_that_could_not_scan_is_told_and_blocks_nothing(slipway: Slipway) -> None:
    Path("scans/trivy.skipped").write_text("\x1b[31mthe database cannot be\nreached ")
    Path("scans/other.skipped").write_text("")
    said = [
        "remark: other was skipped: it does not say why",
        "remark: trivy was skipped: [31mthe database cannot be reached",
    ]
    for path in Path("scans").glob("*.sarif"):
        if path.stem != "trivy-config":
            path.unlink()
    for asked in (("scans/trivy-config.sarif",), ("scans",), ("scans/trivy-config.sarif", "scans/trivy.skipped")):
        answer = slipway("gate", *asked)
        assert [row for row in answer.out.splitlines() if row.startswith("remark")] == said
        assert answer.code == 3
    only = slipway("gate", "scans/trivy.sarif")
    assert (only.code, only.out.splitlines()) == (0, [*said, "passed: nothing was found"])


def test_bad_input(slipway: Slipway, tmp_path: Path) -> None:
    Path("scans/bad.sarif").write_text("{")
    Path("scans/old.sarif").write_text('{"version": "1.0.0", "runs": []}')
    Path("empty").mkdir()
    answer = slipway("gate", "scans/bad.sarif", "scans/old.sarif", "scans/none.sarif", "empty", "--json")
    assert answer.code == 2
    assert [(each["file"], each["key"]) for each in answer.json["problems"]] == [
        ("scans/none.sarif", ""), ("empty", ""), ("scans/bad.sarif", ""), ("scans/old.sarif", "version"),
    ]  # fmt: skip
    assert slipway("gate").code == 2


def test_what_is_too_large_is_not_read(slipway: Slipway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "LARGEST", 2**20)
    with open("scans/huge.sarif", "wb") as file:
        file.truncate(2**20 + 1)
    answer = slipway("gate", "scans/huge.sarif")
    assert (answer.code, "scans/huge.sarif: it is larger than 1 MiB" in answer.err) == (2, True)


def test_people_are_told_where_there_is_a_channel_for_it(slipway: Slipway, tmp_path: Path) -> None:
    assert slipway("gate", "scans", "--notice").code == 3
    (told,) = sent(tmp_path)
    notice = told.notice
    assert (told.channel, notice.environment, notice.who) == ("#security", "staging", "ann@example.com")
    assert (notice.kind, notice.severity) == ("security", "critical")
    assert notice.title == "Security: 3 critical and 4 high block, 4 medium to fix in time, 5 low noted"
    lines = notice.reason.splitlines()
    assert lines[0] == "critical: py/full-ssrf in api/app/fetch.py:18, until 2026-11-21"
    assert (len(lines), lines[-1]) == (11, "and 1 more")
    assert "detected secret" not in notice.reason


def test_nobody_is_told_unless_asked_or_of_what_is_only_noted(slipway: Slipway, tmp_path: Path, config: Path) -> None:
    (config / "security.yaml").write_text("severities: {critical: {action: note}}")
    assert slipway("gate", "scans/codeql.sarif").code == 3
    assert slipway("gate", "scans/gitleaks.sarif", "--notice").code == 0
    assert sent(tmp_path) == []


@pytest.mark.parametrize("fault", ["undelivered", "broken stack", "nobody"])
def test_a_notice_that_does_not_arrive_changes_nothing(
    slipway: Slipway, tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    if fault == "undelivered":
        (tmp_path / "sandbox" / notices_sandbox.FILE).mkdir(parents=True)
    elif fault == "broken stack":
        (config / "Pulumi.dev.yaml").write_text("config: {slipway:kind: environment}")
    else:
        monkeypatch.setattr(security_notice, "told_by", lambda config_dir: None)
    answer = slipway("gate", "scans/gitleaks.sarif", "--notice", "--json")
    assert (answer.code, len(answer.json["blocked"])) == (3, 1)
    said = {"undelivered": "did not arrive", "broken stack": "nobody is told", "nobody": "nobody is told"}[fault]
    assert said in answer.err


def test_findings_are_uploaded_to_the_repository_of_the_code(slipway: Slipway, tmp_path: Path) -> None:
    answer = slipway("upload", "scans/trivy-image.sarif", "scans/codeql.sarif", *MAIN)
    assert (answer.code, answer.out.splitlines()) == (0, [
        "scans/trivy-image.sarif is on the Security tab of ampersand/server",
        "scans/codeql.sarif is on the Security tab of ampersand/server",
    ])  # fmt: skip
    analyses = github_records.load(tmp_path / "sandbox").repository("ampersand/server").analyses
    assert [(each.commit, each.ref, each.tools) for each in analyses] == [
        (COMMIT, "refs/heads/main", [("Trivy", "trivy-image", 6)]),
        (COMMIT, "refs/heads/main", [("CodeQL", "/language:python", 4)]),
    ]


def test_the_real_one_gets_it_compressed(slipway: Slipway, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as github:
        here = github.repository("ampersand/server")
        for name, value in {**github.environment, "SLIPWAY_ENGINE": "pulumi"}.items():
            monkeypatch.setenv(name, value)
        answer = slipway("upload", "scans/gitleaks.sarif", *MAIN, "--json")
        (made,) = here.analyses
        missing = slipway("upload", "scans/gitleaks.sarif", "--commit", "short", "--ref", "main")
    assert answer.json == {
        "uploaded": [{"file": "scans/gitleaks.sarif", "id": made.id, "repository": "ampersand/server"}]
    }
    (run,) = made.sarif["runs"]
    assert run["automationDetails"] == {"id": "gitleaks/"}
    assert len(run["results"]) == 1
    assert "what would be the secret" not in json.dumps(made.sarif)
    assert (missing.code, "--commit: 'short'" in missing.err, "--ref: 'main'" in missing.err) == (2, True, True)


def test_scans_of_one_tool_are_told_apart_and_what_tells_them_apart_already_stays() -> None:
    run = {
        "tool": {"driver": {"name": "Trivy"}},
        "results": [{"locations": [{"physicalLocation": {"region": {"snippet": 1}}}]}],
    }
    runs = [run, run, {**run, "automationDetails": {"id": "own/1"}}]
    text = json.dumps({"version": "2.1.0", "runs": runs}).encode()
    sent_runs = json.loads(prepared(Report("scans/api.sarif", text, scans.sarif.Scan(()))))["runs"]
    assert [each["automationDetails"]["id"] for each in sent_runs] == ["api/", "api-2/", "own/1"]
    assert [each["results"] for each in sent_runs] == [run["results"]] * 3


def test_where_nothing_may_be_skipped_a_scanner_that_has_not_scanned_blocks(slipway: Slipway) -> None:
    for path in Path("scans").glob("*.sarif"):
        path.unlink()
    Path("scans/trivy.skipped").write_text("unauthorized: authentication required\n")
    assert slipway("gate", "scans").code == 0
    answer = slipway("gate", "scans", "--complete")
    assert (answer.code, answer.out.splitlines()[-1]) == (3, "refused: nobody knows what trivy would have found")
    assert slipway("gate", "scans", "--complete", "--json").json["skipped"] == ["trivy"]


def test_a_folder_of_code_is_judged_without_a_program_and_nothing_is_written(
    slipway: Slipway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As in the build of a pull request: what runs there may not write, and has no config."""
    monkeypatch.setattr(place, "PROJECT_FILE", "no-such-program.yaml")
    monkeypatch.delenv(place.CONFIG_DIR)
    for path in Path("scans").glob("*.sarif"):
        if path.stem != "trivy-config":
            path.unlink()
    before = sorted(Path().rglob("*"))
    answer = slipway("gate", "scans")
    assert answer.code == 3
    assert f"remark: there is no security.yaml in {tmp_path / 'work'}: the defaults count" in answer.out.splitlines()
    Path("security.yaml").write_text("severities: {high: {action: warn, days: 7}}\n")
    assert slipway("gate", "scans").code == 0
    assert slipway("gate", "scans", "--config-dir", "nowhere").code == 2
    Path("security.yaml").unlink()
    assert sorted(Path().rglob("*")) == before
    assert not (tmp_path / "sandbox").exists()
