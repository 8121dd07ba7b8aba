"""A throwaway project on the test provider, brought up in this process."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox.engine import FileBackend, Project, RunRequest, RunResult, StackConfig, run, run_forked
from sandbox.engine.run import Mode, Resolve
from tests.sandbox.engine.provider import Things
from tests.sandbox.engine.sdk import TEXT

PASSPHRASE = "open sesame"


class Bench:
    """One project folder, one backend, one set of things."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = root / "project"
        self.project.mkdir()
        self.backend = FileBackend(root / "backend", PASSPHRASE)
        self.things = Things(root / "things.json")
        (self.project / "Pulumi.yaml").write_text("name: proj\nruntime: python\n")
        (self.project / "things.py").write_text(TEXT)

    def program(self, body: str) -> None:
        """What the program does, after importing the SDK."""
        head = (
            "import pulumi\nfrom things import Group, Provider, Thing, say, versioned\nOpts = pulumi.ResourceOptions\n"
        )
        (self.project / "__main__.py").write_text(head + textwrap.dedent(body))

    def request(self, mode: Mode, stack: str = "dev", env: Mapping[str, str] | None = None) -> RunRequest:
        """A run of the stack with the config in its file."""
        project = Project.load(self.project)
        config = StackConfig.load(self.project / f"Pulumi.{stack}.yaml", PASSPHRASE, project.name)
        values, keys = project.merged(config)
        return RunRequest(
            self.project, "proj", stack, mode, values, keys, env=env or {}, encryption_salt=config.salt or None
        )

    def run(self, mode: Mode = "up", stack: str = "dev", resolve: Resolve | None = None) -> RunResult:
        """Run the stack in this process."""
        return run(self.request(mode, stack), self.backend, lambda: {"test": self.things}, None, resolve)

    def up(self, body: str | None = None) -> RunResult:
        """Bring the stack up, which must work."""
        if body is not None:
            self.program(body)
        result = self.run()
        assert result.ok, result.diagnostics
        return result

    def forked(self, mode: Mode = "up", stack: str = "dev", resolve: Resolve | None = None) -> RunResult:
        """Run the stack in a child process."""
        return run_forked(self.request(mode, stack), self.backend, lambda: {"test": self.things}, None, resolve)

    def document(self, stack: str = "dev") -> dict[str, Any]:
        """The state file."""
        content: dict[str, Any] = json.loads(self.backend.path("proj", stack).read_text())
        return content

    def resources(self, stack: str = "dev") -> dict[str, dict[str, Any]]:
        """The state's resources by logical name; those waiting for deletion carry ` (deleted)`."""
        found = {}
        for item in self.document(stack)["checkpoint"]["latest"].get("resources", []):
            name = item["urn"].split("::", 3)[3] + (" (deleted)" if item.get("delete") else "")
            assert name not in found
            found[name] = item
        return found

    def world(self) -> dict[str, Any]:
        """The things that exist, inputs by name."""
        with self.things.store() as things:
            return {thing["inputs"]["name"]: thing["inputs"] for thing in things.values()}

    def called(self, *methods: str) -> list[tuple[str, str]]:
        """Calls of these methods so far, in order."""
        return [call for call in self.things.calls if call[0] in methods]


@pytest.fixture(autouse=True)
def compiled_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs here change within a second, and Python takes a file of the same second and length for the one that it has compiled."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def ops(result: RunResult) -> dict[str, str]:
    """What was done to each resource, by logical name, but for what stayed the same."""
    return {step.urn.split("::", 3)[3]: step.op for step in result.steps if step.op != "same"}
