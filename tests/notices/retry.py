"""A process that sends what is kept: `python -m tests.notices.retry CONFIG`, with Slack's settings in its environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from delivery.notices_slack import SlackNotices
from delivery.outbox import Outbox
from tests.notices.conftest import AT

if __name__ == "__main__":
    carrier = SlackNotices(os.environ, answer_seconds=60)
    print(Outbox(Path(sys.argv[1]), carrier, "bob@example.com", lambda: AT).retry())
