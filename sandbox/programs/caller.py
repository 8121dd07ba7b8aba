"""Who calls a stand-in, and what that may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.clouds import registry
from sandbox.clouds.gcp.builds import roles
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import World

READER, WRITER = "roles/artifactregistry.reader", "roles/artifactregistry.writer"


class NotSupported(Exception):
    """A command that no stand-in knows."""


@dataclass(frozen=True)
class Caller:
    """An identity of a build in a world, with the variables and the folder that its program is started with."""

    world: World
    account: str
    environment: Mapping[str, str]
    folder: Path
    said: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def say(self, line: str) -> int:
        """On stdout; the exit code of what has gone well."""
        self.said.append(f"{line}\n")
        return 0

    def complain(self, line: str) -> int:
        """On stderr; the exit code of what has not."""
        self.complaints.append(f"{line}\n")
        return 1

    @property
    def member(self) -> str:
        """As IAM knows it."""
        return f"serviceAccount:{self.account}"

    def may_read(self, reference: str) -> None:
        """Raise CloudError unless images of its repository may be pulled."""
        self.need(
            [READER, WRITER], registry.repository_id(reference), "artifactregistry.repositories.downloadArtifacts"
        )

    def may_write(self, reference: str) -> None:
        """Raise CloudError unless images of its repository may be pushed."""
        self.need([WRITER], registry.repository_id(reference), "artifactregistry.repositories.uploadArtifacts")

    def need(self, any_of: Iterable[str], on: str, permission: str) -> None:
        """Raise CloudError PERMISSION, as Google words it, unless one of these roles was granted on the thing."""
        with self.world.read() as tx:
            held = roles(tx, self.member)
        if not any((role, on) in held for role in any_of):
            raise CloudError(
                Reason.PERMISSION, f"denied: Permission '{permission}' denied on resource '{on}' for {self.account}"
            )
