"""What the ledger of an environment says about its deployments: each begins, and ends in one of three ways."""

from delivery.ledger import Entry, Ledger

BEGUN = "begun"
DONE = "done"
FAILED = "failed"
WITHDRAWN = "withdrawn"
"""Nothing was deployed and the pins are as they were."""


def last_unfinished(ledger: Ledger) -> Entry | None:
    """The deployment that was begun and never ended: its process was killed, or is still at it."""
    entries = ledger.entries()
    return entries[-1] if entries and entries[-1].event == BEGUN else None


def last_good(ledger: Ledger) -> str | None:
    """The release that was last deployed well."""
    return next((str(entry.facts["release"]) for entry in reversed(ledger.entries()) if entry.event == DONE), None)
