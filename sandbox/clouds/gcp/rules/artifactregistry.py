"""Rules of Artifact Registry."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Rule, Table
from sandbox.clouds.gcp.rules.patterns import GCE_NAME

_DURATION = r"\d+(?:\.\d{1,9})?[smhd]"

REPOSITORY = Table(
    source="artifactregistry/resource_artifact_registry_repository.go",
    properties={
        "cleanupPolicies": Rule(unordered=True),
        "cleanupPolicies.action": Rule(values=("DELETE", "KEEP")),
        "cleanupPolicies.condition.newerThan": Rule(pattern=_DURATION),
        "cleanupPolicies.condition.olderThan": Rule(pattern=_DURATION),
        "cleanupPolicies.condition.tagState": Rule(default="ANY", values=("TAGGED", "UNTAGGED", "ANY")),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "format": Rule(
            replace=True,
            fold=True,
            values=("DOCKER", "MAVEN", "NPM", "APT", "YUM", "PYTHON", "KFP", "GO", "GENERIC", "RUBY"),
        ),
        "kmsKeyName": Rule(replace=True),
        "location": Rule(replace=True, kept=True),
        "mavenConfig.allowSnapshotOverwrites": Rule(replace=True),
        "mavenConfig.versionPolicy": Rule(
            replace=True,
            default="VERSION_POLICY_UNSPECIFIED",
            values=("VERSION_POLICY_UNSPECIFIED", "RELEASE", "SNAPSHOT"),
        ),
        "mode": Rule(
            replace=True,
            default="STANDARD_REPOSITORY",
            values=("STANDARD_REPOSITORY", "VIRTUAL_REPOSITORY", "REMOTE_REPOSITORY"),
        ),
        "project": Rule(replace=True, kept=True),
        "remoteRepositoryConfig": Rule(replace=True),
        "remoteRepositoryConfig.aptRepository": Rule(replace=True),
        "remoteRepositoryConfig.aptRepository.publicRepository": Rule(replace=True),
        "remoteRepositoryConfig.aptRepository.publicRepository.repositoryBase": Rule(
            replace=True, values=("DEBIAN", "UBUNTU", "DEBIAN_SNAPSHOT")
        ),
        "remoteRepositoryConfig.aptRepository.publicRepository.repositoryPath": Rule(replace=True),
        "remoteRepositoryConfig.commonRepository": Rule(replace=True),
        "remoteRepositoryConfig.commonRepository.uri": Rule(replace=True),
        "remoteRepositoryConfig.description": Rule(replace=True),
        "remoteRepositoryConfig.dockerRepository": Rule(replace=True),
        "remoteRepositoryConfig.dockerRepository.customRepository": Rule(replace=True),
        "remoteRepositoryConfig.dockerRepository.customRepository.uri": Rule(replace=True),
        "remoteRepositoryConfig.dockerRepository.publicRepository": Rule(replace=True, values=("DOCKER_HUB",)),
        "remoteRepositoryConfig.mavenRepository": Rule(replace=True),
        "remoteRepositoryConfig.mavenRepository.customRepository": Rule(replace=True),
        "remoteRepositoryConfig.mavenRepository.customRepository.uri": Rule(replace=True),
        "remoteRepositoryConfig.mavenRepository.publicRepository": Rule(replace=True, values=("MAVEN_CENTRAL",)),
        "remoteRepositoryConfig.noCache": Rule(replace=True),
        "remoteRepositoryConfig.npmRepository": Rule(replace=True),
        "remoteRepositoryConfig.npmRepository.customRepository": Rule(replace=True),
        "remoteRepositoryConfig.npmRepository.customRepository.uri": Rule(replace=True),
        "remoteRepositoryConfig.npmRepository.publicRepository": Rule(replace=True, values=("NPMJS",)),
        "remoteRepositoryConfig.pythonRepository": Rule(replace=True),
        "remoteRepositoryConfig.pythonRepository.customRepository": Rule(replace=True),
        "remoteRepositoryConfig.pythonRepository.customRepository.uri": Rule(replace=True),
        "remoteRepositoryConfig.pythonRepository.publicRepository": Rule(replace=True, values=("PYPI",)),
        "remoteRepositoryConfig.yumRepository": Rule(replace=True),
        "remoteRepositoryConfig.yumRepository.publicRepository": Rule(replace=True),
        "remoteRepositoryConfig.yumRepository.publicRepository.repositoryBase": Rule(
            replace=True, values=("CENTOS", "CENTOS_DEBUG", "CENTOS_VAULT", "CENTOS_STREAM", "ROCKY", "EPEL")
        ),
        "remoteRepositoryConfig.yumRepository.publicRepository.repositoryPath": Rule(replace=True),
        "repositoryId": Rule(replace=True, pattern=GCE_NAME),
        "vulnerabilityScanningConfig": Rule(kept=True),
        "vulnerabilityScanningConfig.enablementConfig": Rule(values=("INHERITED", "DISABLED")),
    },
    one_of=(
        (
            "remoteRepositoryConfig.aptRepository",
            "remoteRepositoryConfig.commonRepository",
            "remoteRepositoryConfig.dockerRepository",
            "remoteRepositoryConfig.mavenRepository",
            "remoteRepositoryConfig.npmRepository",
            "remoteRepositoryConfig.pythonRepository",
            "remoteRepositoryConfig.yumRepository",
        ),
    ),
    conflicts=(
        ("remoteRepositoryConfig", "virtualRepositoryConfig"),
        (
            "remoteRepositoryConfig.dockerRepository.customRepository",
            "remoteRepositoryConfig.dockerRepository.publicRepository",
        ),
        (
            "remoteRepositoryConfig.mavenRepository.customRepository",
            "remoteRepositoryConfig.mavenRepository.publicRepository",
        ),
        (
            "remoteRepositoryConfig.npmRepository.customRepository",
            "remoteRepositoryConfig.npmRepository.publicRepository",
        ),
        (
            "remoteRepositoryConfig.pythonRepository.customRepository",
            "remoteRepositoryConfig.pythonRepository.publicRepository",
        ),
    ),
)
