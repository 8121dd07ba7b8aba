"""The page of secrets and variables names what the code reads, and nothing that it does not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import get_args

from model.shared import PipelineSecret
from model.stacks import SECRET_KEYS, SECRETS
from pipelines import steps
from tests.lifecycle.commands import PROGRAM

PAGE = (PROGRAM / "docs" / "reference" / "secrets-and-variables.md").read_text()
ROOMS = ("model", "components", "wiring", "delivery", "sandbox", "pipelines", "migrations", "costs")
NAME = re.compile(
    r"(?:SLIPWAY|PULUMI|GITHUB|GH|SLACK|CLOUDSDK|GIT_SSH|SMOKE|DATABASE|REDIS|TEMPORAL)(?:_[A-Z]+)+|GIT_SSH"
    r"|GOOGLE_(?:CLOUD_PROJECT|CREDENTIALS|OAUTH_ACCESS_TOKEN)|PG[A-Z]+"
)


def rows(heading: str) -> list[str]:
    """The first cell of each row of a part's table."""
    part = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]


def variables(*headings: str) -> set[str]:
    return {name for each in headings for cell in rows(each) for name in re.findall(r"`([^`]+)`", cell)}


def constants() -> Iterator[str]:
    """Every text in the code that is the name of a variable of one of these families."""
    for room in ROOMS:
        for path in (PROGRAM / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value):
                    yield node.value


def test_every_variable_of_the_code_is_on_the_page_and_no_other() -> None:
    told = variables("What the command reads", "What it sets for programs that it starts", "What a pod is given")
    built_from_parts = {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"}
    assert {name for name in told if NAME.fullmatch(name)} == {*constants()} | built_from_parts


def test_what_the_command_reads_is_not_told_of_twice() -> None:
    read, given = variables("What the command reads"), variables("What it sets for programs that it starts")
    assert read & given == set()


def test_every_secret_of_the_models_is_on_the_page_and_no_other() -> None:
    told = {re.findall(r"`(slipway:[^`]+)`", cell)[0] for cell in rows("Secrets")}
    of_builds = {f"slipway:{SECRETS}.{name}" for name in get_args(PipelineSecret)}
    assert told == of_builds | {f"slipway:{SECRETS}.NAME"} | {f"slipway:{key}" for key in SECRET_KEYS}


def test_the_page_says_in_which_variable_builds_have_their_secrets() -> None:
    for secret, variable in steps.VARIABLES.items():
        assert re.search(rf"^\| `slipway:secrets\.{secret}` .* as `{variable}` \|$", PAGE, re.MULTILINE)
