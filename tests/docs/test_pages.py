"""The index of guides, the change log and what contributors are told name what there is."""

from __future__ import annotations

import inspect
import re
import sys
import tomllib

from delivery import guards
from tests.docs.test_documents import LINK
from tests.lifecycle.commands import PROGRAM

GUIDES = PROGRAM / "docs" / "how-to"
INDEX = (GUIDES / "README.md").read_text()
CONTRIBUTING = (PROGRAM / "CONTRIBUTING.md").read_text()


def test_every_guide_is_in_the_index() -> None:
    linked = {link for link in LINK.findall(INDEX) if "/" not in link}
    assert linked == {path.name for path in GUIDES.glob("*.md")} - {"README.md"}


def test_every_guide_with_commands_is_typed_by_a_test() -> None:
    tests = "\n".join(path.read_text() for path in (PROGRAM / "tests").rglob("test_*.py"))
    typed = {path.name for path in GUIDES.glob("*.md") if "\n```sh" in path.read_text()}
    assert {name for name in typed if f'"{name}"' not in tests} == set()


def test_the_newest_version_of_the_change_log_is_the_project_s() -> None:
    versions = re.findall(r"^## \[([^\]]+)\]", (PROGRAM / "CHANGELOG.md").read_text(), re.MULTILINE)
    project = tomllib.loads((PROGRAM / "pyproject.toml").read_text())["project"]["version"]
    assert versions[:2] == ["Unreleased", project]


def test_contributors_are_told_of_targets_that_there_are() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROGRAM / "Makefile").read_text(), re.MULTILINE))
    told = set(re.findall(r"`make ([a-z-]+)`", CONTRIBUTING)) | set(
        re.findall(r"^make (\S+)", CONTRIBUTING, re.MULTILINE)
    )
    assert told <= targets
    assert {target for target in targets if target.startswith("test-")} <= told


def test_contributors_are_told_of_files_that_there_are() -> None:
    said = re.findall(
        r"`((?:model|components|wiring|delivery|sandbox|costs|migrations|tests|docs)/[\w./-]*[\w/])`", CONTRIBUTING
    )
    assert len(said) >= 10
    assert [path for path in said if not (PROGRAM / path.replace("NAME", "topic")).exists()] == []


def test_the_page_on_releases_has_a_row_for_every_guard() -> None:
    text = (PROGRAM / "DEPLOY.md").read_text().partition("## Guards")[2].partition("\n## ")[0]
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`([a-z-]+)`", row.split("|")[1])}
    modules = [sys.modules[guard.__module__] for guard in guards.GUARDS]
    known = {name for module in modules for name in re.findall(r'Refusal\(\s*"([a-z-]+)"', inspect.getsource(module))}
    assert told == known
    assert told > guards.PASSABLE
