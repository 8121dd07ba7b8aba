"""Pulumi's file backend: where the states of stacks lie."""

from __future__ import annotations

import json
import os
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.engine import checkpoint as checkpoints
from sandbox.engine.checkpoint import Checkpoint
from sandbox.engine.errors import EngineError, LockHolder
from sandbox.engine.files import write_atomically
from sandbox.engine.journal import fold
from sandbox.engine.locks import holder, locked
from sandbox.engine.resource import Sealer
from sandbox.engine.secrets import Crypter
from sandbox.values import Properties, is_secret, unwrap

REDACTED = "[secret]"
"""What stands for a secret output where secrets are not to be shown, as with the Pulumi CLI."""


@dataclass(frozen=True)
class Opened:
    """A stack's state ready to work on, with the crypter of its secrets."""

    checkpoint: Checkpoint
    crypter: Crypter
    sealer: Sealer


class FileBackend:
    """The states below `root`/.pulumi. The organization is always `organization`, as file backends have no other."""

    def __init__(self, root: Path, passphrase: str | None = None) -> None:
        """`passphrase` opens the states' secrets; without it PULUMI_CONFIG_PASSPHRASE counts."""
        self.root = root
        self.passphrase = os.environ.get("PULUMI_CONFIG_PASSPHRASE", "") if passphrase is None else passphrase

    def path(self, project: str, stack: str) -> Path:
        """The state file."""
        return self.root / ".pulumi" / "stacks" / project / f"{stack}.json"

    def journal(self, project: str, stack: str) -> Path:
        """The journal of a run under way or killed."""
        return self.root / ".pulumi" / "journals" / project / f"{stack}.jsonl"

    def stacks(self, project: str) -> list[str]:
        """Names of the project's stacks that have a state, sorted."""
        folder = self.root / ".pulumi" / "stacks" / project
        return sorted(path.stem for path in folder.glob("*.json")) if folder.is_dir() else []

    def lock(self, project: str, stack: str) -> AbstractContextManager[None]:
        """Hold the stack; raises LockedError if another process does."""
        return locked(self._locks(project, stack))

    def holder(self, project: str, stack: str) -> LockHolder | None:
        """Who holds the stack, if anybody does."""
        return holder(self._locks(project, stack))

    def holders(self) -> list[LockHolder]:
        """Who holds any stack, of whatever project, with a state or not yet."""
        found = (holder(folder) for folder in sorted(self._all_locks.glob("*/*")))
        return [each for each in found if each]

    @property
    def _all_locks(self) -> Path:
        return self.root / ".pulumi" / "locks" / "organization"

    def _locks(self, project: str, stack: str) -> Path:
        return self._all_locks / project / stack

    def prepare(self) -> None:
        """Make the folder a backend that the Pulumi CLI recognises."""
        meta = self.root / ".pulumi" / "meta.yaml"
        if not meta.exists():
            write_atomically(meta, "version: 1\n")

    def open(self, project: str, stack: str, salt: str | None = None) -> Opened:
        """The state, empty for a new stack. `salt` is for a stack that has no secrets yet.

        What a killed run left in its journal is folded in, but not written: that is for who holds the lock.
        """
        document = self._document(project, stack)
        found = checkpoints.salt_of(document) if document else ""
        known = found or salt
        crypter = Crypter(self.passphrase, known) if known else Crypter.fresh(self.passphrase)
        sealer = Sealer(crypter)
        if document is None:
            empty = Checkpoint(stack=f"organization/{project}/{stack}")
            return Opened(empty, crypter, sealer)
        checkpoint = checkpoints.parse(document, sealer)
        if checkpoint.journal_open:
            checkpoint = fold(checkpoint, self.journal(project, stack), sealer)
        return Opened(checkpoint, crypter, sealer)

    def read(self, project: str, stack: str) -> Checkpoint | None:
        """The state, or None if the stack has none."""
        if not self.path(project, stack).exists():
            return None
        return self.open(project, stack).checkpoint

    def outputs(self, project: str, stack: str, show_secrets: bool = False) -> Properties:
        """The stack's outputs as plain JSON. Raises EngineError if there is no such stack."""
        found = self.read(project, stack)
        if found is None:
            raise EngineError("", f"no stack named {stack!r} in project {project!r}; bring it up first")
        return plain_outputs(found.outputs, show_secrets)

    def remove(self, project: str, stack: str) -> None:
        """Forget a stack. Raises EngineError if it still has resources."""
        with self.lock(project, stack):
            found = self.read(project, stack)
            if found is None:
                raise EngineError("", f"no stack named {stack!r} in project {project!r}")
            if found.resources:
                raise EngineError("", f"stack {stack!r} still has {len(found.resources)} resources; destroy it first")
            self.path(project, stack).unlink()
            self.journal(project, stack).unlink(missing_ok=True)

    def _document(self, project: str, stack: str) -> dict[str, Any] | None:
        path = self.path(project, stack)
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except ValueError:
            document = None
        if not isinstance(document, dict) or not isinstance(document.get("checkpoint"), dict):
            raise EngineError("", f"{path} is damaged: it holds no state; put back a copy of it")
        return document


def plain_outputs(outputs: Properties, show_secrets: bool) -> Properties:
    """Outputs as plain JSON; a secret anywhere becomes `[secret]` unless they are to be shown."""
    if show_secrets:
        plain: Properties = unwrap(outputs)
        return plain

    def hidden(value: Any) -> Any:
        if is_secret(value):
            return REDACTED
        if isinstance(value, dict):
            return {key: hidden(item) for key, item in value.items()}
        return [hidden(item) for item in value] if isinstance(value, list) else value

    return {key: hidden(value) for key, value in outputs.items()}
