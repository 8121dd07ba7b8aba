"""Labels: their rules, and what the provider adds to them."""

from __future__ import annotations

import re

from sandbox.clouds.gcp.resource import Properties, ResourceType
from sandbox.clouds.gcp.settings import ATTRIBUTION, Settings
from sandbox.clouds.protocol import CheckFailure
from sandbox.values import UNKNOWN

_LABEL_KEY = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_LABEL_VALUE = re.compile(r"[a-z0-9_-]{0,63}")


def failures(resource: ResourceType, inputs: Properties) -> list[CheckFailure]:
    """https://cloud.google.com/compute/docs/labeling-resources#requirements"""
    given = inputs.get(resource.labels) if resource.labels else None
    if not isinstance(given, dict):
        return []
    found = []
    for key, value in given.items():
        if not _LABEL_KEY.fullmatch(key):
            found.append(CheckFailure(f"{resource.labels}.{key}", f"a label's key must match {_LABEL_KEY.pattern}"))
        if isinstance(value, str) and value != UNKNOWN and not _LABEL_VALUE.fullmatch(value):
            found.append(CheckFailure(f"{resource.labels}.{key}", f"{value!r} must match {_LABEL_VALUE.pattern}"))
    if len(given) > 64:
        found.append(CheckFailure(resource.labels, f"at most 64 labels, got {len(given)}"))
    return found


def outputs(resource: ResourceType, settings: Settings, news: Properties, before: Properties) -> Properties:
    """`pulumiLabels` and `effectiveLabels`: the provider's labels, Pulumi's own, and the program's over them.

    Pulumi's own label is added when a resource is made, and stays where it is (strategy CREATION_ONLY).
    """
    if not resource.labels:
        return {}
    given = news.get(resource.labels) or {}
    if given == UNKNOWN:
        return {"pulumiLabels": UNKNOWN, "effectiveLabels": UNKNOWN}
    had = before.get("pulumiLabels") if before else ATTRIBUTION if settings.attributed else {}
    own = {key: value for key, value in ATTRIBUTION.items() if isinstance(had, dict) and key in had}
    merged = {**settings.labels, **own, **given}
    return {"pulumiLabels": merged, "effectiveLabels": merged}
