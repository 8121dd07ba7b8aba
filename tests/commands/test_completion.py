"""What shells are told when they ask, by their own protocol; always quick and quiet, whatever state the files are in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from delivery import completion, place
from delivery.ledger import Ledger
from delivery.release_entries import LEDGER
from model.catalogue import FILE
from pipelines import triggers
from tests.commands.conftest import RELEASES, Slipway
from tests.lifecycle.commands import CATALOGUE, PROGRAM

ASKED = "_SLIPWAY_COMPLETE"
BASH = shutil.which("bash")
Complete = Callable[[str], list[str]]


@pytest.fixture
def folder(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config of the test's own, with a preview."""
    own = tmp_path / "config"
    shutil.copytree(config, own)
    (own / "Pulumi.pr-42.yaml").write_text("config: {slipway:kind: preview}\n")
    monkeypatch.setenv(place.CONFIG_DIR, str(own))
    return own


@pytest.fixture
def complete(slipway: Slipway, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Complete:
    """What bash is told where the cursor stands at the end of a line. Nothing goes to stderr."""
    monkeypatch.setenv(place.CONFIG_DIR, str(folder))
    monkeypatch.setenv(ASKED, "complete_bash")

    def ask(line: str) -> list[str]:
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
        answer = slipway()
        assert (answer.code, answer.err) == (0, "")
        return answer.out.split()

    return ask


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("slipway pro", ["promote"]),
        ("slipway pr ", ["open", "plan", "close", "follow", "list", "show", "extend", "sleep", "wake", "sweep"]),
        ("slipway git", []),
        ("slipway promote prod --d", ["--dry-run"]),
        ("slipway up ", ["dev", "pr-42", "prod", "shared", "staging"]),
        ("slipway notices list -", ["--engine", "--config-dir", "--json", "--help"]),
        ("slipway plan dev st", ["staging"]),
        ("slipway promote ", ["dev", "prod", "staging"]),
        ("slipway promote prod --from ", ["dev", "prod", "staging"]),
        ("slipway promote prod --from=st", ["staging"]),
        ("slipway promote prod --service to", ["token-manager"]),
        ("slipway promote prod --service ", [*CATALOGUE.services]),
        ("slipway pr open 42 --changed api,me", ["api,messenger", "api,metrics"]),
        ("slipway pr show ", ["42"]),
        ("slipway deploy dev ", [*reversed(RELEASES)]),
        ("slipway rollback dev --to 2026.01.30", [RELEASES[0]]),
        ("slipway release diff 2026.01.30.0001 ", [*reversed(RELEASES)]),
        ("slipway pipeline show promote-", ["promote-staging", "promote-prod"]),
        ("slipway sandbox build ", [*triggers.all_of(PROGRAM)]),
        ("slipway pipeline show main --format ", ["table", "yaml", "graph"]),
        ("slipway --engine ", ["sandbox", "pulumi"]),
        ("slipway sandbox fault plan gcp:pubsub/topic:Topic cr", ["create"]),
        ("slipway graph dev --output ", []),
    ],
)  # fmt: skip
def test_bash_is_told(line: str, words: list[str], complete: Complete) -> None:
    assert complete(line) == words


@pytest.mark.parametrize("line", ["slipway --config-dir {} up d", "slipway up --config-dir {} d"])
def test_names_come_from_the_folder_that_is_named(
    line: str, complete: Complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "Pulumi.demo.yaml").touch()
    assert complete(line.format(tmp_path / "other")) == ["demo"]


def test_zsh_and_fish_are_told_with_a_meaning_in_one_line(
    slipway: Slipway, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(place.CONFIG_DIR, str(folder))
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "slipway deploy dev ")
    monkeypatch.setenv(ASKED, "complete_zsh")
    newest, oldest = (f'"{release}":"c0ffee000000"' for release in reversed(RELEASES))
    assert slipway().out == f"_arguments '*: :(({newest}\n{oldest}))'\n"
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "slipway plan dev --comm")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    monkeypatch.setenv(ASKED, "complete_fish")
    assert slipway().out == "--comment\tShow the plans as one comment on this pull request of the...\n"
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "slipway pipeline show ")
    assert len(slipway().out.splitlines()) == len(triggers.all_of(PROGRAM))


def test_of_many_releases_the_newest_are_told_and_older_ones_by_their_beginning(
    complete: Complete, folder: Path
) -> None:
    ids = [f"2026.{month:02}.01.{number:04}" for month in (2, 3) for number in range(1, 61)]
    lines = [
        json.dumps({"event": "recorded", "facts": {"id": id_, "commit": "1" * 40}}, separators=(",", ":"))
        for id_ in ids
    ]
    (folder / completion.RELEASES).write_text("\n".join(lines) + '\n{"event":"recorded","facts":{"id":"torn')
    assert complete("slipway deploy dev ") == ids[: -completion.MOST_RELEASES - 1 : -1]
    assert complete("slipway deploy dev 2026.02.01.000") == ids[8::-1]


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[1]", b"services: 3\n", b""])
@pytest.mark.parametrize("line", ["slipway promote st", "slipway promote prod --service a", "slipway pipeline show m",
                                  "slipway deploy dev 2"])  # fmt: skip
def test_broken_files_complete_to_nothing(line: str, content: bytes, complete: Complete, folder: Path) -> None:
    assert complete(line)
    for name in ("Pulumi.staging.yaml", "services.yaml", completion.RELEASES):
        (folder / name).write_bytes(content)
    assert complete(line) == []


def test_a_stack_that_cannot_be_read_hides_no_other(complete: Complete, folder: Path) -> None:
    (folder / "Pulumi.dev.yaml").write_text("config: {")
    assert complete("slipway promote ") == ["prod", "staging"]
    assert complete("slipway up d") == ["dev"]


def test_a_folder_that_is_not_there_completes_to_nothing(complete: Complete, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(place.CONFIG_DIR, "/nowhere")
    assert complete("slipway up ") == []
    assert complete("slipway pro") == ["promote"]


def test_files_are_called_as_those_who_write_them_say(tmp_path: Path) -> None:
    assert completion.CATALOGUE == FILE
    assert tmp_path / completion.RELEASES == Ledger(tmp_path, LEDGER).path


def test_nothing_slow_is_imported_for_it(folder: Path) -> None:
    program = f"""
import os, sys
from delivery import cli
slow = {{"pulumi", "pulumi_gcp", "grpc", "requests", "sqlite3", "model.environment"}}
for line in sys.argv[1:]:
    os.environ.update(COMP_WORDS=line, COMP_CWORD=str(len(line.split(" ")) - 1), {ASKED}="complete_bash")
    try:
        cli.main([])
    except SystemExit:
        print(line, *sorted(slow & set(sys.modules)), sep=";")
"""
    # Triggers are made of all files together, as the models read them.
    quick = [
        "slipway u",
        "slipway up d",
        "slipway promote d",
        "slipway promote prod --service a",
        "slipway deploy dev 2",
    ]
    done = subprocess.run(
        [sys.executable, "-c", program, *quick, "slipway pipeline show m"],
        cwd=PROGRAM, env={**os.environ, place.CONFIG_DIR: str(folder)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = [line for line in done.stdout.splitlines() if line.startswith("slipway ")]
    assert told == [*quick, "slipway pipeline show m;model.environment"]


@pytest.mark.skipif(BASH is None, reason="there is no bash")
def test_a_real_bash_completes(folder: Path) -> None:
    script = f"""
eval "$({ASKED}=source_bash slipway)"
complete -p slipway
COMP_WORDS=(slipway rollback prod --to 2026.01.3); COMP_CWORD=4
_slipway_completion slipway
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    search = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        [str(BASH), "--norc", "-c", script],
        cwd=PROGRAM, env={**os.environ, "PATH": search, place.CONFIG_DIR: str(folder)}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["complete -o default -F _slipway_completion slipway", *reversed(RELEASES)]
    assert done.stderr == ""
