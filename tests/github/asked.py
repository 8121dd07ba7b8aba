"""A request as an endpoint sees it, and what an endpoint may answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.github.state import PullRequest, Repository, World

Json = dict[str, Any]
DOCUMENTATION = "https://docs.github.com/rest"


class Refused(Exception):
    """An answer of 400 or more, with GitHub's kind of body."""

    def __init__(self, status: int, message: str, errors: Sequence[Json] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"message": message, "documentation_url": DOCUMENTATION, "status": str(status)}
        if errors:
            self.body["errors"] = list(errors)


def not_found() -> Refused:
    """What is not there and what the token may not see: GitHub does not tell them apart."""
    return Refused(404, "Not Found")


def invalid(resource: str, message: str = "", *, field: str = "", code: str = "custom") -> Refused:
    """https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed"""
    error = {"resource": resource, "code": code, "field": field, "message": message}
    return Refused(422, "Validation Failed", [{key: value for key, value in error.items() if value}])


@dataclass(frozen=True)
class Asked:
    """`who` is the token's login, `parts` what the path's pattern caught."""

    world: World
    who: str
    parts: Mapping[str, str]
    query: Mapping[str, str]
    body: Json

    @property
    def repository(self) -> Repository:
        """The repository in the path. Names are compared in any case."""
        wanted = f"{self.parts['owner']}/{self.parts['repo']}".lower()
        for name, found in self.world.repositories.items():
            if name.lower() == wanted:
                return found
        raise not_found()

    @property
    def pull_request(self) -> PullRequest:
        """The pull request whose number is in the path."""
        found = self.repository.pull_requests.get(int(self.parts["number"]))
        if found is None:
            raise not_found()
        return found

    @property
    def commit(self) -> str:
        """The commit in the path, which may be named by a branch too."""
        given = self.parts["ref"]
        found = self.repository.branches.get(given, given)
        if found not in self.repository.commits:
            raise Refused(422, f"No commit found for SHA: {given}")
        return found

    def text(self, key: str, resource: str) -> str:
        """A text that the body must have."""
        value = self.body.get(key)
        if not isinstance(value, str) or not value:
            raise invalid(resource, field=key, code="missing_field")
        return value


@dataclass(frozen=True)
class Given:
    """One document; none for 204."""

    data: Any
    status: int = 200


@dataclass(frozen=True)
class Listed:
    """Entries, of which a page is given. With `key` they stand below it in an object, beside their number and `beside`."""

    entries: Sequence[Any]
    key: str = ""
    beside: Json | None = None


Endpoint = Callable[[Asked], Given | Listed]
