"""Whatever is wrong on a command line ends with exit code 2, what is wrong, and what to write instead; never a traceback."""

from __future__ import annotations

import json

import pytest
import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from delivery import cli, command_line, endings, examples
from tests.commands.conftest import Slipway
from tests.commands.reading import COMMANDS, VERBS, read, words

PARTS = {name: each for name, each in COMMANDS.items() if isinstance(each, TyperGroup)}
NEEDY = [name for name, each in VERBS.items() if any(parameter.required for parameter in each.params)]
NUMBERED = [
    name
    for name, each in VERBS.items()
    if any(isinstance(it, TyperArgument) and it.metavar == "N" for it in each.params)
]
"""Commands that are about a pull request."""


def mistyped(word: str) -> str:
    """The same without a letter in the middle, such as `--dryrun`."""
    return word[: len(word) // 2] + word[len(word) // 2 + 1 :]


def long_options(command: TyperCommand | TyperGroup) -> list[str]:
    return [word for each in command.params if isinstance(each, TyperOption) for word in each.opts if word[:2] == "--"]


@pytest.mark.parametrize("name", PARTS)
def test_every_mistyped_command_is_recognised(name: str, slipway: Slipway) -> None:
    for word, each in PARTS[name].commands.items():
        given = f"{word}x"
        answer = slipway(*name.split()[1:], given)
        meant = f"error: command line: {name}: there is no command '{given}'. Did you mean '{word}'?\n"
        assert each.hidden or (answer.code, answer.err) == (2, meant)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_mistyped_option_is_recognised(name: str, slipway: Slipway) -> None:
    for option in long_options(COMMANDS[name]):
        given = mistyped(option)
        answer = slipway(*name.split()[1:], given)
        assert (answer.code, answer.err) == (
            2,
            f"error: command line: {given}: '{name}' has no such option. Did you mean '{option}'?\n",
        )


@pytest.mark.parametrize("name", NEEDY)
def test_what_a_command_needs_is_asked_for_with_an_example(name: str, slipway: Slipway) -> None:
    answer = slipway(*name.split()[1:])
    (missing, *_) = [each for each in VERBS[name].params if each.required]
    assert isinstance(missing, (TyperArgument, TyperOption))
    kind = "argument" if isinstance(missing, TyperArgument) else "option"
    assert f"'{name}' needs this {kind}. {(missing.help or '').rstrip('.')}. For example: {name} " in answer.err
    assert answer.code == 2


@pytest.mark.parametrize("name", [name for name, each in VERBS.items() if all(it.nargs == 1 for it in each.params)])
def test_what_is_too_much_is_refused_with_how_to_write_it(name: str, slipway: Slipway) -> None:
    answer = slipway(*words(examples.of(name)[0]), *(["surplus"] * len(VERBS[name].params)))
    assert "surplus" in answer.err
    assert f"Write '{name} [OPTIONS]" in answer.err
    assert answer.code == 2


@pytest.mark.parametrize("name", NUMBERED)
@pytest.mark.parametrize("number", ["0", "100000", "9" * 20])
def test_a_number_that_no_pull_request_has_is_refused(name: str, number: str, slipway: Slipway) -> None:
    answer = slipway(*name.split()[1:], number)
    assert "command line: N: input should be " in answer.err
    assert answer.code == 2


@pytest.mark.parametrize("name", VERBS)
def test_an_option_without_its_value_is_told_what_it_takes(name: str, slipway: Slipway) -> None:
    for each in VERBS[name].params:
        if isinstance(each, TyperOption) and not each.is_flag:
            option = each.opts[-1]
            answer = slipway(*words(examples.of(name)[0]), option)
            told = f"command line: {option}: option '{option}' requires an argument. {(each.help or '').rstrip('.')}."
            assert (told in answer.err, answer.code) == (True, 2), answer.err


@pytest.mark.parametrize("name", VERBS)
def test_a_value_of_another_kind_is_refused(name: str, slipway: Slipway) -> None:
    for each in VERBS[name].params:
        kind = each.type_descriptor
        if isinstance(each, TyperOption) and not each.is_flag and (kind.choices or kind.is_ranged):
            answer = slipway(*words(examples.of(name)[0]), each.opts[-1], "much")
            assert f"error: command line: {each.opts[-1]}: " in answer.err
            assert f"For example: {name}" in answer.err
            assert answer.code == 2


@pytest.mark.parametrize("name", [name for name in VERBS if "--config-dir" in long_options(VERBS[name])])
def test_a_folder_that_is_not_there_is_refused_by_every_command(name: str, slipway: Slipway) -> None:
    given = words(examples.of(name)[0])
    answer = slipway(*given, "--config-dir", "nowhere")
    assert answer.err.endswith("error: command line: --config-dir: there is no folder nowhere. Name a folder.\n")
    assert answer.code == 2
    assert read(examples.of(name)[0]).name == name


def test_a_command_of_a_group_is_found_outside_of_it(slipway: Slipway) -> None:
    assert slipway("sweep").err.endswith("there is no command 'sweep'. Did you mean 'slipway pr sweep'?\n")


def test_a_group_and_the_whole_say_what_there_is(slipway: Slipway) -> None:
    assert slipway("notices", "xyz").err.endswith("there is no command 'xyz'. Write one of: list, retry.\n")
    answer = slipway("--json")
    known = ", ".join(word for word, each in PARTS["slipway"].commands.items() if not each.hidden)
    assert answer.err == f"error: command line: slipway: the command is missing. Write one of: {known}.\n"
    assert answer.code == 2
    assert slipway("notices").code == 2


def test_a_program_reads_what_is_wrong(slipway: Slipway) -> None:
    answer = slipway("promote", "--json")
    (problem,) = json.loads(answer.out)["problems"]
    assert problem == {
        "file": "command line",
        "key": "ENV",
        "problem": "'slipway promote' needs this argument",
        "remedy": "An environment, such as dev. For example: slipway promote staging",
    }


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [
        (KeyboardInterrupt, 130, f"{endings.INTERRUPTED}\n"),
        (
            typer.Abort,
            1,
            "error: a question was left unanswered\n'slipway --help' shows what can be said beforehand.\n",
        ),
        (typer.Exit(4), 4, ""),
    ],
)
def test_a_command_ends_as_it_says(
    raised: type[BaseException] | BaseException, code: int, told: str, slipway: Slipway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def verb(**values: object) -> None:
        raise raised

    monkeypatch.setattr(command_line.built(cli.app, "status").commands["status"], "callback", verb)
    answer = slipway("status")
    assert (answer.code, answer.out, answer.err.lstrip("\n")) == (code, "", told)
