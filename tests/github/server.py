"""GitHub on this machine: a real HTTP server that answers as the REST API documents, with its state in memory.

    with serving() as github:
        repository = github.repository("acme/platform")
        repository.open("ann", "fix-login", "1" * 40)
        repository.review(1, "bob")
        github.fail(faults.broken(times=2))
        ... a client at github.url, with github.token ...
        assert [each.method for each in github.requests] == ["GET", "GET", "GET"]

What a test arranges stands in `state.py`, what can go wrong in `faults.py`, each endpoint with the page that documents
it in `pulls.py`, `commits.py` and `access.py`. `environment` is what a command needs to find this server.
Rules of the whole API: https://docs.github.com/en/rest/using-the-rest-api
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tests.github import access, commits, pulls
from tests.github.asked import Asked, Endpoint, Given, Listed, Refused, not_found
from tests.github.faults import Fault, Faults
from tests.github.state import App, Repository, World

DEFAULT_PAGE, LARGEST_PAGE = 30, 100
TOKEN, LOGIN = "ghp_of_the_tests", "slipway-ci"
INSTALLATION = re.compile(r"/app/installations/(\d+)/access_tokens")

REPO = "/repos/{owner}/{repo}"
ROUTES: Mapping[tuple[str, str], Endpoint] = {
    ("GET", "/user"): access.get_user,
    ("POST", "/graphql"): access.graphql,
    ("GET", "/orgs/{owner}/teams/{team}/members"): access.list_members,
    ("GET", REPO + "/collaborators/{login}/permission"): access.get_permission,
    ("GET", REPO + "/pulls"): pulls.list_pulls,
    ("POST", REPO + "/pulls"): pulls.create_pull,
    ("GET", REPO + "/pulls/{number}"): pulls.get_pull,
    ("PATCH", REPO + "/pulls/{number}"): pulls.update_pull,
    ("GET", REPO + "/pulls/{number}/reviews"): pulls.list_reviews,
    ("GET", REPO + "/issues/{number}/comments"): pulls.list_comments,
    ("POST", REPO + "/issues/{number}/comments"): pulls.create_comment,
    ("PATCH", REPO + "/issues/comments/{comment}"): pulls.update_comment,
    ("DELETE", REPO + "/issues/comments/{comment}"): pulls.delete_comment,
    ("GET", REPO + "/commits/{ref}"): commits.get_commit,
    ("GET", REPO + "/commits/{ref}/pulls"): commits.list_pulls_of_commit,
    ("GET", REPO + "/commits/{ref}/check-runs"): commits.list_check_runs,
    ("GET", REPO + "/commits/{ref}/status"): commits.get_combined_status,
    ("GET", REPO + "/deployments"): commits.list_deployments,
    ("POST", REPO + "/deployments"): commits.create_deployment,
    ("GET", REPO + "/deployments/{deployment}/statuses"): commits.list_deployment_statuses,
    ("POST", REPO + "/deployments/{deployment}/statuses"): commits.create_deployment_status,
    ("POST", REPO + "/code-scanning/sarifs"): commits.upload_sarif,
}


def pattern(route: str) -> re.Pattern[str]:
    """Numbers are digits, everything else is one part of the path."""
    digits = re.sub(r"{(number|comment|deployment)}", r"(?P<\1>[0-9]+)", route)
    return re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", digits))


PATTERNS = [(method, pattern(route), endpoint) for (method, route), endpoint in ROUTES.items()]


@dataclass(frozen=True)
class Seen:
    """A request that arrived, whatever became of it."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    headers: Mapping[str, str]


@dataclass
class Server:
    """What a test holds in its hands."""

    url: str
    token: str = TOKEN
    world: World = field(default_factory=World)
    faults: Faults = field(default_factory=Faults)
    requests: list[Seen] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """Variables by which GitHub's clients find this server."""
        return {"GITHUB_API_URL": self.url, "GITHUB_TOKEN": self.token, "NO_PROXY": "127.0.0.1"}

    def repository(self, name: str) -> Repository:
        """The repository of that name, made at its first mention."""
        return self.world.repository(name)

    def team(self, owner: str, slug: str, *members: str) -> None:
        """A team of an organisation."""
        self.world.teams[owner, slug] = list(members)

    def accept(self, token: str, login: str) -> None:
        """Know a token, and whose it is."""
        self.world.tokens[token] = login

    def install(self, app: App) -> None:
        """Know an app's installation."""
        self.world.apps[app.installation] = app

    def fail(self, *faults: Fault) -> None:
        """Let the next requests go wrong."""
        self.faults.plan(*faults)


class Handler(BaseHTTPRequestHandler):
    """One connection; kept open between requests, as GitHub does."""

    protocol_version = "HTTP/1.1"
    # Without it, a small answer waits 40 ms for the acknowledgement of its headers.
    disable_nagle_algorithm = True

    @property
    def here(self) -> Server:
        """The server that a test holds."""
        return cast(Listening, self.server).here

    def do_GET(self) -> None:
        """Answer."""
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length)
        split = urlsplit(self.path)
        query = dict(parse_qsl(split.query))
        body = _parsed(content)
        headers = {key.lower(): value for key, value in self.headers.items()}
        with self.here.world.lock:
            self.here.requests.append(Seen(self.command, split.path, query, body, headers))
            fault = self.here.faults.strike(self.command, split.path)
            if fault is None:
                self._write(*self._answered(split.path, query, body, headers))
                return
            if fault.after:
                self._answered(split.path, query, body, headers)
            if fault.kind == "drop":
                self.close_connection = True
            else:
                self._write(fault.status, fault.body, fault.headers)

    do_POST = do_PATCH = do_DELETE = do_PUT = do_GET

    def _answered(
        self, path: str, query: Mapping[str, str], body: Any, headers: Mapping[str, str]
    ) -> tuple[int, Any, Mapping[str, str]]:
        try:
            if not headers.get("user-agent"):
                raise Refused(403, "Request forbidden by administrative rules. Please make sure it has a User-Agent.")
            if not isinstance(body, dict):
                raise Refused(400, "Problems parsing JSON")
            given = self._given(path, query, body, headers.get("authorization", ""))
        except Refused as refused:
            return refused.status, refused.body, {}
        if isinstance(given, Given):
            return given.status, given.data, {}
        return self._page(path, query, given)

    def _given(self, path: str, query: Mapping[str, str], body: Any, authorization: str) -> Given | Listed:
        if installation := INSTALLATION.fullmatch(path):
            return access.create_token(self.here.world, int(installation[1]), authorization)
        scheme, _, token = authorization.partition(" ")
        if not token:
            raise Refused(401, "Requires authentication")
        who = self.here.world.tokens.get(token) if scheme.lower() in ("bearer", "token") else None
        if who is None:
            raise Refused(401, "Bad credentials")
        for method, route, endpoint in PATTERNS:
            if method == self.command and (match := route.fullmatch(path)):
                parts = {key: unquote(value) for key, value in match.groupdict().items()}
                return endpoint(Asked(self.here.world, who, parts, query, body))
        raise not_found()

    def _page(self, path: str, query: Mapping[str, str], listed: Listed) -> tuple[int, Any, Mapping[str, str]]:
        """https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api"""
        size = min(int(query.get("per_page", DEFAULT_PAGE)), LARGEST_PAGE)
        page, total = int(query.get("page", 1)), len(listed.entries)
        entries = list(listed.entries[(page - 1) * size : page * size])
        last = max(-(-total // size), 1)
        beside = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
        wanted = {name: number for name, number in beside.items() if 1 <= number <= last and number != page}
        links = [f'<{self._address(path, query, number)}>; rel="{name}"' for name, number in wanted.items()]
        more = {"Link": ", ".join(links)} if links else {}
        data = {"total_count": total, listed.key: entries, **(listed.beside or {})} if listed.key else entries
        return 200, data, more

    def _address(self, path: str, query: Mapping[str, str], page: int) -> str:
        return f"{self.here.url}{path}?{urlencode({**query, 'page': page})}"

    def _write(self, status: int, data: Any, headers: Mapping[str, str]) -> None:
        content = b"" if data is None else data.encode() if isinstance(data, str) else json.dumps(data).encode()
        limits = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4999", "X-RateLimit-Reset": "4102444800"}
        kind = {"Content-Type": "application/json; charset=utf-8"} if content else {}
        self.send_response(status)
        for name, value in {**kind, **limits, **headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: the requests are kept in `requests`."""


def _parsed(content: bytes) -> Any:
    """A body's document; None where it is none."""
    try:
        return json.loads(content) if content else {}
    except ValueError:
        return None


class Listening(ThreadingHTTPServer):
    """The socket. Connections that clients keep open do not hold up its end."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.here = Server(f"http://127.0.0.1:{self.server_address[1]}")
        self.here.accept(TOKEN, LOGIN)


@contextmanager
def serving() -> Iterator[Server]:
    """A server of its own, at a free port."""
    with Listening() as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield listening.here
        listening.shutdown()
        thread.join()
