"""What the documents say is so: links lead somewhere, commands and targets exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from delivery.cli import app
from tests.lifecycle.commands import PROGRAM

DOCUMENTS = sorted([PROGRAM / "README.md", *(PROGRAM / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
CODE = re.compile(r"`[^`\n]+`")
"""In which brackets are patterns, not links."""
COMMAND = re.compile(r"`(?:\.venv/bin/)?slipway ([^`]+)`")


def named(document: Path) -> str:
    return str(document.relative_to(PROGRAM))


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_links_lead_somewhere(document: Path) -> None:
    text = CODE.sub("", document.read_text())
    links = [link for link in LINK.findall(text) if not link.startswith("http")]
    assert [link for link in links if not (document.parent / link).exists()] == []


def verbs(text: str) -> list[str]:
    """The words of each `slipway ...` in the text that are neither options nor values."""
    return [shlex.split(found.replace("…", ""))[0] for found in COMMAND.findall(text) if not found.startswith("-")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_commands_exist(document: Path) -> None:
    named_commands = {each.name or str(getattr(each.callback, "__name__", "")) for each in app.registered_commands}
    known = named_commands | {str(group.name) for group in app.registered_groups}
    assert set(verbs(document.read_text())) - known == set()


def test_the_readme_names_every_make_target_that_it_shows_and_no_other() -> None:
    targets = set(re.findall(r"^([a-z]+):", (PROGRAM / "Makefile").read_text(), re.MULTILINE))
    shown = set(re.findall(r"(?:`|^)make ([a-z]+)", (PROGRAM / "README.md").read_text(), re.MULTILINE))
    assert shown <= targets
    assert shown >= {"demo", "test"}
