"""A repository as GitHub serves it to git: over HTTP, for who shows a token as the password.

Git's own `git http-backend` speaks its protocol: https://git-scm.com/docs/git-http-backend.
"""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.loopback import QuietHandler, serving


@dataclass
class GitServer:
    """Bare repositories below a folder. `tokens` are those that it takes, `seen` who came with what, in order."""

    folder: Path
    url: str = ""
    tokens: set[str] = field(default_factory=set)
    seen: list[tuple[str, str]] = field(default_factory=list)
    """What of git's services was asked for, and by which `USER:TOKEN`; empty for nobody's."""

    @contextmanager
    def running(self) -> Iterator[GitServer]:
        """At its `url` until the block ends."""

        class Handler(_Handler):
            git = self

        with serving(Handler) as self.url:
            yield self


class _Handler(QuietHandler):
    git: GitServer

    def do_GET(self) -> None:
        content, parts = self.body(), urlsplit(self.path)
        scheme, _, proof = self.headers.get("Authorization", "").partition(" ")
        who = base64.b64decode(proof).decode() if scheme == "Basic" else ""
        self.git.seen.append((parts.query or parts.path.rpartition("/")[2], who))
        if who.partition(":")[2] not in self.git.tokens:
            self.answer(401, b"", {"WWW-Authenticate": 'Basic realm="GitHub"'})
            return
        variables = {
            "GIT_PROJECT_ROOT": str(self.git.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(content)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "REMOTE_USER": who.partition(":")[0],
        }
        done = subprocess.run(
            ["git", "http-backend"], input=content, env={**os.environ, **variables}, capture_output=True, check=True
        )
        head, _, answer = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.answer(int(headers.pop("Status", "200").split()[0]), answer, headers)

    do_POST = do_GET
