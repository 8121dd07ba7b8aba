"""Read: what of a resource the provider takes from the cloud, and what that makes of the inputs in the state.

After extractInputs in pkg/tfbridge/schema.go of pulumi-terraform-bridge: an input is as the cloud has it now, one that the
cloud has no more is gone, and what the program did not give is not added.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.clouds.gcp.check import DEFAULTS
from sandbox.clouds.gcp.diff import DELETION_POLICY
from sandbox.clouds.gcp.resource import UNSET, Properties, ResourceType, Rule

UNREAD: Mapping[str, tuple[str, ...]] = {
    "gcp:monitoring/notificationChannel:NotificationChannel": ("sensitiveLabels",),
    "gcp:sql/databaseInstance:DatabaseInstance": ("rootPassword",),
    "gcp:sql/user:User": ("password",),
    "github:index/repositoryWebhook:RepositoryWebhook": ("configuration.secret",),
}
"""What the cloud never answers, or only hidden: the provider goes on with what the state has (the types' sources)."""

OF_THE_PROVIDER = (
    *("deleteDefaultRoutesOnCreate", "deletionPolicy", "deletionProtection", "disableOnDestroy", "forceDelete"),
    *("forceDestroy", "isSecretDataBase64", "removeDefaultNodePool"),
)
"""What is in no cloud and only in the state: how the provider is to act. Virtual fields, in the words of the sources."""

_NONE = Rule()


def outputs(resource: ResourceType, live: Properties, state: Properties) -> Properties:
    """What the provider shows: as in the cloud, but for what that does not tell."""
    shown = dict(live)
    for path in UNREAD.get(resource.token, ()):
        outer, _, inner = path.rpartition(".")
        if not outer:
            _take_over(shown, state, inner)
        elif isinstance(shown.get(outer), dict):
            had = state.get(outer)
            shown[outer] = dict(shown[outer])
            _take_over(shown[outer], had if isinstance(had, dict) else {}, inner)
    return shown


def imported(resource: ResourceType, live: Properties) -> Properties:
    """What the provider shows of what no state has: of what is in no cloud its own defaults, which its importers set."""
    shown = {key: value for key, value in outputs(resource, live, {}).items() if key not in OF_THE_PROVIDER}
    for key in OF_THE_PROVIDER:
        rule = resource.table.properties.get(key, _NONE)
        if rule.default is not UNSET:
            shown[key] = rule.default
    return {**shown, DELETION_POLICY: "DELETE"} if DELETION_POLICY in live else shown


def inputs(resource: ResourceType, state: Properties, live: Properties) -> Properties:
    """The inputs that the state has, with the cloud's values."""
    return _object(resource, state, live, "")


def _take_over(shown: Properties, state: Properties, key: str) -> None:
    shown.pop(key, None)
    if key in state:
        shown[key] = state[key]


def _object(resource: ResourceType, given: Properties, live: Properties, path: str) -> Properties:
    found = {
        key: _value(resource, value, live[key], f"{path}.{key}" if path else key)
        for key, value in given.items()
        if key != DEFAULTS and key in live
    }
    if DEFAULTS in given:
        # What was filled in and is another now has been given by somebody.
        found[DEFAULTS] = [key for key in given[DEFAULTS] if key in found and found[key] == given[key]]
    return found


def _value(resource: ResourceType, given: Any, live: Any, path: str) -> Any:
    if isinstance(given, dict) and isinstance(live, dict):
        return _object(resource, given, live, path)
    if isinstance(given, list) and isinstance(live, list):
        if resource.table.properties.get(path, _NONE).unordered and all(isinstance(each, dict) for each in given):
            live = _matched(given, live)
        return [_value(resource, one, other, path) for one, other in zip(given, live, strict=False)]
    return live


def _matched(given: list[Properties], live: list[Any]) -> list[Any]:
    """The elements of a set in the order in which they were given, each the one that is most alike."""
    left: list[Any] = list(live)
    found: list[Any] = []
    for one in given:
        alike = [sum(each.get(key) == value for key, value in one.items()) for each in left if isinstance(each, dict)]
        if not alike:
            break
        found.append(left.pop(alike.index(max(alike))))
    return found
