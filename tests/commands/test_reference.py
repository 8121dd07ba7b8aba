"""The reference of commands is what the commands say, and they say something about everything."""

from __future__ import annotations

import re

from typer.core import TyperOption

from delivery.errors import ExitCode
from delivery.reference import MEANINGS, page
from tests.commands.reading import COMMANDS
from tests.lifecycle.commands import PROGRAM

PAGE = PROGRAM / "docs" / "reference" / "commands.md"


def test_the_page_is_what_the_commands_say() -> None:
    remedy = "write it anew: python -m delivery.reference > docs/reference/commands.md"
    assert PAGE.read_text() == page(), remedy


def test_every_command_has_a_section_of_its_own() -> None:
    sections = re.findall(r"^#+ `(slipway[^`]*)`$", PAGE.read_text(), re.MULTILINE)
    assert sections == [name for name, each in COMMANDS.items() if not each.hidden]


def test_every_command_argument_and_option_has_help() -> None:
    silent = [name for name, each in COMMANDS.items() if not each.help]
    silent += [
        f"{name} {each.opts[0]}" for name, command in COMMANDS.items() for each in command.params if not each.help
    ]
    assert silent == []


def test_every_option_that_takes_a_value_says_which() -> None:
    bare = [
        f"{name} {each.opts[0]}"
        for name, command in COMMANDS.items()
        for each in command.params
        if isinstance(each, TyperOption) and not each.is_flag and not (each.metavar or each.type_descriptor.choices)
    ]
    assert bare == []


def test_every_option_stands_on_the_page_with_its_help() -> None:
    told = PAGE.read_text().replace("\\", "")
    for name, command in COMMANDS.items():
        for each in command.params:
            if not command.hidden and isinstance(each, TyperOption):
                assert re.search(rf"^\| [^|]*`{each.opts[0]}[ `].*{re.escape(each.help or '')}", told, re.MULTILINE), (
                    name
                )


def test_every_exit_code_has_a_meaning() -> None:
    assert set(MEANINGS) == set(ExitCode)


def test_the_links_within_the_page_lead_somewhere() -> None:
    text = PAGE.read_text()
    headings = {title.replace("`", "").replace(" ", "-") for title in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) - headings == set()
