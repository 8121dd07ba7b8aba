"""The names under which services are reached: one label before the domain, so that one wildcard certificate serves all.

In an environment a route's host is the label, or the domain itself where it names none. In a preview the branch is the
label, with the route's host behind two hyphens where it names one: `fix-login.DOMAIN`, `fix-login--mcp.DOMAIN`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection

LABEL_LIMIT = 63
NAME_LIMIT = 253
"""RFC 1035, in the text form that Kubernetes and Gateway API count."""

SEPARATOR = "--"
"""Between branch and host. No host has it, and no branch keeps it, so that a preview's name is nobody else's."""

INTERNAL = "internal"
"""The label under which the network's own names are, such as `outpost.internal.DOMAIN`."""

_LABEL = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_DOMAIN = re.compile(r"([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z]([-a-z0-9]*[a-z0-9])?")


def domain(value: str) -> str:
    """A domain that leaves room for the names below it."""
    if not _DOMAIN.fullmatch(value) or any(len(label) > LABEL_LIMIT for label in value.split(".")):
        raise ValueError(f"'{value}' is no domain|Write lower-case labels with dots between, such as dev.example.com")
    most = NAME_LIMIT - LABEL_LIMIT - len(INTERNAL) - 2
    if len(value) > most:
        raise ValueError(f"'{value}' has {len(value)} characters, a domain may have {most}|Write a shorter one")
    return value


def host(value: str) -> str:
    """A route's host: a label of its own, or nothing."""
    if not value:
        return value
    if not _LABEL.fullmatch(value) or len(value) > LABEL_LIMIT:
        raise ValueError(
            f"'{value}' is no host|Write one label: lower-case letters, digits and hyphens, starting with a letter"
        )
    if SEPARATOR in value or value == INTERNAL:
        raise ValueError(f"'{value}' is a name that Slipway keeps for itself|Write another one, without '{SEPARATOR}'")
    return value


def preview_label(number: int, branch: str, host: str, taken: Collection[str], *, fork: bool = False) -> str:
    """The label of a preview's host. `taken` are the hosts of the environment that it shares the domain with.

    Where the branch's name had to be altered or cut, is a host of the environment, or is a `fork`'s, the number and a short
    hash of the branch follow.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", branch.lower()).strip("-")
    ending = f"{SEPARATOR}{host}" if host else ""
    # Hyphens in the third and fourth place are kept for encoded names, such as xn--.
    plain = len(slug) > 2 or not ending
    if slug == branch and not fork and slug not in {*taken, INTERNAL} and plain and len(slug + ending) <= LABEL_LIMIT:
        return slug + ending
    mark = f"{number}-{hashlib.sha256(branch.encode()).hexdigest()[:6]}{ending}"
    kept = slug[: LABEL_LIMIT - len(mark) - len(SEPARATOR)].rstrip("-")
    kept = f"pr-{kept}" if len(kept) == 2 else kept
    return f"{kept}{SEPARATOR}{mark}" if kept else mark


def route(service: str, gateway: str, host: str, path: str) -> str:
    """The Kubernetes name of a service's route; two routes of a service may not come to the same one."""
    parts = [service, gateway, host, *re.findall(r"[a-z0-9]+", path.lower())]
    return "-".join(part for part in parts if part)
