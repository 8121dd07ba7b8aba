"""One thing of the first run: how to see whether it is there, how to make it so, and why."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Command = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Check:
    """`ask` reads something as JSON, and `holds` says of the answer (None where it is not there) whether all is well."""

    ask: Command
    holds: Callable[[Any], bool]


@dataclass(frozen=True, kw_only=True)
class Step:
    """`fix` mends it; without one only a person can, and `by_hand` says how. Without a check nobody but a person can tell.

    `settles`: the fix says what is to be and may run again; else it makes something that must not be there yet.
    `after` are the keys of the steps without which neither check nor fix can work. `when` holds once somebody else than
    bootstrap has made what check and fix are about; until then the step waits, and `later` says for what.
    """

    key: str
    what: str
    why: str
    check: Check | None = None
    fix: Command = ()
    settles: bool = False
    by_hand: str = ""
    remedy: str = ""
    after: tuple[str, ...] = ()
    when: Check | None = None
    later: str = ""

    @property
    def shown(self) -> str:
        """The fix as a line for a shell."""
        return shlex.join(self.fix)

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "key": self.key,
            "what": self.what,
            "why": self.why,
            "check": list(self.check.ask) if self.check else None,
            "fix": list(self.fix) or None,
            "by_hand": self.by_hand or None,
            "after": list(self.after),
            "when": list(self.when.ask) if self.when else None,
            "later": self.later or None,
        }


def exists(found: Any) -> bool:
    """Whether it is there at all."""
    return bool(found)


def has(**expected: Any) -> Callable[[Any], bool]:
    """Whether these keys have these values."""
    return lambda found: isinstance(found, Mapping) and all(found.get(key) == it for key, it in expected.items())


def allows_only(*permissions: str) -> Callable[[Any], bool]:
    """Whether a role of a project allows these, and nothing else, and was not deleted."""

    def holds(found: Any) -> bool:
        said = found or {}
        return sorted(said.get("includedPermissions", ())) == sorted(permissions) and not said.get("deleted")

    return holds


def enabled(services: Sequence[str]) -> Callable[[Any], bool]:
    """Whether `gcloud services list --enabled` names all of these."""

    def holds(found: Any) -> bool:
        there = {service.get("config", {}).get("name") for service in found or ()}
        return set(services) <= there

    return holds


def granted(role: str, member: str, condition: str = "") -> Callable[[Any], bool]:
    """Whether a policy grants a role to a member, under this condition or none; under another it is not the same grant."""

    def holds(found: Any) -> bool:
        return any(
            binding.get("role") == role
            and member in binding.get("members", ())
            and (binding.get("condition") or {}).get("expression", "") == condition
            for binding in (found or {}).get("bindings", ())
        )

    return holds
