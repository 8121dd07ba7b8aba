"""A config folder with environments, and the commands of people on it: delivery's own code over the cloud in memory."""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from delivery import endings
from delivery.builds import Builds
from delivery.desk import Desk
from delivery.ledger import FOLDER
from delivery.leftovers import Leftover
from delivery.notices import Notice
from delivery.outbox import Outbox
from delivery.place import Place
from model.shared import Shared
from tests.promotion.cloud import Cloud, Engine, Faults, Killed, Registry, Workloads
from tests.promotion.people import Clone, GitHub, Hub, Notices

BEFORE = {"dev": None, "staging": "dev", "prod": "staging", "edge": "staging"}
"""Environment -> the one that its releases come from."""
BAKE_MINUTES = {"prod": 60}
AUTOMATIC = ("dev",)
KILLED = 137

_CATALOGUE = """\
images: {api: , worker: , tools: }
services:
  api: {image: api, port: 8080}
  read: {image: api, port: 8081}
  worker: {image: worker, port: 8080}
databases: {main: {owner: api}}
databaseTools: {psql: tools, proxy: tools}
migrations: {database: main, image: tools}
"""
_SHARED = """\
config:
  gcp:project: acme-shared
  gcp:region: us-west1
  slipway:kind: shared
  slipway:repositories: {releases: releases, cache: cache, previews: previews}
  slipway:customerKeys: false
  slipway:deletionProtection: true
  slipway:sourceRepository: projects/acme-shared/locations/us-west1/connections/github/repositories/server
  slipway:applicationRepository: acme/server
  slipway:platformRepository: {name: acme/platform, id: "100000001", ownerId: "10000001"}
  slipway:steps: {docker: docker.io/library/docker:28.5.1-cli, emulator: docker.io/tonistiigi/binfmt:qemu-v10.0.4}
"""
_PROMOTION = {
    "dev": "{automatic: true}",
    "staging": "{from: dev, checks: none}",
    "prod": "{from: staging, bakeMinutes: 60, approvals: {count: 1, by: review}, freezes: [{why: the weekend, days: [fri], "
    "from: '16:00'}]}",
    "edge": "{from: staging, checks: none, rollback: false}",
}
_ENVIRONMENT = """\
# The stack {name}: this comment stays.
config:
  gcp:project: acme-{name}
  gcp:region: us-west1
  slipway:kind: environment
  slipway:projectNumber: "100000000001"
  slipway:registry: us-west1-docker.pkg.dev/acme-prod/releases
  slipway:promotion: {promotion}
  slipway:network: {{range: 10.8.0.0/13}}
  slipway:cluster:
    location: us-west1-a
    releaseChannel: RAPID
    nodePools:
      default: {{machineType: e2-standard-4, minNodes: 1, maxNodes: 12, spot: true}}
  slipway:database: {{tier: db-custom-1-3840, diskGb: 10, diskLimitGb: 100, backups: 3, maintenance: {{track: canary}}}}
  # Written by deploy, promote and rollback.
  slipway:images: {{}}
  slipway:security: {{customerKeys: false, binaryAuthorization: false}}
  slipway:sizes:
    default: {{replicas: 1, cpu: 100m, memory: 256Mi}}  # and so does this
  slipway:autoscaling: false
  slipway:disruptionBudgets: false
  slipway:deletionProtection: false
  slipway:alerting: {{mode: none}}
  slipway:notices: {{slack: {{deployments: "#deployments"}}}}
"""
_LEDGER_LOCK = re.compile(r"^\..*\.lock$")


@dataclass(frozen=True)
class End:
    """How a command ended: the shell's exit code, and what it said."""

    code: int
    said: str
    refused: frozenset[str] = frozenset()


class NoPreviews:
    """Nobody opens previews in these stories."""

    def found(self, base: str) -> Sequence[Leftover]:
        """Nothing."""
        return []

    def remove(self, base: str, leftover: Leftover) -> None:
        """There is nothing to remove."""
        raise NotImplementedError


def no_builds(shared: Shared) -> Builds:
    """Nobody starts any in these stories."""
    raise NotImplementedError


@dataclass
class Site:
    """One platform repository with its cloud. Commands are functions of a desk."""

    folder: Path
    hub: Hub = field(default_factory=Hub)
    heard: list[Notice] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "services.yaml").write_text(_CATALOGUE)
        (self.folder / "Pulumi.shared.yaml").write_text(_SHARED)
        for name in BEFORE:
            text = _ENVIRONMENT.format(name=name, promotion=_PROMOTION[name])
            self.file(name).write_text(text)
        self.cloud = Cloud(self.folder)

    def file(self, environment: str) -> Path:
        """The stack's file."""
        return self.folder / f"Pulumi.{environment}.yaml"

    def ledger(self, name: str) -> Path:
        """A ledger's file."""
        return self.folder / FOLDER / f"{name}.jsonl"

    def entries(self, name: str) -> list[dict[str, Any]]:
        """What stands in a ledger, read without delivery's own code; a torn end is left out."""
        if not self.ledger(name).exists():
            return []
        return [json.loads(line) for line in self.ledger(name).read_bytes().split(b"\n")[:-1]]

    def desk(self, who: str, push: bool = False) -> Desk:
        """What a command of this person works with."""
        engine = Engine(self.cloud, self.folder)
        return Desk(
            place=Place(self.folder, self.folder, self.folder),
            engine=engine,
            workloads=Workloads(self.cloud),
            who=who,
            registry=Registry(self.cloud),
            outbox=Outbox(self.folder, Notices(self.cloud, self.heard.append), who, engine.now),
            github=lambda name: GitHub(self.cloud, self.hub, name, who),
            builds_of=no_builds,
            leftovers=NoPreviews(),
            repository=Clone(self.folder, self.folder, self.folder, self.cloud),
            push=push,
        )

    def bytes(self) -> dict[str, bytes]:
        """Every file by its name, but for the locks, which hold nothing."""
        files = [*self.folder.glob("*.yaml"), *(self.folder / FOLDER).glob("*")]
        return {path.name: path.read_bytes() for path in files if not _LEDGER_LOCK.match(path.name)}

    def run(self, command: Callable[[], None], faults: Faults) -> End:
        """A command from its begin to its exit code, whatever happens during it."""
        self.cloud.begin(faults)
        out, err = io.StringIO(), io.StringIO()
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), endings.told(as_json=True):
                command()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        except Killed:
            code = KILLED
        finally:
            self.cloud.begin(Faults())
        said = out.getvalue()
        told = json.loads(said) if code == 3 and said.startswith("{") else {}
        return End(code, said + err.getvalue(), frozenset(each["guard"] for each in told.get("refusals", ())))

    @contextmanager
    def busy(self, environment: str) -> Iterator[None]:
        """Somebody else at this clone is changing the environment."""
        (self.folder / FOLDER).mkdir(exist_ok=True)
        handle = os.open(self.folder / FOLDER / f".{environment}.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            os.ftruncate(handle, 0)
            os.pwrite(handle, b"dan (process 1)", 0)
            yield
        finally:
            os.close(handle)
