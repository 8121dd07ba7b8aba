"""The files that are spoiled, each in its folder beside good ones, and what loading them says."""

from __future__ import annotations

import json
import random
import re
import shutil
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from delivery import preview_base
from model.catalogue import FILE as CATALOGUE
from model.catalogue import load_catalogue
from model.environment import Environment
from model.errors import ConfigError, Problem
from model.findings import FILE as SECURITY
from model.findings import load_policy
from model.order import order
from model.policies import FILE as POLICIES
from model.policies import load_exceptions
from model.schema import CATALOGUE_FILE, POLICIES_FILE, SECURITY_FILE, STACK_FILE, files
from model.shared_rules import shared_stacks, unmet
from model.stacks import load_environment, stacks
from model.together import check_together
from pipelines import triggers
from policies.rules import RULES
from tests.fuzz import spoiled
from tests.fuzz.keys import Path as Key
from tests.fuzz.keys import config_of, keys

PROGRAM = Path(__file__).resolve().parents[2]
FOLDERS = (PROGRAM, *sorted(path.parent for path in PROGRAM.glob("examples/*/Pulumi.yaml")))
PREVIEW, TEMPLATE = "Pulumi.pr-42.yaml", "Pulumi.pr.yaml"
REQUEST = "  slipway:pullRequest: {number: 42, branch: fix-login, commit: null, fork: false}\n"
EXCEPTION = "  - {rule: probes, owner: ann@example.com, reason: not yet, expires: 2026-12-31"
EXCEPTIONS = {
    SECURITY: f"severities:\n  high: {{action: block, days: 1}}\nexceptions:\n{EXCEPTION}, path: a/*, tool: Trivy}}\n",
    POLICIES: f"exceptions:\n{EXCEPTION}, resource: Deployment api, stack: dev}}\n",
}

WHOLE = re.compile(
    r"it must be a mapping|it cannot be read|it is no YAML|there is no |no scanner |no stack |it is the template|'\w+' is the name"
)
"""How a refusal begins that is of a file as a whole, and so has no key."""


@dataclass(frozen=True)
class Base:
    """A good file."""

    folder: Path
    name: str
    text: str

    def put(self, text: str) -> None:
        """Write another text in its place."""
        (self.folder / self.name).write_bytes(text.encode("utf-8", "surrogatepass"))

    def check(self) -> None:
        """All that commands ask of the folder before they begin. Raises ConfigError."""
        if self.name in EXCEPTIONS:
            load_policy(self.folder)
            load_exceptions(self.folder, [rule.id for rule in RULES])
            return
        catalogue = load_catalogue(self.folder)
        order(self.folder)
        loaded = {stack: load_environment(stack, self.folder) for stack in stacks(self.folder)}
        for stack, each in loaded.items():
            check_together(stack, each, catalogue)
        template = self.folder / TEMPLATE
        if template.exists():
            preview_base.named(template.read_text(encoding="utf-8"), self.folder)
        problems = [
            problem
            for name, shared in shared_stacks(self.folder).items()
            for stack, each in loaded.items()
            if isinstance(each, Environment)
            for problem in unmet(stack, each, name, shared)
        ]
        if problems:
            raise ConfigError(*problems)
        triggers.all_of(self.folder)


@dataclass
class Told:
    """How many inputs were taken and refused, and what went wrong with others."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def file(self, base: Base, given: spoiled.Spoiled) -> None:
        """Load a spoiled file, and put the good one back."""
        base.put(given.text)
        where = f"{base.folder.name}/{base.name}: {given.what}"
        try:
            base.check()
        except ConfigError as error:
            self.counts["refused"] += 1
            self.wrong += [f"{where}: {each!r}" for each in error.problems if not complete(each)]
        except Exception:  # noqa: BLE001 - whatever else it is, it is what is looked for
            self.counts["broke"] += 1
            self.wrong.append(f"{where}:\n{traceback.format_exc(limit=-6)}")
        else:
            self.counts["accepted"] += 1
        finally:
            base.put(base.text)


def complete(problem: Problem) -> bool:
    """Whether a refusal says where and what to do. What is wrong with a file as a whole has no key."""
    whole = WHOLE.match(problem.problem)
    return bool(problem.file and (problem.key or whole) and problem.problem.strip() and problem.remedy.strip(". "))


def bases(folder: Path) -> Iterator[tuple[Base, list[Key]]]:
    """Each good file, copied below `folder`, with all keys that it may have."""
    schemas: dict[str, Any] = {name: json.loads(text) for name, text in files().items()}
    for source in FOLDERS:
        copied = folder / source.name
        copied.mkdir()
        for path in (*source.glob("Pulumi.*.yaml"), source / CATALOGUE):
            shutil.copy(path, copied)
        if (copied / TEMPLATE).exists():
            (copied / PREVIEW).write_text((copied / TEMPLATE).read_text() + REQUEST)
        for name, text in EXCEPTIONS.items():
            (copied / name).write_text(text)
        for path in sorted(copied.iterdir()):
            yield Base(copied, path.name, path.read_text()), keys(_schema(schemas, path.name, path.read_text()))


def _schema(schemas: dict[str, Any], name: str, text: str) -> dict[str, Any]:
    fixed = {CATALOGUE: CATALOGUE_FILE, SECURITY: SECURITY_FILE, POLICIES: POLICIES_FILE}
    if name in fixed:
        return schemas[fixed[name]]
    return config_of(schemas[STACK_FILE], spoiled.read(text)["config"]["slipway:kind"])


def inputs(
    found: Sequence[tuple[Base, list[Key]]], each: int, rng: random.Random
) -> Iterator[tuple[Base, spoiled.Spoiled]]:
    """For every key of every kind of file so many inputs, in files that have most of what the key stands below."""
    of_key: dict[tuple[str, Key], list[Base]] = {}
    for base, known in found:
        kind = base.name if base.name in (CATALOGUE, *EXCEPTIONS) else spoiled.read(base.text)["config"]["slipway:kind"]
        for key in known:
            of_key.setdefault((kind, key), []).append(base)
    for (_, key), candidates in of_key.items():
        most = max(spoiled.holds(spoiled.read(base.text), key) for base in candidates)
        fitting = [base for base in candidates if spoiled.holds(spoiled.read(base.text), key) == most]
        for _ in range(each):
            base = rng.choice(fitting)
            yield base, spoiled.at(base.text, key, rng)
    for base, _ in found:
        for _ in range(each * 2):
            yield base, spoiled.anywhere(base.text, rng)
