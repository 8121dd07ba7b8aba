"""What a shell completes beside commands and options: the names that the config folder has.

Asked for at every press of a key: files are read as they are, not checked, and nothing is imported that a name does not need.
Whatever goes wrong, there is nothing to complete; the command itself will say what is wrong.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import typer

from model import names
from model.stack_files import stack_file
from model.stack_files import stacks as stack_names

Item = tuple[str, str]
"""A word, and what a shell with room for it shows beside it."""

Completer = Callable[[typer.Context, str], list[Item]]

CATALOGUE, RELEASES = "services.yaml", "releases/releases.jsonl"
"""As `model.catalogue` and `delivery.ledger` call them, which take longer to import than to answer."""

BESIDE = 60
"""Characters beside a word: what a terminal of 80 has room for."""

MOST_RELEASES = 50
"""Of thousands a list of all helps nobody; older ones are found by typing their year or month."""


def stacks(context: typer.Context, incomplete: str) -> list[Item]:
    """Stacks that have a file."""
    return _quietly(context, lambda config: [(name, "") for name in stack_names(config)])


def environments(context: typer.Context, incomplete: str) -> list[Item]:
    """Stacks of the kind `environment`; one whose file cannot be read is left out."""
    return _quietly(
        context, lambda config: [(name, "") for name in stack_names(config) if _is_environment(config, name)]
    )


def previews(context: typer.Context, incomplete: str) -> list[Item]:
    """Numbers of pull requests whose previews have a file."""
    return _quietly(
        context, lambda config: [(name[3:], name) for name in stack_names(config) if names.PREVIEW.fullmatch(name)]
    )


def services(context: typer.Context, incomplete: str) -> list[Item]:
    """Services of the catalogue."""

    def found(config: Path) -> list[Item]:
        from model.source import read_mapping

        return [(str(name), "") for name in read_mapping(config / CATALOGUE)["services"]]

    return _quietly(context, found)


def services_listed(context: typer.Context, incomplete: str) -> list[Item]:
    """Services, the last one of several between commas."""
    before = incomplete[: incomplete.rfind(",") + 1]
    return [(before + name, name) for name, _ in services(context, incomplete)]


def releases(context: typer.Context, incomplete: str) -> list[Item]:
    """Releases that begin so, newest first, each with its commit."""
    return _quietly(context, lambda config: _recorded(config, incomplete))


def triggers(context: typer.Context, incomplete: str) -> list[Item]:
    """Triggers of builds. They are made of all files together, so that this takes longer than the others."""

    def found(config: Path) -> list[Item]:
        from pipelines import triggers

        return [(name, trigger.what) for name, trigger in triggers.all_of(config).items()]

    return _quietly(context, found)


def one_of(*words: str) -> Completer:
    """Words that the code knows."""

    def complete(context: typer.Context, incomplete: str) -> list[Item]:
        return [(word, "") for word in words]

    return complete


def in_one_line(text: str) -> str:
    """What may stand beside a word: typer folds what is longer, and shells take the second line for another word."""
    return textwrap.shorten(text, BESIDE, placeholder="...")


def _quietly(context: typer.Context, found: Callable[[Path], Iterable[Item]]) -> list[Item]:
    from delivery import place

    try:
        return [(word, in_one_line(beside)) for word, beside in found(place.find(_config_dir(context)).config)]
    except Exception:  # noqa: BLE001 - a message would land in the middle of what is being typed
        return []


def _config_dir(context: Any) -> Path | None:
    """The option `--config-dir`, after the verb or before it."""
    while context is not None:
        if given := context.params.get("config_dir"):
            return Path(given)
        context = context.parent
    return None


def _is_environment(config: Path, stack: str) -> bool:
    from model.errors import ConfigError
    from model.source import read_mapping

    try:
        settings = read_mapping(config / stack_file(stack)).get("config")
    except ConfigError:
        return False
    return isinstance(settings, dict) and settings.get("slipway:kind") == "environment"


def _recorded(config: Path, incomplete: str) -> list[Item]:
    found: list[Item] = []
    whole = (config / RELEASES).read_bytes().split(b"\n")[:-1]
    for line in reversed(whole):
        if b'"event":"recorded"' in line and len(found) < MOST_RELEASES:
            facts = json.loads(line)["facts"]
            if facts["id"].startswith(incomplete):
                found.append((facts["id"], facts["commit"][:12]))
    return found
