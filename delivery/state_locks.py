"""Locks on states: who holds one, and letting go of one whose holder is gone.

Pulumi's own backends in a folder and in a bucket of Cloud Storage keep a lock as a file beside the state, and whoever is
killed leaves it there: `.pulumi/locks/organization/PROJECT/STACK/ID.json`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from delivery import gcloud
from delivery.errors import Failed

LEFT_AFTER = timedelta(hours=3)
"""No run takes as long: a build of Cloud Build's ends after an hour unless it asks for more."""

_FOLDER = ".pulumi/locks/organization"


@dataclass(frozen=True)
class Lock:
    """`place` is its file; `who` is `user@host`."""

    stack: str
    who: str
    since: datetime
    place: str

    def left(self, now: datetime) -> bool:
        """Whether its holder is gone, by the real clock, which is the one that locks know."""
        return now - self.since >= LEFT_AFTER


def found(backend: str, project: str, environment: Mapping[str, str] | None = None) -> Sequence[Lock]:
    """Those of a folder, a `file://` or a `gs://` backend; none of any other, which keeps its locks to itself.

    `environment` is what gcloud needs to act as the engine does.
    """
    if backend.startswith("gs://"):
        return list(_in_bucket(f"{backend.rstrip('/')}/{_FOLDER}/{project}/**", environment))
    folder = backend.removeprefix("file://")
    return [] if "://" in folder else list(_in_folder(Path(folder) / _FOLDER / project))


def remove(lock: Lock, environment: Mapping[str, str] | None = None) -> None:
    """Let go of it. One that is gone already is no error."""
    if not lock.place.startswith("gs://"):
        Path(lock.place).unlink(missing_ok=True)
    elif problem := gcloud.tell(["gcloud", "storage", "rm", lock.place], environment):
        raise Failed(f"the lock {lock.place} was not removed: {problem}", f"Try 'pulumi cancel --stack {lock.stack}'.")


def _in_folder(folder: Path) -> Iterator[Lock]:
    for path in sorted(folder.glob("*/*.json")):
        if lock := _read(path.read_text(encoding="utf-8"), str(path)):
            yield lock


def _in_bucket(pattern: str, environment: Mapping[str, str] | None) -> Iterator[Lock]:
    answer = gcloud.ask(["gcloud", "storage", "objects", "list", pattern], environment)
    if answer.problem and "matched no objects" not in answer.problem:
        raise Failed(f"the locks cannot be listed: {answer.problem}", "Check access to the bucket of the states.")
    for each in answer.found or ():
        url = f"gs://{each['bucket']}/{each['name']}"
        content = gcloud.ask(["gcloud", "storage", "cat", url], environment)
        if content.found and (lock := _read(json.dumps(content.found), url)):
            yield lock


def _read(text: str, place: str) -> Lock | None:
    """One file; None where it is no lock, or was half written when its writer was killed."""
    try:
        content = json.loads(text)
        since = datetime.fromisoformat(content["timestamp"]).astimezone(UTC)
        return Lock(place.split("/")[-2], f"{content['username']}@{content['hostname']}", since, place)
    except (ValueError, KeyError, TypeError):
        return None
