"""Cloud Build without Cloud Build: what is started is written down, and waits for somebody to run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from delivery import builds_records as records
from delivery.builds import RUNNING, BuildRecord, ended
from delivery.errors import Failed
from model.foundation import starter_role
from model.shared import Shared
from sandbox.clouds.gcp import builds as emulated
from sandbox.clouds.world import World

ACCOUNTS, USER = ".iam.gserviceaccount.com", "roles/iam.serviceAccountUser"


class SandboxBuilds:
    """Implements `delivery.builds.Builds` over a file in the sandbox's folder. Every name is a trigger's here: whoever runs
    the build knows which there are. `allowed` raises Failed where whoever asks may not start builds of a trigger."""

    def __init__(self, folder: Path, now: Callable[[], datetime], allowed: Callable[[str], None]) -> None:
        self._folder, self._now, self._allowed = folder, now, allowed

    def start(self, trigger: str, commit: str, substitutions: Mapping[str, str]) -> str:
        """Write down a build that is to be run."""
        self._allowed(trigger)
        return records.url(records.asked_for(self._folder, trigger, commit, substitutions, self._now()))

    def history(self, limit: int) -> list[BuildRecord]:
        """The newest builds."""
        newest_first = reversed(records.load(self._folder).builds)
        return [each.read() for each in newest_first][: max(limit, 0)]

    def cancel(self, id: str) -> None:
        """Nobody is to run it any more."""
        with records.changing(self._folder) as found:
            build = found.find(id)
            if build.status in RUNNING:
                build.status = "CANCELLED"
            elif build.status != "CANCELLED":
                raise ended(id, build.status)


def may_start(world: World, shared: Shared, who: str) -> Callable[[str], None]:
    """Whether somebody may start builds of a trigger, as Cloud Build asks: the right to start any, and to use the account that these
    run as. Of accounts of builds it is known what they were granted; people here may do everything."""

    def allowed(name: str) -> None:
        if not who.endswith(ACCOUNTS):
            return
        with world.read() as tx:
            found = emulated.trigger(tx, name, shared.project, shared.region)
            held = emulated.roles(tx, f"serviceAccount:{who}")
        needed = {starter_role(shared.project): f"projects/{shared.project}"}
        if found:
            needed[USER] = f"projects/{shared.project}/serviceAccounts/{found.account}"
        for role, on in needed.items():
            if (role, on) not in held:
                raise Failed(
                    f"{who} may not start {name}: it has no {role} on {on}", "It comes with 'slipway up shared'."
                )

    return allowed
