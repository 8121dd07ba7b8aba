"""The build that tells of builds that have failed, where nobody has started them and so nobody looks on.

What fails within `slipway` is told by it. An image that cannot be built, a runner that is gone, a build that takes too long have
nobody to tell of them but Cloud Build's own message.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipelines import steps
from pipelines.build import Build
from pipelines.setting import Setting
from pipelines.trigger import FAILED, Message, Push, Trigger

READS = {
    "_STATUS": "status",
    "_TRIGGER_ID": "buildTriggerId",
    "_TRIGGER": "substitutions.TRIGGER_NAME",
    "_COMMIT": "substitutions.COMMIT_SHA",
    "_URL": "logUrl",
}
"""https://docs.cloud.google.com/build/docs/api/reference/rest/v1/projects.builds"""


def of(found: Iterable[Trigger]) -> Message:
    """The message about any build that a merge has started."""
    followed = tuple(trigger.name for trigger in found if isinstance(trigger.event, Push))
    return Message(of=followed, ended=FAILED, reads={name: f"body.message.data.{path}" for name, path in READS.items()})


def failed(setting: Setting) -> Build:
    """Whoever is told of deployments hears of it, with the way to its log."""
    step = steps.slipway(
        setting,
        "tell",
        'slipway pipeline failed "$TRIGGER" --commit "$COMMIT" --status "$STATUS" --url "$URL"',
        after=[steps.CHECKOUT],
        env={"TRIGGER": "$_TRIGGER", "COMMIT": "$_COMMIT", "STATUS": "$_STATUS", "URL": "$_URL"},
        notices=True,
    )
    given = ("_TRIGGER", "_COMMIT", "_STATUS", "_URL")
    return steps.build([*steps.checkout(setting), step], substitutions=dict.fromkeys(given, ""))
