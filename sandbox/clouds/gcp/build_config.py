"""What must hold in a Cloud Build build: steps, secrets and substitutions."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from sandbox.clouds.gcp.identity import at, every, listed
from sandbox.clouds.gcp.resource import Properties
from sandbox.values import has_unknowns, is_unknown

Found = list[tuple[str, str]]
_SUBSTITUTION = re.compile(r"_[A-Z0-9_]{1,99}")
# https://cloud.google.com/build/docs/configuring-builds/substitute-variable-values
_SUBSTITUTIONS, _VALUE_BYTES = 200, 4000
# https://cloud.google.com/build/docs/api/reference/rest/v1/projects.builds: `Secret` and `timeout`
_SECRETS, _LONGEST = 100, 86400.0
_RESERVED = ("/workspace", "/builder/home", "/var/run/docker.sock")
_MANAGED = "build.availableSecrets.secretManagers"


def steps(inputs: Properties) -> Found:
    """stepTimeoutCustomizeDiff, and https://cloud.google.com/build/quotas."""
    given = [step for step in listed(inputs, "build.steps") if isinstance(step, dict)]
    found: Found = []
    total, limit = sum(_seconds(step.get("timeout")) for step in given), _seconds(at(inputs, "build.timeout") or "600s")
    if total > limit:
        found.append(("build.timeout", f"the steps' timeouts sum up to {total:g}s, more than the build's {limit:g}s"))
    if limit > _LONGEST:
        found.append(("build.timeout", f"{limit:g}s is more than 24 hours, {_LONGEST:g}s"))
    if len(given) > 100:
        found.append(("build.steps", f"at most 100 steps, got {len(given)}"))
    known: set[str] = set()
    for index, step in enumerate(given):
        for name in listed(step, "waitFors"):
            if isinstance(name, str) and name != "-" and name not in known and not has_unknowns(name):
                found.append((f"build.steps[{index}].waitFors", f"no earlier step has the id {name!r}"))
        if step.get("script") and (step.get("args") or step.get("entrypoint")):
            found.append((f"build.steps[{index}].script", "not allowed together with args or entrypoint"))
        if step.get("id") in known:
            found.append((f"build.steps[{index}].id", f"{step['id']!r} is the id of an earlier step"))
        known.add(str(step.get("id", "")))
    return found + _volumes(given)


def _volumes(given: list[Properties]) -> Found:
    """https://cloud.google.com/build/docs/build-config-file-schema#volumes"""
    found: Found = []
    counted: Counter[str] = Counter()
    for index, step in enumerate(given):
        mounted = [volume for volume in listed(step, "volumes") if isinstance(volume, dict)]
        for key in ("name", "path"):
            if len({str(volume.get(key)) for volume in mounted}) < len(mounted):
                found.append((f"build.steps[{index}].volumes", f"two volumes have the same {key}"))
        counted.update({str(volume.get("name")) for volume in mounted if not has_unknowns(volume.get("name"))})
        for volume in mounted:
            where = volume.get("path")
            if isinstance(where, str) and not has_unknowns(where) and (where[:1] != "/" or where in _RESERVED):
                found.append((f"build.steps[{index}].volumes", f"{where!r} is relative or reserved"))
    return found + [
        ("build.steps", f"the volume {name!r} is used by one step alone") for name, n in counted.items() if n < 2
    ]


def secrets(inputs: Properties) -> Found:
    """Names of secret variables, of Secret Manager and of KMS, and the steps that use them."""
    managed = [one.get("env") if isinstance(one, dict) else one for one in listed(inputs, _MANAGED)]
    encrypted = [name for each in every(inputs, "build.secrets.secretEnv") if isinstance(each, dict) for name in each]
    where = _MANAGED if managed else "build.secrets"
    counted = Counter(name for name in [*managed, *encrypted] if isinstance(name, str) and not is_unknown(name))
    found: Found = [(where, f"env {name!r} is given {count} times") for name, count in counted.items() if count > 1]
    if counted.total() > _SECRETS:
        found.append((where, f"at most {_SECRETS} secret values, got {counted.total()}"))
    by_step = [_envs(step) for step in listed(inputs, "build.steps")]
    by_all = at(inputs, "build.options.secretEnvs") or []
    if has_unknowns([managed, by_step, by_all]) or any(map(is_unknown, _wholes(inputs))):
        return found
    used = {name for names in (by_all, *by_step) for name in names}
    found += [(where, f"no step has {name!r} among its secretEnvs") for name in counted if name not in used]
    return found + [
        (f"build.steps[{index}].secretEnvs", f"no secret has the env {name!r}")
        for index, names in enumerate(by_step)
        for name in names
        if name not in counted
    ]


def substitutions(inputs: Properties) -> Found:
    """The trigger's own, and the build's."""
    found: Found = []
    for path in ("substitutions", "build.substitutions"):
        given = at(inputs, path)
        if not isinstance(given, dict):
            continue
        if len(given) > _SUBSTITUTIONS:
            found.append((path, f"at most {_SUBSTITUTIONS} substitutions, got {len(given)}"))
        for key, value in given.items():
            if not _SUBSTITUTION.fullmatch(key):
                found.append((f"{path}.{key}", "must begin with _ and hold only A-Z, 0-9 and _, at most 100 of them"))
            if isinstance(value, str) and len(value.encode()) > _VALUE_BYTES:
                found.append((f"{path}.{key}", f"at most {_VALUE_BYTES} bytes, got {len(value.encode())}"))
    return found


def _envs(step: Any) -> Any:
    """The secret variables of a step."""
    return (step.get("secretEnvs") or []) if isinstance(step, dict) else [step]


def _wholes(inputs: Properties) -> list[Any]:
    """What may turn out to hold secrets, or steps that use some."""
    paths = ("build", "build.steps", "build.secrets", "build.availableSecrets", _MANAGED)
    return [*(at(inputs, path) for path in paths), *every(inputs, "build.secrets.secretEnv")]


def _seconds(text: object) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)s", str(text))
    return float(match.group(1)) if match else 0.0
