"""One preview of the whole catalogue: how long until all of it is ready, what it is made of, and what it costs."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bench import site
from bench.figure import Figure, at_most, told

IAM_SECONDS = 120
"""What a grant takes to be known everywhere, and no API tells when it is:
https://docs.cloud.google.com/iam/docs/access-change-propagation. It runs beside the rest: pods start later than grants."""


def figures() -> Iterator[Figure]:
    """Opened, opened again with nothing new, and closed; each forked from this process."""
    with site.fresh() as here:
        site.release(here)
        made = here.timed("pr", "open", "1", "--branch", "one", "--json")
        update = json.loads(made.result)
        shown = json.loads(here.said("pr", "show", "1", "--json"))
        again = here.timed("pr", "open", "1", "--branch", "one", "--json")
        gone = here.timed("pr", "close", "1", "--json")
    yield at_most("preview: virtual time from pr open to all services ready", update["virtual_seconds"], 300, "s")
    yield told("preview: beside it, until IAM knows its grants everywhere", IAM_SECONDS, "s")
    yield told("preview: resources", shown["resources"])
    yield told("preview: cost of a day awake", shown["usd_per_day"], "US dollars")
    yield at_most("preview: pr open", made.seconds, 3, "s")
    yield told("preview: pr open again, nothing new", again.seconds, "s")
    yield told("preview: pr close", gone.seconds, "s")
