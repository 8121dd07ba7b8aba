"""Secrets: who may read which, and how they come into a pod."""

from __future__ import annotations

import json
from typing import Any

from components.borrowed_secret import BorrowedSecret, BorrowedSecretArgs
from components.managed_secret import ManagedSecret, ManagedSecretArgs
from components.pod import PodArgs, pod
from components.secret_files import SecretFiles, SecretFilesArgs
from tests.components.conftest import Build, Registered

READERS = {"api": "principal://api", "scribe": "principal://scribe"}


def accessors(registered: list[Registered]) -> list[tuple[str, str, str, str]]:
    found = [r for r in registered if r.type.endswith("SecretIamMember")]
    return [(r.name, r.inputs["secretId"], r.inputs["role"], r.inputs["member"]) for r in found]


def test_each_secret_is_open_to_exactly_its_readers(build: Build) -> None:
    args = ManagedSecretArgs(
        secret="clerk",
        location="us-west1",
        value="s3cret",
        accessors=READERS,
        purpose="Signs users in",
        key="keys/secrets",
    )
    registered = build(lambda: ManagedSecret("clerk", args))
    role = "roles/secretmanager.secretAccessor"
    assert accessors(registered) == [
        ("clerk-api-accessor", "clerk-id", role, "principal://api"),
        ("clerk-scribe-accessor", "clerk-id", role, "principal://scribe"),
    ]
    [secret] = [r for r in registered if r.type.endswith(":Secret")]
    encryption = {"kmsKeyName": "keys/secrets"}
    assert secret.inputs == {
        "secretId": "clerk",
        "annotations": {"purpose": "Signs users in"},
        "replication": {
            "userManaged": {"replicas": [{"location": "us-west1", "customerManagedEncryption": encryption}]}
        },
    }
    [version] = [r for r in registered if r.type.endswith(":SecretVersion")]
    assert version.inputs["secret"] == "clerk-id"


def test_what_is_borrowed_is_read_at_its_latest(build: Build) -> None:
    seen: list[str] = []

    def make() -> None:
        borrowed = BorrowedSecret("clerk", BorrowedSecretArgs(secret="projects/p/secrets/clerk", accessors=READERS))
        borrowed.version.apply(seen.append)

    assert [each[:2] for each in accessors(build(make))] == [
        ("clerk-api-accessor", "projects/p/secrets/clerk"),
        ("clerk-scribe-accessor", "projects/p/secrets/clerk"),
    ]
    assert seen == ["projects/p/secrets/clerk/versions/latest"]


def test_files_are_named_for_their_secrets(build: Build) -> None:
    version = "projects/1/secrets/clerk/versions/3"
    [files] = build(lambda: SecretFiles("api", SecretFilesArgs(namespace="services", secrets={"clerk": version})))
    assert files.inputs["kind"] == "SecretProviderClass"
    assert files.inputs["metadata"] == {"namespace": "services"}
    assert files.inputs["spec"]["provider"] == "gke"
    assert json.loads(files.inputs["spec"]["parameters"]["secrets"]) == [{"resourceName": version, "path": "clerk"}]


def test_a_pod_mounts_its_secrets_and_cannot_write_there() -> None:
    args = PodArgs(identity="api", image="i", args=(), env={}, cpu="1", memory="1Gi", secret_files="api-1")
    spec: Any = pod("api", args)
    [volume] = [volume for volume in spec.volumes if volume.name == "secrets"]
    assert volume.csi.driver == "secrets-store-gke.csi.k8s.io"
    assert volume.csi.read_only is True
    assert volume.csi.volume_attributes == {"secretProviderClass": "api-1"}
    [mount] = [mount for mount in spec.containers[0].volume_mounts if mount.name == "secrets"]
    assert (mount.mount_path, mount.read_only) == ("/var/run/secrets/slipway", True)


def test_variables_made_of_others_come_last_and_a_preparation_runs_first() -> None:
    args = PodArgs(
        identity="outpost",
        image="i",
        args=["serve"],
        env={"DATABASE_HOST": "h"},
        secret_env={"DATABASE_PASSWORD": ("database", "password")},
        derived={"A_URL": "postgres://:$(DATABASE_PASSWORD)@$(DATABASE_HOST)"},
        cpu="1",
        memory="1Gi",
        prepare=["migrate", "apply"],
    )
    spec: Any = pod("outpost", args)
    [container], [prepared] = spec.containers, spec.init_containers
    assert [variable.name for variable in container.env] == ["DATABASE_HOST", "DATABASE_PASSWORD", "A_URL"]
    assert (prepared.image, prepared.args, container.args) == ("i", ["migrate", "apply"], ["serve"])
    assert prepared.env == container.env
    assert prepared.security_context == container.security_context
