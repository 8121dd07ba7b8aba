"""The pod security standards, where a namespace's label `pod-security.kubernetes.io/enforce` asks for one.

https://kubernetes.io/docs/concepts/security/pod-security-standards/. Emulated are the controls that a pod of Slipway's
kind can miss; AppArmor, SELinux, sysctls, procMount and Windows are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.clouds.kubernetes import pod_specs

ENFORCE = "pod-security.kubernetes.io/enforce"
_HOST = ("hostNetwork", "hostPID", "hostIPC")
_BASELINE_CAPABILITIES = frozenset(
    {
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP",
        "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    }
)  # fmt: skip
_RESTRICTED_VOLUMES = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)


def refusal(level: str, template: Mapping[str, Any], name: str) -> str:
    """Why the namespace takes no such pod, as the API server words it; empty where it does."""
    if level not in ("baseline", "restricted"):
        return ""
    spec = template.get("spec") or {}
    found = list(_baseline(spec, template))
    if level == "restricted":
        found += _restricted(spec, template)
    return f'pods "{name}" is forbidden: violates PodSecurity "{level}:latest": {", ".join(found)}' if found else ""


def _baseline(spec: Mapping[str, Any], template: Mapping[str, Any]) -> Iterator[str]:
    host = [f"{key}=true" for key in _HOST if spec.get(key)]
    if host:
        yield f"host namespaces ({', '.join(host)})"
    paths = [volume["name"] for volume in spec.get("volumes") or [] if "hostPath" in volume]
    if paths:
        yield f"hostPath volumes ({_named('volume', paths)})"
    privileged: list[str] = []
    added: list[str] = []
    for container in pod_specs.containers(template):
        context = container.get("securityContext") or {}
        if context.get("privileged"):
            privileged.append(container["name"])
        if set((context.get("capabilities") or {}).get("add") or ()) - _BASELINE_CAPABILITIES:
            added.append(container["name"])
    if privileged:
        yield f"privileged ({_named('container', privileged)} must not set securityContext.privileged=true)"
    if added:
        yield f"non-default capabilities ({_named('container', added)})"


def _restricted(spec: Mapping[str, Any], template: Mapping[str, Any]) -> Iterator[str]:
    containers = pod_specs.containers(template)
    contexts = {container["name"]: container.get("securityContext") or {} for container in containers}
    escalating = [name for name, c in contexts.items() if c.get("allowPrivilegeEscalation") is not False]
    if escalating:
        must = "must set securityContext.allowPrivilegeEscalation=false"
        yield f"allowPrivilegeEscalation != false ({_named('container', escalating)} {must})"
    capable = [name for name, c in contexts.items() if not _drops_all(c.get("capabilities") or {})]
    if capable:
        must = 'must set securityContext.capabilities.drop=["ALL"]'
        yield f"unrestricted capabilities ({_named('container', capable)} {must})"
    odd = [v["name"] for v in spec.get("volumes") or [] if not (v.keys() - {"name"}) <= _RESTRICTED_VOLUMES]
    if odd:
        yield f"restricted volume types ({_named('volume', odd)})"
    pod = spec.get("securityContext") or {}
    root = [name for name, c in contexts.items() if c.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True]
    if root:
        must = "must set securityContext.runAsNonRoot=true"
        yield f"runAsNonRoot != true (pod or {_named('container', root)} {must})"
    if any(c.get("runAsUser", pod.get("runAsUser")) == 0 for c in contexts.values()):
        yield "runAsUser=0 (pod or container must not set runAsUser=0)"
    default = (pod.get("seccompProfile") or {}).get("type")
    open_ = [
        name for name, c in contexts.items() if not _confined((c.get("seccompProfile") or {}).get("type", default))
    ]
    if open_:
        must = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
        yield f"seccompProfile (pod or {_named('container', open_)} {must})"


def _drops_all(capabilities: Mapping[str, Any]) -> bool:
    return "ALL" in (capabilities.get("drop") or ()) and set(capabilities.get("add") or ()) <= {"NET_BIND_SERVICE"}


def _confined(profile: str | None) -> bool:
    return profile in ("RuntimeDefault", "Localhost")


def _named(thing: str, names: list[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"{thing}s {quoted}" if len(names) > 1 else f"{thing} {quoted}"
