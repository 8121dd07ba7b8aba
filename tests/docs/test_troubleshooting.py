"""Every message that the page for troubleshooting quotes is one that the code prints."""

from __future__ import annotations

import ast
import functools
import re

import pytest

from delivery.errors import ExitCode
from tests.lifecycle.commands import PROGRAM

PAGE = (PROGRAM / "docs" / "how-to" / "troubleshooting.md").read_text()
ROOMS = ("model", "wiring", "delivery", "sandbox", "pipelines", "migrations")
HOLE = "\0"
QUOTED = re.compile(r"^\| (.*?) \|", re.MULTILINE)
NO_MESSAGES = {"a quota is exceeded", "a notice does not come"}
"""What Google and nobody say."""


def quoted() -> list[str]:
    """What stands in backticks in the first cell of each row of a table of messages."""
    cells = [
        cell for part in PAGE.split("\n## ")[1:] for cell in QUOTED.findall(part) if cell not in ("it says", "---")
    ]
    bare = {cell for cell in cells if "`" not in cell}
    assert bare == NO_MESSAGES
    return [text for cell in cells for text in re.findall(r"`([^`]+)`", cell)]


@functools.cache
def printed() -> tuple[str, ...]:
    """Every text in the code, with a hole for each value that is put in."""
    found: list[str] = []
    for room in ROOMS:
        for path in (PROGRAM / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.JoinedStr):
                    found.append("".join(str(it.value) if isinstance(it, ast.Constant) else HOLE for it in node.values))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.append(node.value)
    return tuple(found)


@pytest.mark.parametrize("message", quoted())
def test_a_message_is_one_that_the_code_prints(message: str) -> None:
    pattern = re.compile(".*".join(re.escape(part) for part in message.split("…")), re.DOTALL)
    assert any(pattern.search(text) for text in printed()), f"nothing prints {message!r}"


def test_the_table_of_exit_codes_has_each_of_them() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d) \|", PAGE, re.MULTILINE)}
    assert told == set(ExitCode) - {ExitCode.DONE, ExitCode.INTERRUPTED}
