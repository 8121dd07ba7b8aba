"""Every emulated type of GitHub by its token."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import ResourceType
from sandbox.clouds.github import environment, file, ruleset, webhook

TYPES: dict[str, ResourceType] = {
    resource.token: resource for resource in (*webhook.TYPES, *ruleset.TYPES, *environment.TYPES, *file.TYPES)
}
IMPORTS: dict[str, str] = {
    webhook.WEBHOOK_TYPE: "{repository}/{number}",
    ruleset.RULESET_TYPE: "{repository}:{number}",
    environment.ENVIRONMENT_TYPE: "{repository}:{environment}",
    environment.POLICY_TYPE: "{repository}:{environment}:{number}",
    file.FILE_TYPE: "{repository}:{file}:{branch}",
}
"""What an import is called, which is more than the id where that is a number."""
