"""Asking pip-audit about locks, and saying so where nothing was learnt: `python -m tests.supply.audit LOCK...`.

pip-audit itself ends well without having looked anything up. This ends with 4 where something is
known to be vulnerable, with 1 where only a part could be looked up, and with 0, saying that nothing was audited, where the advisories
cannot be reached at all.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.supply.locked import PROGRAM

PIP_AUDIT = PROGRAM / ".audit" / "bin" / "pip-audit"
"""Where `make audit` has put it."""


@dataclass(frozen=True)
class Audit:
    """How many were looked up, which could not be, and what is known of the others, one line each."""

    known: int
    unknown: tuple[str, ...]
    vulnerable: tuple[str, ...]

    @property
    def code(self) -> int:
        """The exit code."""
        return 4 if self.vulnerable else 1 if self.known and self.unknown else 0

    def lines(self, lock: str) -> list[str]:
        """What to tell."""
        if not self.known:
            return [f"{lock}: not audited: the advisories could not be reached"]
        found = [f"{lock}: {self.known} looked up, {len(self.vulnerable)} known vulnerabilities"]
        missing = [f"  not looked up: {', '.join(self.unknown)}"] if self.unknown else []
        return [*found, *(f"  {each}" for each in self.vulnerable), *missing]


def read(answer: Mapping[str, Any]) -> Audit:
    """pip-audit's answer as JSON."""
    found = answer.get("dependencies", [])
    known = [each for each in found if "skip_reason" not in each]
    return Audit(
        known=len(known),
        unknown=tuple(each["name"] for each in found if "skip_reason" in each),
        vulnerable=tuple(
            f"{each['name']} {each['version']}: {', '.join([flaw['id'], *flaw['aliases']])}; "
            f"{'correct in ' + ', '.join(flaw['fix_versions']) if flaw['fix_versions'] else 'no version corrects it yet'}"
            for each in known
            for flaw in each["vulns"]
        ),
    )


def asked(lock: str) -> Audit:
    """What pip-audit says of a lock."""
    command = [PIP_AUDIT, "--disable-pip", "--require-hashes", "--progress-spinner=off", "--format=json"]
    done = subprocess.run([*command, f"--requirement={lock}"], capture_output=True, text=True, check=False)
    # Without a connection it says nothing on stdout.
    return read(json.loads(done.stdout or "{}"))


def main() -> None:
    """Ask about each lock, and end with the worst of the answers."""
    codes = []
    for lock in sys.argv[1:]:
        audit = asked(lock)
        print(*audit.lines(lock), sep="\n", file=sys.stderr if audit.code or not audit.known else sys.stdout)
        codes.append(audit.code)
    sys.exit(max(codes))


if __name__ == "__main__":
    main()
