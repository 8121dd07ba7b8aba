"""GitHub at one address, as git and the API's clients need it who take a token from one to the other: code, and the API below /api."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from tests.github.git_server import GitServer, _Handler
from tests.github.server import Server
from tests.loopback import serving


@contextmanager
def site(code: GitServer, api: Server) -> Iterator[str]:
    """The address. Whoever has a token of the API may read code with it, and what it gives out later counts as well."""

    class Handler(_Handler):
        git = code

        def do_GET(self) -> None:
            code.tokens |= set(api.world.tokens)
            if not self.path.startswith("/api/"):
                super().do_GET()
                return
            path = self.path.removeprefix("/api/v3").removeprefix("/api")
            content = self.body() or None
            kept = {key: value for key, value in self.headers.items() if key.lower() not in ("host", "content-length")}
            asked = urllib.request.Request(api.url + path, content, kept, method=self.command)
            try:
                with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked) as answer:
                    self.answer(answer.status, answer.read(), _headers(answer.headers.items()))
            except urllib.error.HTTPError as error:
                self.answer(error.code, error.read(), _headers(error.headers.items()))

        do_POST = do_PATCH = do_GET

    with serving(Handler) as url:
        yield url


def _headers(found: list[tuple[str, str]]) -> dict[str, str]:
    own = ("server", "date", "content-length", "connection", "transfer-encoding")
    return {name: value for name, value in found if name.lower() not in own}
