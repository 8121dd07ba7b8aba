"""Which notices a desk has: the sandbox's, or Slack's, whose client is imported only then."""

import os

from delivery.desk import Desk
from delivery.notices import Notices
from delivery.outbox import Outbox


def notices(desk: Desk) -> Notices:
    """What carries notices: the sandbox never tells anybody."""
    if desk.engine.name == "sandbox":
        from delivery.notices_sandbox import SandboxNotices

        return SandboxNotices(desk.place.sandbox, desk.engine.now)
    from delivery.notices_slack import SlackNotices

    return SlackNotices(os.environ)


def outbox(desk: Desk) -> Outbox:
    """Where notices go: `outbox(desk).tell(notice)`."""
    return Outbox(desk.place.config, notices(desk), desk.who, desk.engine.now)
