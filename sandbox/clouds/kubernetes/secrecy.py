"""Secret marks on outputs: what was secret in the inputs is secret in everything made of them.

As annotateSecrets and checkpointObject in pulumi-kubernetes 4.34 (provider/pkg/provider/provider.go): objects are
compared key by key, a list with any secret inside becomes one secret. Beyond that, a Secret's data is always marked,
also where the program did not, so that no state file ever has it in clear.
"""

from __future__ import annotations

from typing import Any

from sandbox.clouds.kubernetes import kinds
from sandbox.clouds.kubernetes.kinds import Kind
from sandbox.values import has_secrets, is_secret, secret


def marked(kind: Kind, outs: dict[str, Any], ins: dict[str, Any]) -> dict[str, Any]:
    """A copy of `outs` with the secret marks of `ins`."""
    result = _object(outs, ins)
    if kind is kinds.SECRET:
        for key in ("data", "stringData"):
            if result.get(key):
                result[key] = secret(result[key])
    return result


def _object(outs: dict[str, Any], ins: dict[str, Any]) -> dict[str, Any]:
    return {key: _value(item, ins[key]) if key in ins else item for key, item in outs.items()}


def _value(out: Any, given: Any) -> Any:
    if is_secret(out):
        return out
    if is_secret(given):
        return secret(out)
    if isinstance(out, dict) and isinstance(given, dict):
        return _object(out, given)
    return secret(out) if has_secrets(given) else out
