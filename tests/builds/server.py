"""Cloud Build on this machine: it answers as its REST API is described.

Paths, methods, bodies and answers: https://cloudbuild.googleapis.com/$discovery/rest?version=v1, of which `projects.locations`
has `triggers.run`, `builds.list`, `builds.get` and `builds.cancel`. Errors: https://google.aip.dev/193.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.loopback import QuietHandler, serving

TOKEN = "ya29.a-token"
PROJECT, LOCATION = "acme-shared", "us-west1"
PLACE = f"/v1/projects/{PROJECT}/locations/{LOCATION}"
DROP = 0
"""In the script: the connection ends without an answer."""
CODES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}
ENDED = ("SUCCESS", "FAILURE", "CANCELLED")
RUN_FIELDS, SOURCE_FIELDS = {"projectId", "triggerId", "source"}, {"commitSha", "substitutions"}


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass
class BuildServer:
    """Triggers by name, builds newest first, and what it was asked."""

    url: str = ""
    triggers: set[str] = field(default_factory=lambda: {"preview-push"})
    builds: list[dict[str, Any]] = field(default_factory=list)
    page: int = 100
    """How many builds it gives at most, whatever is asked for."""
    script: list[int | str] = field(default_factory=list)
    """The next answers, whatever is asked: a status, or a body with 200."""
    calls: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    """Method, path, query and body."""

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> dict[str, Any]:
        """What is below the project's location."""
        if (match := re.fullmatch(rf"{PLACE}/triggers/([^/:]+):run", path)) and method == "POST":
            return self._run(unquote(match[1]), body)
        if path == f"{PLACE}/builds" and method == "GET":
            return self._list(query)
        if match := re.fullmatch(rf"{PLACE}/builds/([^/:]+)(:cancel)?", path):
            found = next((each for each in self.builds if each["id"] == match[1]), None)
            if found is None:
                raise Refused(404, "Requested entity was not found.")
            if match[2] and method == "POST":
                assert body == {"name": path.removeprefix("/v1/").removesuffix(":cancel"), "projectId": PROJECT, "id": match[1]}  # fmt: skip
                if found["status"] in ENDED:
                    raise Refused(400, f"build is already in a terminal state: {found['status']}")
                found["status"] = "CANCELLED"
                return found
            if method == "GET":
                return found
        raise Refused(404, "Method not found.")

    def _run(self, trigger: str, body: Any) -> dict[str, Any]:
        assert set(body) == RUN_FIELDS
        assert set(body["source"]) == SOURCE_FIELDS
        assert (body["projectId"], body["triggerId"]) == (PROJECT, trigger)
        if trigger not in self.triggers:
            raise Refused(404, "Requested entity was not found.")
        id_ = f"00000000-0000-4000-8000-{len(self.builds) + 1:012x}"
        given = {**body["source"]["substitutions"], "TRIGGER_NAME": trigger, "COMMIT_SHA": body["source"]["commitSha"]}
        made = {
            "id": id_,
            "name": f"projects/1/locations/{LOCATION}/builds/{id_}",
            "status": "QUEUED",
            "createTime": "2026-01-31T12:00:00.123456789Z",
            "substitutions": given,
            "logUrl": f"https://console.cloud.google.com/cloud-build/builds;region={LOCATION}/{id_}?project=1",
            "steps": [{"name": "docker"}],
        }
        self.builds.insert(0, made)
        kind = "type.googleapis.com/google.devtools.cloudbuild.v1.BuildOperationMetadata"
        return {"name": f"operations/build/{PROJECT}/x", "metadata": {"@type": kind, "build": made}}

    def _list(self, query: dict[str, str]) -> dict[str, Any]:
        assert query["projectId"] == PROJECT
        start, size = int(query.get("pageToken", 0)), min(int(query["pageSize"]), self.page)
        found = self.builds[start : start + size]
        more = {"nextPageToken": str(start + size)} if start + size < len(self.builds) else {}
        return {**({"builds": found} if found else {}), **more}

    @contextmanager
    def running(self) -> Iterator[BuildServer]:
        """At its `url` until the block ends."""

        class Handler(_Handler):
            builds = self

        with serving(Handler) as self.url:
            yield self


class _Handler(QuietHandler):
    builds: BuildServer

    def do_GET(self) -> None:
        parts, content = urlsplit(self.path), self.body()
        query, body = dict(parse_qsl(parts.query)), json.loads(content) if content else None
        self.builds.calls.append((self.command, parts.path, query, body))
        scripted = self.builds.script.pop(0) if self.builds.script else None
        if scripted == DROP:
            self.drop()
            return
        if isinstance(scripted, str):
            self.answer(200, scripted.encode(), {"Content-Type": "application/json"})
            return
        try:
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                raise Refused(401, "Request had invalid authentication credentials.")
            if isinstance(scripted, int):
                raise Refused(scripted, "as the test says")
            status, document = 200, self.builds.answer(self.command, parts.path, query, body)
        except Refused as refused:
            status = refused.status
            document = {"error": {"code": status, "message": refused.message, "status": CODES[status]}}
        self.answer(status, json.dumps(document).encode(), {"Content-Type": "application/json"})

    do_POST = do_GET
