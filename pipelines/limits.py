"""What Cloud Build takes at most."""

from __future__ import annotations

STEPS = 100
"""Of a build, which the provider of Google Cloud holds triggers to as well; https://docs.cloud.google.com/build/quotas"""
ARGUMENTS, ARGUMENT_LENGTH = 100, 10_000
"""Of a step, and characters of one: https://docs.cloud.google.com/build/docs/build-config-file-schema#args"""
VARIABLES, VARIABLE_LENGTH = 100, 65_536
"""Of a step, and characters of one: https://docs.cloud.google.com/build/docs/build-config-file-schema#env"""
SUBSTITUTIONS, SUBSTITUTION_NAME, SUBSTITUTION_VALUE = 200, 100, 4_000
"""Of a build, and characters of a name and of a value:
https://docs.cloud.google.com/build/docs/configuring-builds/substitute-variable-values"""
TIMEOUT = 24 * 60 * 60
"""Seconds: https://docs.cloud.google.com/build/docs/build-config-file-schema#timeout_2"""
TRIGGERS = 300
"""Of a project: https://docs.cloud.google.com/build/quotas"""
TRIGGER_NAME = 64
"""Characters: https://docs.cloud.google.com/build/docs/api/reference/rest/v1/projects.locations.triggers"""

BUILTIN = frozenset(
    {
        *("PROJECT_ID", "PROJECT_NUMBER", "LOCATION", "BUILD_ID", "TRIGGER_NAME"),
        *("SERVICE_ACCOUNT", "SERVICE_ACCOUNT_EMAIL"),
    }
)
OF_SOURCE = frozenset(
    {"COMMIT_SHA", "REVISION_ID", "SHORT_SHA", "REPO_NAME", "REPO_FULL_NAME", "BRANCH_NAME", "REF_NAME"}
)
OF_PULL_REQUEST = frozenset({"_HEAD_BRANCH", "_BASE_BRANCH", "_HEAD_REPO_URL", "_PR_NUMBER"})
"""What Cloud Build fills in itself, always, for a commit, and for a pull request:
https://docs.cloud.google.com/build/docs/configuring-builds/substitute-variable-values#using_default_substitutions"""
