"""What a new team says of itself, from flags or asked for, checked before anything is made of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from model import names
from model.errors import ConfigError, Problem, split
from model.identifiers import ServiceName
from model.stack import ProjectId, ProjectNumber, Region
from model.stacks import LEDGERS

NAME_LIMIT = 20
"""Repositories, a bucket and a namespace are called like the system, with a word behind it."""
REGION = "us-west1"
TAKEN = ("shared", "pr", *LEDGERS)
"""What no environment can be called: stacks and files of other kinds have these names."""
_ENVIRONMENT = re.compile(r"(?P<name>[^=]*)=(?P<project>[^:]*)(:(?P<number>.*))?")
_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}")


@dataclass(frozen=True)
class EnvironmentAnswer:
    """An environment, and the Google Cloud project that it has for itself; a stand-in's number is made up."""

    name: str
    project: str
    number: str


@dataclass(frozen=True)
class Answers:
    """`environments` go from first to last. `owner` is who has the repositories on GitHub; `database` are the services that
    share one, none where there is none."""

    name: str
    region: str
    owner: str
    environments: Sequence[EnvironmentAnswer]
    services: Sequence[str]
    database: Sequence[str] = ()


def answered(
    name: str,
    environments: Sequence[str],
    services: Sequence[str],
    region: str = REGION,
    owner: str = "",
    database: Sequence[str] = (),
) -> Answers:
    """The answers as they were said. Raises ConfigError with everything that is wrong with them."""
    problems = [
        *_missing(name, environments, services),
        *(_problem("--name", *found) for found in wrong_name(name) if name),
        *(_problem("--region", *found) for found in _refused(Region, region, "region", "Write one such as us-west1")),
    ]
    if owner and not _OWNER.fullmatch(owner):
        problems.append(_problem("--owner", f"'{owner}' is no owner on GitHub", "Write an organisation or a login"))
    told: list[EnvironmentAnswer] = []
    for number, text in enumerate(environments, 1):
        found = list(wrong_environment(text))
        problems += [_problem("--environment", *each) for each in found]
        if not found:
            told.append(_environment(text, number))
    problems += [_problem("--service", *found) for text in services for found in wrong_service(text)]
    problems += _twice("--environment", [each.name.lower() for each in told])
    problems += _twice("--environment", [each.project for each in told])
    problems += _twice("--service", services)
    problems += [
        _problem("--database", f"there is no service '{each}'", f"Write one of: {', '.join(services)}")
        for each in database
        if each not in services
    ]
    if problems:
        raise ConfigError(*problems)
    return Answers(name, region, owner or name, told, tuple(services), tuple(dict.fromkeys(database)))


def wrong_name(name: str) -> Iterator[tuple[str, str]]:
    """Why a system cannot be called so."""
    try:
        names.label(name, "a system", NAME_LIMIT)
    except ValueError as error:
        yield split(str(error))


def wrong_environment(text: str) -> Iterator[tuple[str, str]]:
    """Why that is no NAME=PROJECT."""
    match = _ENVIRONMENT.fullmatch(text)
    if not match:
        yield f"'{text}' is no environment", "Write NAME=PROJECT or NAME=PROJECT:NUMBER, such as dev=acme-dev"
        return
    name = match["name"]
    if name.lower() in TAKEN or names.PREVIEW.fullmatch(name.lower()):
        yield f"'{name}' is what something else is called", "Write another name, such as dev"
    else:
        try:
            names.build_account(f"rollback-{name}")
        except ValueError:
            remedy = "Write up to 15 letters, digits and hyphens, starting with a letter"
            yield f"'{name}' cannot name an environment", remedy
    yield from _refused(ProjectId, match["project"], "project id", "Write one such as acme-dev: 6 to 30 characters")
    if match["number"] is not None:
        number = match["number"]
        yield from _refused(ProjectNumber, number, "number of a project", "'gcloud projects describe' prints it")


def wrong_service(text: str) -> Iterator[tuple[str, str]]:
    """Why a service cannot be called so."""
    try:
        TypeAdapter(ServiceName).validate_python(text)
    except ValidationError as error:
        yield split(str(error.errors()[0]["ctx"]["error"]))
    if text in ("postgres", "cloud-sql-proxy"):
        yield f"'{text}' is the image that a database is administered with", "Write another name"


def refuse_folder(folder: Path) -> None:
    """Raises ConfigError where something is there already."""
    if folder.is_dir() and any(folder.iterdir()):
        what, remedy = f"{folder} is not empty", "Name a new folder, or an empty one."
        raise ConfigError(Problem("command line", "DIR", what, remedy))
    if folder.exists() and not folder.is_dir():
        raise ConfigError(Problem("command line", "DIR", f"{folder} is no folder", "Name a new folder."))


def _environment(text: str, number: int) -> EnvironmentAnswer:
    match = _ENVIRONMENT.fullmatch(text)
    assert match
    return EnvironmentAnswer(match["name"], match["project"], match["number"] or f"{100000000000 + number}")


def _missing(name: str, environments: Sequence[str], services: Sequence[str]) -> Iterator[Problem]:
    asked: dict[str, tuple[object, str]] = {
        "--name": (name, "Say what the system is called, such as --name acme"),
        "--environment": (environments, "Say each, first to last, such as --environment dev=acme-dev"),
        "--service": (services, "Say each, such as --service api"),
    }
    for key, (given, remedy) in asked.items():
        if not given:
            yield _problem(key, "it is missing, and nobody is here to be asked", remedy)


def _twice(key: str, said: Sequence[str]) -> Iterator[Problem]:
    for each in sorted({each for each in said if said.count(each) > 1}):
        yield _problem(key, f"'{each}' stands twice", "Write it once")


def _refused(type_: Any, value: str, what: str, remedy: str) -> Iterator[tuple[str, str]]:
    try:
        TypeAdapter(type_).validate_python(value)
    except ValidationError:
        yield f"'{value}' is no {what}", remedy


def _problem(key: str, what: str, remedy: str) -> Problem:
    return Problem("command line", key, what, remedy.rstrip(".") + ".")
