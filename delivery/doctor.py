"""`slipway doctor`: what would keep the next command from working, found before it is run. Nothing is changed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from delivery import bootstrap, doctor_cloud, doctor_local, doctor_sandbox
from delivery.finding import Finding
from delivery.place import Place
from model.stacks import load_environment, stacks

Look = Callable[[], list[Finding]]


@dataclass(frozen=True)
class Examined:
    """What was looked at and what was found; `unasked` are checks that make no sense before something found is mended."""

    engine: str
    checks: tuple[str, ...]
    findings: tuple[Finding, ...]
    unasked: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "engine": self.engine,
            "checks": list(self.checks),
            "findings": [finding.as_json() for finding in self.findings],
            "unasked": list(self.unasked),
        }


def examine(place: Place, engine: str, chosen: Sequence[str]) -> Examined:
    """This machine and the config, then what the engine works with: the sandbox's folder, or the cloud."""
    for stack in chosen:
        if stack not in stacks(place.config):
            load_environment(stack, place.config)  # which refuses it, and names the one that was meant
    looks: dict[str, Look] = {
        "python": lambda: doctor_local.python(sys.version_info[:2]),
        "git": lambda: doctor_local.git(place.config),
        "config": lambda: doctor_local.config(place.config, chosen),
    }
    if engine == "sandbox":
        looks["secrets"] = lambda: doctor_sandbox.secrets(place, chosen)
        looks["sandbox"] = lambda: doctor_sandbox.folder(place)
    else:
        looks["tools"] = doctor_local.tools
        looks["steps"] = lambda: doctor_local.steps(place.config, chosen)
        looks["tokens"] = lambda: doctor_local.tokens(place.config, chosen, os.environ)
        looks["sealed"] = lambda: doctor_cloud.sealed(place.config, chosen)
    findings = [finding for look in looks.values() for finding in look()]
    checks, unasked = tuple(looks), ()
    if engine != "sandbox" and not any(finding.check in ("config", "tools") for finding in findings):
        asked, found, unasked = doctor_cloud.cloud(bootstrap.gather(place.config, chosen))
        checks, findings = checks + asked, findings + found
    return Examined(engine, checks, tuple(findings), unasked)


def lines(examined: Examined) -> Iterator[str]:
    """For people: what is wrong, or that nothing is."""
    for finding in examined.findings:
        yield str(finding)
    if examined.unasked:
        yield f"{len(examined.unasked)} more checks make sense only once that is mended"
    if not examined.findings:
        yield f"nothing is missing ({len(examined.checks)} checks, engine {examined.engine})"
