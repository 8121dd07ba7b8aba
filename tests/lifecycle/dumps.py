"""State and world as text in which two undisturbed runs are equal: names that Pulumi draws, addresses and times left out."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from typing import Any

from sandbox.clouds.inventory import CLOUDS
from sandbox.values import is_secret, unwrap
from tests.lifecycle.commands import Site

DRAWN = re.compile(r"(?<=-)[0-9a-f]{7,8}(?![0-9a-z])")
"""Seven digits after the names of Google's things, eight after those of Kubernetes' objects."""
ADDRESS = re.compile(r"\b[0-9]{1,3}(\.[0-9]{1,3}){3}\b")
REPLICA_SET = re.compile(r"(?<=-)[bcdfghjklmnpqrstvwxz2456789]{8,10}(?![a-z0-9])")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----")
NUMBERED = re.compile(r"(?<=\.)[0-9]+(?=\.authorize\.certificatemanager\.goog\.)|(?<=/notificationChannels/)[0-9]+")
"""By the cloud, in the order in which it is asked."""
SECRET = "kubernetes:core/v1:Secret"
STATE = ("urn", "type", "custom", "external", "parent", "protect", "dependencies", "propertyDependencies", "aliases")


def plain(value: Any) -> str:
    """The value as JSON text without what differs from run to run."""
    text = json.dumps(value, sort_keys=True)
    for pattern in (UUID, PEM, NUMBERED, DRAWN, ADDRESS, REPLICA_SET):
        text = pattern.sub("#", text)
    return text


def state(site: Site, stack: str) -> list[str]:
    """The stack's resources, sorted. Secrets are encrypted with a fresh nonce each time, so only their place counts."""
    file = site.folder / ".sandbox" / ".pulumi" / "stacks" / "slipway" / f"{stack}.json"
    deployment = json.loads(file.read_text())["checkpoint"]["latest"]
    assert not deployment.get("pending_operations")
    assert json.loads(file.read_text())["version"] == 3
    return sorted(
        plain(
            {
                **{key: resource[key] for key in STATE if key in resource},
                "inputs": sealed(resource.get("inputs", {})),
                "outputs": sorted(resource.get("outputs", {})),
                "provider": resource.get("provider", "").rpartition("::")[0],
            }
        )
        for resource in deployment.get("resources", [])
    )


def world(site: Site) -> list[str]:
    """Everything that exists in the emulated clouds, sorted."""
    opened = site.world
    with opened.read() as tx:
        found = [each for cloud in CLOUDS for each in tx.list(cloud)]
    opened.close()
    return sorted(
        plain([each.type, each.urn, decoded(each.inputs) if each.type == SECRET else each.inputs, sorted(each.outputs)])
        for each in found
    )


def differences(found: list[str], expected: list[str]) -> list[str]:
    """What is lost (`-`) and what is too much (`+`), entry by entry."""
    lost, extra = Counter(expected) - Counter(found), Counter(found) - Counter(expected)
    return sorted([f"- {each}" for each in lost.elements()] + [f"+ {each}" for each in extra.elements()])


def decoded(secret: dict[str, Any]) -> dict[str, Any]:
    """A Kubernetes Secret with its data as they were before base64, which hides what is drawn in them."""
    values = {key: base64.b64decode(value).decode() for key, value in unwrap(secret["data"]).items()}
    return {**secret, "data": {"secret": is_secret(secret["data"]), "values": values}}


def sealed(value: Any) -> Any:
    """The value with every secret as the same word."""
    if isinstance(value, dict):
        if "ciphertext" in value:
            return "[secret]"
        return {key: sealed(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [sealed(entry) for entry in value]
    return value
