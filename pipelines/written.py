"""Triggers as the API of Cloud Build takes them, for people and for tests.

https://docs.cloud.google.com/build/docs/api/reference/rest/v1/projects.builds
"""

from __future__ import annotations

from typing import Any

from pipelines.build import Build, Step

SHELL = "#!/bin/sh\nset -eu\n"
"""Images of tools are small: not all have bash. https://docs.cloud.google.com/build/docs/configuring-builds/run-bash-scripts"""


def build(found: Build, secret_versions: dict[str, str] | None = None) -> dict[str, Any]:
    """A `cloudbuild.yaml`. `secret_versions` maps a secret to its version's name."""
    versions = secret_versions or {}
    secrets = [{"versionName": versions.get(name, name), "env": variable} for variable, name in found.secrets.items()]
    return {
        "steps": [step(each) for each in found.steps],
        **({"substitutions": dict(found.substitutions)} if found.substitutions else {}),
        **({"availableSecrets": {"secretManager": secrets}} if secrets else {}),
        "timeout": f"{found.timeout}s",
        "options": {"machineType": found.machine, "logging": "CLOUD_LOGGING_ONLY"},
    }


def step(found: Step) -> dict[str, Any]:
    """One step."""
    parts: dict[str, Any] = {
        "id": found.id,
        "name": found.image,
        "entrypoint": found.run[0] if found.run else None,
        "args": [argument.replace("$", "$$") for argument in found.run[1:]],
        "script": script(found),
        "dir": found.folder,
        "env": [f"{key}={value}" for key, value in found.env.items()],
        "secretEnv": list(found.secrets),
        "waitFor": list(found.after) or ["-"],
        "timeout": f"{found.timeout}s" if found.timeout else None,
        "volumes": [{"name": volume.name, "path": volume.path} for volume in found.volumes],
    }
    return {key: value for key, value in parts.items() if value}


def script(found: Step) -> str:
    """A step's script with its shell; empty where it runs a command."""
    return f"{SHELL}{found.script}" if found.script else ""
