"""Comparing two state files field by field: secrets decrypted, times and metadata of files and runs left out."""

from __future__ import annotations

import json
from typing import Any

from sandbox.engine.checkpoint import salt_of
from sandbox.engine.secrets import Crypter

LEFT_OUT = ("created", "modified", "sourcePosition", "stackTrace")


def comparable(document: dict[str, Any], passphrase: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is to be equal: the whole file but for its resources and manifest, and each resource by URN, ID and mark."""
    salt = salt_of(document)
    crypter = Crypter(passphrase, salt) if salt else None

    def opened(value: Any) -> Any:
        if isinstance(value, dict):
            if "ciphertext" in value:
                assert crypter is not None
                return {"secret": json.loads(crypter.decrypt(value["ciphertext"]))}
            return {key: opened(item) for key, item in value.items()}
        return [opened(item) for item in value] if isinstance(value, list) else value

    whole = opened(document)
    latest = whole["checkpoint"]["latest"]
    del latest["manifest"]
    resources = {}
    for item in latest.pop("resources", []):
        fields = {key: value for key, value in item.items() if key not in LEFT_OUT}
        fields["dependencies"] = sorted(fields.get("dependencies", []))
        for key, urns in fields.get("propertyDependencies", {}).items():
            fields["propertyDependencies"][key] = sorted(urns)
        name = " ".join((item["urn"], item.get("id", ""), str(item.get("delete", False))))
        assert name not in resources
        resources[name] = fields
    return whole, resources
