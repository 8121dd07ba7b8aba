"""Who delivery is on GitHub, and where GitHub is: read from GitHub's own variables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from delivery.errors import Failed
from model.errors import ConfigError, Problem

TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")
APP = ("GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY", "GITHUB_APP_INSTALLATION_ID")
API_URL, GRAPHQL_URL = "GITHUB_API_URL", "GITHUB_GRAPHQL_URL"
GITHUB = "https://api.github.com"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Token:
    """A personal access token, or the one that GitHub gives a job."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class Installation:
    """An app's installation in the repository; its tokens are asked for with the app's key."""

    app: str
    private_key: str = field(repr=False)
    number: str


Credentials = Token | Installation


@dataclass(frozen=True)
class Address:
    """Where the two APIs are, without a slash at the end."""

    rest: str
    graphql: str


def credentials(environment: Mapping[str, str]) -> Credentials:
    """An app's installation where its three variables are set, else a token. Raises Failed, naming what is missing."""
    given = [environment.get(name, "") for name in APP]
    if all(given):
        app, key, number = given
        # Where a variable cannot have several lines, a key is kept with the two characters \n in their place.
        return Installation(app, key.replace("\\n", "\n"), number)
    if any(given):
        missing = " and ".join(name for name, value in zip(APP, given, strict=True) if not value)
        raise Failed(f"{missing} is not set, but others of {', '.join(APP)} are", f"Set all three, or {TOKENS[0]}.")
    for name in TOKENS:
        if text := environment.get(name, "").strip():
            return Token(text)
    raise Failed(
        f"GitHub asks who this is, and {TOKENS[0]} is not set",
        f"Set {TOKENS[0]} (or {TOKENS[1]}) to a token that may read and write pull requests, deployments and, of the "
        f"organisation, members; or {', '.join(APP)}.",
    )


def address(environment: Mapping[str, str]) -> Address:
    """GitHub itself, unless GITHUB_API_URL names a server, such as https://HOST/api/v3 (GitHub Enterprise Server).

    Its GraphQL is beside it: https://docs.github.com/en/enterprise-server@3.19/graphql/guides/forming-calls-with-graphql
    """
    rest = _checked(API_URL, environment.get(API_URL) or GITHUB)
    if given := environment.get(GRAPHQL_URL):
        return Address(rest, _checked(GRAPHQL_URL, given))
    return Address(rest, f"{rest.removesuffix('/v3') if rest.endswith('/api/v3') else rest}/graphql")


def _checked(name: str, url: str) -> str:
    """A token goes there, so it must be encrypted unless it stays on this machine."""
    try:
        parts = urlsplit(url)
        safe = parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))
    except ValueError:
        safe = False
    if not safe:
        remedy = f"Write https://..., as in {GITHUB}."
        raise ConfigError(Problem("command line", name, f"'{url}' is no address to send a token to", remedy))
    return url.rstrip("/")
