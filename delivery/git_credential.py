"""`slipway git-credential`: git asks, delivery answers for GitHub alone, and nothing is kept anywhere.

https://git-scm.com/docs/gitcredentials#_custom_helpers. A clone that was made with it asks again at each fetch and push, so that
no token, which lasts an hour, is in a file:

    git clone --config credential.helper="!slipway git-credential" https://github.com/OWNER/NAME
"""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from delivery.github_credentials import Address, address, credentials
from delivery.github_http import Http
from delivery.github_patience import Patience

USER = "x-access-token"
"""https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation"""
QUIT = "quit=1\n"
"""Git shall ask nobody else: a build would wait for a person who is not there."""
GET = "get"
PORTS = {"https": 443, "http": 80}
_PUBLIC = ("api.github.com", ".ghe.com")
"""Where the API has a host of its own, `api.` before the site's; a GitHub Enterprise Server has it below /api."""


def answered(operation: str, lines: Iterable[str], environment: Mapping[str, str]) -> str:
    """What git is to read: nothing for another host or user, and nothing where it asks for nothing.

    Raises Failed where the environment does not say who delivery is on GitHub, or GitHub gives no token.
    """
    if operation != GET:
        return ""
    asked, where = _attributes(lines), address(environment)
    place = _place(asked.get("protocol", ""), asked.get("host", ""))
    if place is None or place != _site(where) or asked.get("username", USER) != USER:
        return ""
    token = Http(where, credentials(environment), Patience()).token()
    return f"username={USER}\npassword={token}\n"


def _attributes(lines: Iterable[str]) -> dict[str, str]:
    """`key=value` up to an empty line or the end. Of several values for a key the last one holds."""
    found: dict[str, str] = {}
    for line in lines:
        key, separator, value = line.removesuffix("\n").partition("=")
        if not key and not separator:
            break
        found[key] = value
    return found


def _site(where: Address) -> tuple[str, str, int] | None:
    """Where repositories are cloned from, beside the API."""
    parts = urlsplit(where.rest)
    host = parts.netloc.rpartition("@")[2]
    name = (parts.hostname or "").lower()
    return _place(parts.scheme, host[len("api.") :] if name.startswith("api.") and name.endswith(_PUBLIC) else host)


def _place(protocol: str, host: str) -> tuple[str, str, int] | None:
    """Protocol, host and port; None for what is no such place."""
    try:
        parts = urlsplit(f"{protocol}://{host}")
        port = parts.port or PORTS[protocol]
    except (ValueError, KeyError):
        return None
    plain = parts.hostname and not parts.path and not parts.query and not parts.fragment and parts.username is None
    return (protocol, parts.hostname or "", port) if plain else None
