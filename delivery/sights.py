"""What the Pulumi CLI sees of a stack's resources in a refresh that takes over nothing."""

from collections.abc import Iterable

from pulumi.automation.events import EngineEvent

from delivery.engines import Diagnostic, Kept, Report, Seen
from delivery.pulumi_events import Listener, is_default_provider, shown

SPARED = "it holds a secret, which a viewer may not read"
_SECRETS = (
    "gcp:projects/apiKey:ApiKey",
    "gcp:secretmanager/secretVersion:SecretVersion",
    "kubernetes:core/v1:Secret",
)
_REDIS = "gcp:redis/instance:Instance"


class Sights:
    """What a refresh that takes over nothing finds of each resource. Errors are passed on like any end of a step."""

    def __init__(self, report: Report) -> None:
        self.found: list[Seen] = []
        self._following = Listener(report, planning=False)

    @property
    def errors(self) -> list[Diagnostic]:
        """Why something could not be read."""
        return [found for found in self._following.diagnostics if found.severity == "error"]

    def hear(self, event: EngineEvent) -> None:
        """One event, as the CLI sends it: `delete` is what is gone, `update` what is different."""
        self._following.hear(event)
        if (told := event.res_outputs_event) and not is_default_provider(told.metadata.urn):
            op, new = str(told.metadata.op.value), told.metadata.new
            self.found.append(
                Seen(
                    urn=told.metadata.urn,
                    gone=op == "delete",
                    different=op == "update",
                    detail=tuple(sorted(told.metadata.detailed_diff or told.metadata.diffs or ())),
                    inputs=shown(new.inputs or {}) if new else {},
                    outputs=shown(new.outputs or {}) if new else {},
                )
            )


def spared(resources: Iterable[Kept]) -> list[Kept]:
    """The resources whose provider reads a secret when it reads them, which a viewer's roles do not allow.

    Of a Redis instance with AUTH it asks for the password too (resource_redis_instance.go of the Terraform provider).
    """
    return [
        each
        for each in resources
        if each.type in _SECRETS or (each.type == _REDIS and each.inputs.get("authEnabled") is True)
    ]
