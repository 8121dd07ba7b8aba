"""A plan on its way from the build that has made it to the build that comments it.

The first runs what a pull request makes of the program, and has no secret; the second has the App's key, and runs nothing of the
pull request. All that goes from one to the other is what a step of the first has said. Who wrote it is not known: it is taken for
a text, about these stacks and no other, and for a verdict.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from delivery import plan_comment
from delivery.errors import ExitCode
from delivery.github_comment import shortened
from model.errors import ConfigError, Problem

MOST_BYTES = 3_000
"""What a step says comes as base64 in a substitution, which has at most 4,000 characters (`pipelines.limits`)."""
MOST_CHARACTERS = 1_000_000
"""Of what is unpacked: a few bytes may pretend to be a lot."""
_CUT = "\n\n*The rest is in the log of the build.*"
_CODES = (ExitCode.DONE, ExitCode.FAILED, ExitCode.REFUSED)


@dataclass(frozen=True)
class Kept:
    """The comment's Markdown, and what the command that planned has ended with."""

    body: str
    code: ExitCode


def packed(kept: Kept) -> bytes:
    """As few bytes as may be said; of a longer text what comes first, up to the end of a line."""
    least, most = 0, len(kept.body)
    whole = _packed(kept)
    if len(whole) <= MOST_BYTES:
        return whole
    while most - least > 1:
        middle = (least + most) // 2
        if len(_packed(Kept(shortened(kept.body, middle, _CUT), kept.code))) <= MOST_BYTES:
            least = middle
        else:
            most = middle
    return _packed(Kept(shortened(kept.body, least, _CUT), kept.code))


def unpacked(text: str, stacks: Sequence[str]) -> Kept:
    """What was packed, from base64. Raises ConfigError where it is something else, or names the plan of another stack."""
    try:
        inflated = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), MOST_CHARACTERS)
        found = json.loads(inflated)
        kept = Kept(found["body"], ExitCode(found["code"]))
        if not isinstance(kept.body, str) or kept.code not in _CODES:
            raise ValueError("it is no text with a verdict")
    except (binascii.Error, zlib.error, ValueError, KeyError, TypeError, RecursionError):
        raise _refused(
            "it is no plan that was saved", "Give it what 'slipway plan --save' has written, as base64."
        ) from None
    if others := sorted(set(plan_comment.hashes(kept.body)) - set(stacks)):
        raise _refused(f"it has a plan of {others[0]}, which is not asked for", "Name the stacks that were planned.")
    return kept


def _packed(kept: Kept) -> bytes:
    return zlib.compress(json.dumps({"body": kept.body, "code": int(kept.code)}).encode(), 9)


def _refused(problem: str, remedy: str) -> ConfigError:
    return ConfigError(Problem("command line", "--saved", problem, remedy))
