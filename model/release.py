"""What a release is called, and what it pins."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
RELEASE = re.compile(r"([0-9]{4})\.([0-9]{2})\.([0-9]{2})\.[0-9]{4}")


def _digest(value: str) -> str:
    if not DIGEST.fullmatch(value):
        raise ValueError(f"'{value}' is not a digest|Write sha256: and 64 hexadecimal digits; a tag can move")
    return value


def valid_release_id(value: str) -> str:
    """The id as it stands. Raises ValueError where it is no YYYY.MM.DD.NNNN of a real day."""
    try:
        match = RELEASE.fullmatch(value)
        if match and date(int(match[1]), int(match[2]), int(match[3])):
            return value
    except ValueError:
        pass
    raise ValueError(f"'{value}' is not a release|Write YYYY.MM.DD.NNNN")


Digest = Annotated[str, AfterValidator(_digest)]
ReleaseId = Annotated[str, AfterValidator(valid_release_id)]
