"""Every command shows examples, which its parser takes and which name what the default files have."""

from __future__ import annotations

from collections import Counter

import pytest

from delivery import examples
from delivery.examples import Example
from model import names
from model.errors import ConfigError
from model.shared import Shared
from model.stacks import load_environment, stacks
from pipelines import triggers
from tests.commands.conftest import Slipway
from tests.commands.reading import COMMANDS, VERBS, Read, read
from tests.lifecycle.commands import CATALOGUE, PROGRAM

ALL = examples.everything()
STACKS = ("STACK", "[STACK]...", "ENV", "[ENV]...", "OTHER")
IMAGES = ("IMAGE=DIGEST", "IMAGE=DIGEST...", "IMAGE@DIGEST", "IMAGE@DIGEST...")
SHARED = load_environment("shared", PROGRAM)
assert isinstance(SHARED, Shared)
KNOWN = {
    "stack": {*stacks(PROGRAM)},
    "service": {*CATALOGUE.services},
    "image": {*CATALOGUE.images},
    "trigger": {*triggers.all_of(PROGRAM)},
    "step image": {*SHARED.steps},
}


def test_every_command_has_one_to_four_examples() -> None:
    assert {name: len(examples.of(name)) for name in COMMANDS if not 1 <= len(examples.of(name)) <= 4} == {}


def test_no_example_is_of_a_command_that_is_gone() -> None:
    assert set(ALL) - set(COMMANDS) == set()


def test_every_example_says_what_it_is_for_in_a_sentence_and_once() -> None:
    for name, found in ALL.items():
        assert [each for each in found if not each.meaning.endswith(".")] == [], name
        assert [line for line, count in Counter(each.command for each in found).items() if count > 1] == [], name


@pytest.mark.parametrize("name", COMMANDS)
def test_the_parser_takes_every_example_of_a_command(name: str) -> None:
    for each in examples.of(name):
        found = read(each).name
        assert found == name if name in VERBS else found.startswith(f"{name} "), each.command


def test_a_line_that_the_parser_does_not_take_is_found() -> None:
    with pytest.raises(ConfigError, match="Did you mean '--dry-run'?"):
        read(Example("slipway promote prod --dryrun", ""))


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_name_what_the_default_files_have(name: str) -> None:
    assert [stray for each in examples.of(name) for stray in strays(read(each))] == []


def test_a_name_that_the_default_files_do_not_have_is_found() -> None:
    assert strays(read(Example("slipway promote canary --service billing", ""))) == ["stack canary", "service billing"]
    assert strays(read(Example("slipway pipeline show trunk", ""))) == ["trigger trunk"]


def strays(line: Read) -> list[str]:
    """What a line names that nothing has; what the shell puts in is its own."""
    found = {
        "stack": [stack for stack in line.named(*STACKS) if not names.PREVIEW.fullmatch(stack)],
        "service": [name for value in line.named("SERVICE", "SERVICE,...") for name in value.split(",") if name],
        "image": [value.partition("@")[0].partition("=")[0] for value in line.named(*IMAGES) if value[0] != "$"],
        "trigger": line.named("[TRIGGER]", *(["NAME"] if line.name.startswith("slipway pipeline ") else [])),
        "step image": line.named("[NAME]..."),
    }
    return [f"{kind} {name}" for kind, known in found.items() for name in known if name and name not in KNOWN[kind]]


def test_help_ends_with_the_examples_each_in_a_line_of_its_own(slipway: Slipway) -> None:
    for name in ("slipway", "slipway promote", "slipway pipeline", "slipway sandbox fault plan"):
        answer = slipway(*name.split()[1:], "--help")
        shown = [line.strip() for line in answer.out.partition(" Examples\n")[2].splitlines() if line.strip()]
        assert shown == [line for each in examples.of(name) for line in (each.command, each.meaning)], name
        assert answer.code == 0
