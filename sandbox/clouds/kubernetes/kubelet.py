"""Whether the containers of a pod start: its volumes of secrets, its images, the Secrets and ConfigMaps that they read.

Images of Artifact Registry are looked up by digest in the emulated registry, which knows no tags, and pulled with the
rights of the node's account; images from anywhere else are taken to be there. What is not emulated: probes that fail
for any other reason than a crash.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.clouds import registry
from sandbox.clouds.kubernetes import image_access, images, kinds, objects, pod_specs, secret_volumes
from sandbox.clouds.kubernetes.clusters import Cluster
from sandbox.clouds.kubernetes.rollout import PodState
from sandbox.clouds.world import Snapshot

_ARTIFACT_REGISTRY = "-docker.pkg.dev"


def started(tx: Snapshot, cluster: Cluster, namespace: str, template: Mapping[str, Any], pod: PodState) -> PodState:
    """The scheduled pod after its containers have started, or with the reason why they have not.

    Messages are worded as pulumi-kubernetes shows them (provider/pkg/await/checker/pod/check.go).
    """
    if unmounted := secret_volumes.failure(tx, cluster, namespace, template, pod.name):
        waiting = " ".join(str(container.get("name")) for container in pod_specs.containers(template))
        text = f"containers with unready status: [{waiting}][ContainerCreating] {unmounted}"
        return PodState(pod.name, pod.node, "ContainerCreating", text)
    for container in pod_specs.containers(template):
        problem = _missing_reference(tx, cluster, namespace, container) or _image(
            tx, cluster, namespace, container, pod
        )
        if problem:
            reason, message = problem
            text = f"containers with unready status: [{container.get('name')}][{reason}] {message}"
            return PodState(pod.name, pod.node, reason, text)
    return PodState(pod.name, pod.node)


def _image(
    tx: Snapshot, cluster: Cluster, namespace: str, container: Mapping[str, Any], pod: PodState
) -> tuple[str, str] | None:
    reference = str(container.get("image", ""))
    try:
        image = images.parse(reference)
    except ValueError:
        # The API server takes any text, from whoever writes it there by hand.
        unread = f'couldn\'t parse image name "{reference}": invalid reference format'
        return "InvalidImageName", f'Failed to apply default image tag "{reference}": {unread}'
    if not image.name.partition("/")[0].endswith(_ARTIFACT_REGISTRY):
        return None
    found = registry.find(tx, image.name, image.digest) if image.digest else None
    if found is None:
        hint = "not found" if image.digest else "the sandbox pulls images by digest only"
        return "ImagePullBackOff", f'Back-off pulling image "{reference}": ErrImagePull: {image.name}: {hint}'
    if refused := image_access.refusal(tx, cluster, pod.node, image.name):
        return "ImagePullBackOff", f'Back-off pulling image "{reference}": ErrImagePull: {image.name}: {refused}'
    if found.dies(container.get("command"), container.get("args")):
        name = container.get("name")
        waiting = f"back-off 5m0s restarting failed container={name} pod={pod.name}_{namespace}"
        return "CrashLoopBackOff", f'{waiting}\ncontainer "{name}" terminated (Error: exit code 1)'
    return None


def _missing_reference(
    tx: Snapshot, cluster: Cluster, namespace: str, container: Mapping[str, Any]
) -> tuple[str, str] | None:
    """The first Secret or ConfigMap, or key in one, that an environment variable needs and that is not there."""
    for entry in container.get("env") or []:
        source = entry.get("valueFrom") or {}
        for field, kind in (("secretKeyRef", kinds.SECRET), ("configMapKeyRef", kinds.CONFIG_MAP)):
            wanted = source.get(field)
            if not wanted or wanted.get("optional"):
                continue
            name, key = wanted.get("name", ""), wanted.get("key", "")
            entity = objects.get(tx, cluster, kind, namespace, name)
            if entity is None:
                return "CreateContainerConfigError", f'{kind.kind.lower()} "{name}" not found'
            held = objects.live(entity)
            if key not in {**(held.get("data") or {}), **(held.get("binaryData") or {})}:
                return "CreateContainerConfigError", f"couldn't find key {key} in {kind.kind} {namespace}/{name}"
    for source in container.get("envFrom") or []:
        for field, kind in (("secretRef", kinds.SECRET), ("configMapRef", kinds.CONFIG_MAP)):
            wanted = source.get(field)
            name = (wanted or {}).get("name", "")
            if wanted and not wanted.get("optional") and objects.get(tx, cluster, kind, namespace, name) is None:
                return "CreateContainerConfigError", f'{kind.kind.lower()} "{name}" not found'
    return None
