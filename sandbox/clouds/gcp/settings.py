"""The gcp provider's own configuration, one per instance: project, region, zone, labels for everything."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from pulumi_gcp.provider import ProviderArgs

from sandbox.clouds.gcp.resource import Properties
from sandbox.clouds.gcp.shapes import Shape
from sandbox.clouds.protocol import CheckFailure
from sandbox.values import is_unknown

ATTRIBUTION = {"goog-pulumi-provisioned": "true"}
_OURS = {"version", "pluginDownloadURL"}


@dataclass(frozen=True)
class Settings:
    """What resources fall back to. `labels` go on every resource, `attributed` adds Pulumi's own label."""

    project: str = ""
    region: str = ""
    zone: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    attributed: bool = True

    @classmethod
    def of(cls, inputs: Properties) -> Settings:
        """From a provider's inputs, in which objects and booleans may be JSON text (default providers)."""
        known = {key: _decoded(value) for key, value in inputs.items() if value is not None and not is_unknown(value)}
        return cls(
            project=str(known.get("project", "")),
            region=str(known.get("region", "")).rsplit("/", 1)[-1],
            zone=str(known.get("zone", "")).rsplit("/", 1)[-1],
            labels={key: str(value) for key, value in (known.get("defaultLabels") or {}).items()},
            attributed=known.get("addPulumiAttributionLabel", True) is not False,
        )

    def place(self, property: str) -> str:
        """What a resource's region, zone or location is where it does not say."""
        if property == "zone":
            return self.zone
        return self.region if property == "region" else self.region or self.zone


def check(inputs: Properties) -> list[CheckFailure]:
    """What is wrong with a provider's inputs: keys that there are not."""
    known = Shape("object", arguments=ProviderArgs).properties
    return [
        CheckFailure(key, f"the gcp provider has no such configuration; there are {', '.join(sorted(known))}")
        for key in sorted(inputs)
        if key not in known and key not in _OURS and not key.startswith("__")
    ]


def _decoded(value: Any) -> Any:
    if isinstance(value, str) and (value in ("true", "false") or value[:1] in "{["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
