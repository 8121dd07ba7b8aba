"""Cloud Build over its REST API.

https://docs.cloud.google.com/build/docs/api/reference/rest. Three requests need no client library.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal
from urllib.parse import quote

import requests

from delivery.builds import RUNNING, BuildRecord, ended
from delivery.builds_answers import AGAIN, Build, Page, Started, read, said
from delivery.errors import Failed
from delivery.google_login import LOGIN, GoogleToken
from delivery.registry_answers import CONNECT_SECONDS, Bearer, reason, session
from model.foundation import starter_role

SERVER = "https://cloudbuild.googleapis.com"
READ_SECONDS = 30
"""A trigger that is run is first looked up, and its commit with it."""
LARGEST_PAGE = 100
"""Builds carry their steps with them: https://google.aip.dev/158 lets a server give fewer than asked for."""
MOST_PAGES = 100
"""A list that does not end is no list."""


class HttpBuilds:
    """Implements `delivery.builds.Builds`. `token` gives an access token; `server` stands in for Google's."""

    def __init__(
        self, project: str, location: str, token: Callable[[], str] | None = None, server: str = SERVER
    ) -> None:
        self._project = project
        self._place, self._server = f"projects/{project}/locations/{location}", server
        # It repeats questions only: what starts a build is sent once.
        self._session = session((429, 500, 502, 503, 504))
        self._session.auth = Bearer(token or GoogleToken())

    def start(self, trigger: str, commit: str, substitutions: Mapping[str, str]) -> str:
        """Start the build of a trigger. Its name does for its id, as with `gcloud builds triggers run NAME`."""
        subject = f"the trigger {trigger}"
        body = {
            "projectId": self._project,
            "triggerId": trigger,
            "source": {"commitSha": commit, "substitutions": dict(substitutions)},
        }
        answer = self._ask("POST", f"triggers/{quote(trigger, safe='')}:run", subject, body)
        return read(Started, answer.content, subject).metadata.build.url

    def history(self, limit: int) -> list[BuildRecord]:
        """The newest builds, page by page until there are enough."""
        found: list[BuildRecord] = []
        token = ""
        for _ in range(MOST_PAGES):
            if len(found) >= limit:
                return found[:limit]
            parameters = {
                "projectId": self._project,
                "pageSize": str(min(limit - len(found), LARGEST_PAGE)),
                **({"pageToken": token} if token else {}),
            }
            page = read(Page, self._ask("GET", "builds", "builds", parameters=parameters).content, "builds")
            found += (build.read() for build in page.builds)
            token = page.following
            if not token:
                return found[:limit]
        raise Failed(f"Cloud Build's list of builds has more than {MOST_PAGES} pages", AGAIN)

    def cancel(self, id: str) -> None:
        """End a build. Why one cannot be ended is asked of the build itself."""
        path, subject = f"builds/{quote(id, safe='')}", f"the build {id}"
        try:
            body = {"name": f"{self._place}/{path}", "projectId": self._project, "id": id}
            self._ask("POST", f"{path}:cancel", subject, body)
        except _Unwilling:
            parameters = {"projectId": self._project, "id": id}
            status = read(Build, self._ask("GET", path, subject, parameters=parameters).content, subject).status
            if status in RUNNING:
                raise
            if status != "CANCELLED":
                raise ended(id, status) from None

    def _ask(
        self,
        method: Literal["GET", "POST"],
        path: str,
        subject: str,
        body: Mapping[str, Any] | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> requests.Response:
        url = f"{self._server}/v1/{self._place}/{path}"
        try:
            answer = self._session.request(
                method,
                url,
                json=body,
                params=parameters,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            remedy = "See whether this machine reaches Google, and try again."
            raise Failed(f"Cloud Build does not answer: {reason(error)}", remedy) from None
        if answer.status_code != 200:
            raise self._failure(subject, answer)
        return answer

    def _failure(self, subject: str, answer: requests.Response) -> Failed:
        status, what = answer.status_code, said(answer.content)
        if status == 401:
            return Failed(f"Cloud Build does not take these credentials{what}", LOGIN)
        if status == 403:
            remedy = (
                f"Whoever runs this needs roles/cloudbuild.builds.editor on {self._project} (to start builds, "
                f"{starter_role(self._project)} is enough), and to start a build roles/iam.serviceAccountUser on the account "
                "that it runs as."
            )
            return Failed(f"{subject} is not for these credentials{what}", remedy)
        if status == 404:
            remedy = "Check the name. Triggers come with the shared stack: 'slipway up shared'."
            return Failed(f"{self._place} has no {subject.removeprefix('the ')}{what}", remedy)
        if status < 500 and status != 429:
            return _Unwilling(f"Cloud Build refuses {subject}{what}", "Correct what it names, and try again.")
        return Failed(f"Cloud Build answers with HTTP {status} for {subject}{what}", AGAIN)


class _Unwilling(Failed):
    """It was understood, and will not be done."""
