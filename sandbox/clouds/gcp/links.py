"""Names, paths and URLs of the same thing.

Google accepts `my-network`, `projects/p/global/networks/my-network` and the full URL for one network, and answers with
the URL. Ids in the world are the paths.
"""

from __future__ import annotations

import re

_PREFIX = re.compile(r"^(?:https?://[^/]+/(?:[a-z]+/)?v\d[^/]*/|//[^/]+/)")


def path(link: str) -> str:
    """The path of a URL; a name or path stays as it is."""
    return _PREFIX.sub("", link)


def last(link: str) -> str:
    """The bare name."""
    return link.rstrip("/").rsplit("/", 1)[-1]


def same(old: str, new: str) -> bool:
    """Whether two spellings mean the same: by path where both have one, else by name."""
    old, new = path(old), path(new)
    return old == new or (("/" not in new or "/" not in old) and last(old) == last(new))
