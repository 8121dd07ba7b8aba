"""The folder a program runs in: project, stack files, things and state, the same for both engines."""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path
from typing import Any

from tests.parity.step import Step
from tests.sandbox.engine.provider import Things
from tests.sandbox.engine.sdk import TEXT

PASSPHRASE = "parity"
SALT = "v1:4y38ViKB+Y0=:v1:2si4SwgTmv6ZTYVa:oiKpnNdb75TmBtS/6A6Ng8B5fc2XrA=="
"""One for all programs: the key for a salt costs a third of a second."""
HEAD = "import pulumi\nfrom things import Group, Provider, Thing, say, versioned\nOpts = pulumi.ResourceOptions\n"
PREFIX = "urn:pulumi:{stack}::proj::"


class Workspace:
    """One program's folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = root / "project"
        self.things = Things(root / "things.json")
        folder = self.project / "folder" / "sub"
        folder.mkdir(parents=True)
        (folder.parent / "one.txt").write_text("1")
        (folder / "two.txt").write_text("2" * 800)
        (self.project / "Pulumi.yaml").write_text(
            f"name: proj\nruntime: {{name: python, options: {{toolchain: pip, virtualenv: {sys.prefix}}}}}\n"
            "config:\n  proj:replicas: {type: integer, default: 3}\n"
        )
        (self.project / "things.py").write_text(TEXT)

    def prepare(self, step: Step) -> None:
        """The program, configuration and things as they are to be when the step runs."""
        if step.body is not None:
            (self.project / "__main__.py").write_text(HEAD + textwrap.dedent(step.body))
        path = self.project / f"Pulumi.{step.stack}.yaml"
        if step.config is not None or not path.exists():
            config = step.config if isinstance(step.config, str) else json.dumps(step.config or {})
            path.write_text(f"encryptionsalt: {SALT}\nconfig:\n{textwrap.indent(config, '  ')}\n")
        if step.drift:
            with self.things.store() as things:
                for id_, inputs in step.drift.items():
                    if inputs is None:
                        things.pop(id_, None)
                    else:
                        things[id_] = {"urn": "", "inputs": dict(inputs)}

    def urns(self, step: Step, ends: tuple[str, ...]) -> tuple[str, ...]:
        """The step's targets, given as types and names, as URNs."""
        return tuple(PREFIX.format(stack=step.stack) + end for end in ends)

    def document(self, step: Step) -> dict[str, Any] | None:
        """The stack's state file, if there is one."""
        path = self.root / "backend" / ".pulumi" / "stacks" / "proj" / f"{step.stack}.json"
        found: dict[str, Any] | None = json.loads(path.read_text()) if path.exists() else None
        return found

    def world(self) -> dict[str, Any]:
        """Inputs of the things that there are, by ID."""
        with self.things.store() as things:
            return {id_: thing["inputs"] for id_, thing in things.items()}
