"""What a plan leaves open: the outputs that only the cloud can tell."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Properties, ResourceType, Rule
from sandbox.clouds.gcp.shapes import inputs_of
from sandbox.values import UNKNOWN


def fill(resource: ResourceType, outputs: Properties, before: Properties) -> None:
    """Put into planned outputs what is computed: as it was before, else unknown."""
    for path in resource.computed:
        if not _left_out(resource, outputs, path):
            _await(outputs, before, path)


def _left_out(resource: ResourceType, outputs: Properties, path: str) -> bool:
    """Whether the path leads into an object that is there only where the program gives it, and it does not."""
    key, _, rest = path.partition(".")
    own = key in inputs_of(resource).properties and not resource.table.properties.get(key, Rule()).kept
    return bool(rest) and own and key not in outputs


def _await(outputs: Properties, before: Properties, path: str) -> None:
    """What only the cloud can tell: what it told before, else unknown. A path into an object that is not given stands for
    the whole of it."""
    key, _, rest = path.partition(".")
    former = before.get(key)
    if rest and isinstance(outputs.get(key), dict):
        outputs[key] = {**outputs[key]}
        _await(outputs[key], former if isinstance(former, dict) else {}, rest)
    elif key not in outputs:
        outputs[key] = UNKNOWN if former is None else former
