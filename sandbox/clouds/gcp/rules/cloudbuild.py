"""Rules of Cloud Build."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Rule, Table

_DURATION = r"\d+(?:\.\d{1,9})?s"
_SECRET_VERSION = "projects/[^/]+/secrets/[^/]+/versions/[^/]+"
# https://cloud.google.com/build/docs/api/reference/rest/v1/projects.builds#machinetype; the provider takes any.
_MACHINES = ("UNSPECIFIED", "N1_HIGHCPU_8", "N1_HIGHCPU_32", "E2_HIGHCPU_8", "E2_HIGHCPU_32", "E2_MEDIUM")

TRIGGER = Table(
    source="cloudbuild/resource_cloudbuild_trigger.go",
    properties={
        "approvalConfig": Rule(kept=True),
        "approvalConfig.approvalRequired": Rule(default=False),
        "bitbucketServerTriggerConfig.pullRequest.commentControl": Rule(
            values=("COMMENTS_DISABLED", "COMMENTS_ENABLED", "COMMENTS_ENABLED_FOR_EXTERNAL_CONTRIBUTORS_ONLY")
        ),
        "build.availableSecrets.secretManagers.versionName": Rule(pattern=_SECRET_VERSION),
        "build.options.logStreamingOption": Rule(values=("STREAM_DEFAULT", "STREAM_ON", "STREAM_OFF")),
        "build.options.logging": Rule(
            values=("LOGGING_UNSPECIFIED", "LEGACY", "GCS_ONLY", "STACKDRIVER_ONLY", "CLOUD_LOGGING_ONLY", "NONE")
        ),
        "build.options.machineType": Rule(values=_MACHINES),
        "build.options.requestedVerifyOption": Rule(values=("NOT_VERIFIED", "VERIFIED")),
        "build.options.sourceProvenanceHashes": Rule(values=("NONE", "SHA256", "MD5")),
        "build.options.substitutionOption": Rule(values=("MUST_MATCH", "ALLOW_LOOSE")),
        "build.queueTtl": Rule(pattern=_DURATION),
        "build.steps.timeout": Rule(pattern=_DURATION),
        "build.timeout": Rule(default="600s", pattern=_DURATION),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "developerConnectEventConfig.pullRequest.commentControl": Rule(
            values=("COMMENTS_DISABLED", "COMMENTS_ENABLED", "COMMENTS_ENABLED_FOR_EXTERNAL_CONTRIBUTORS_ONLY")
        ),
        "gitFileSource.repoType": Rule(values=("UNKNOWN", "CLOUD_SOURCE_REPOSITORIES", "GITHUB", "BITBUCKET_SERVER")),
        "github.pullRequest.commentControl": Rule(
            values=("COMMENTS_DISABLED", "COMMENTS_ENABLED", "COMMENTS_ENABLED_FOR_EXTERNAL_CONTRIBUTORS_ONLY")
        ),
        "includeBuildLogs": Rule(values=("INCLUDE_BUILD_LOGS_UNSPECIFIED", "INCLUDE_BUILD_LOGS_WITH_STATUS")),
        "location": Rule(replace=True, default="global"),
        "name": Rule(kept=True, pattern="[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?"),
        "project": Rule(replace=True, kept=True),
        "repositoryEventConfig.pullRequest.commentControl": Rule(
            values=("COMMENTS_DISABLED", "COMMENTS_ENABLED", "COMMENTS_ENABLED_FOR_EXTERNAL_CONTRIBUTORS_ONLY")
        ),
        "serviceAccount": Rule(pattern="projects/[^/]+/serviceAccounts/.+"),
        "sourceToBuild.ref": Rule(pattern="refs/.+"),
        "sourceToBuild.repoType": Rule(values=("UNKNOWN", "CLOUD_SOURCE_REPOSITORIES", "GITHUB", "BITBUCKET_SERVER")),
        "triggerTemplate.projectId": Rule(kept=True),
        "triggerTemplate.repoName": Rule(default="default"),
        "webhookConfig.secret": Rule(pattern=_SECRET_VERSION),
    },
    one_of=(
        ("bitbucketServerTriggerConfig.pullRequest", "bitbucketServerTriggerConfig.push"),
        ("bitbucketServerTriggerConfig.push.branch", "bitbucketServerTriggerConfig.push.tag"),
        ("build", "filename", "gitFileSource"),
        ("build.source.repoSource.branchName", "build.source.repoSource.commitSha", "build.source.repoSource.tagName"),
        ("github.pullRequest", "github.push"),
        ("github.push.branch", "github.push.tag"),
        ("triggerTemplate.branchName", "triggerTemplate.commitSha", "triggerTemplate.tagName"),
    ),
    any_of=(("sourceToBuild.repository", "sourceToBuild.uri"),),
)
