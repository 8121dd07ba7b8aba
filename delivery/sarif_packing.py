"""A SARIF file as GitHub takes it: compressed, as text."""

import base64
import gzip

from delivery.errors import Failed

LARGEST = 10 * 10**6
"""Bytes, compressed: https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/file-too-large"""


def packed(text: str) -> str:
    """The same for the same text. Raises Failed where GitHub would refuse it for its size."""
    compressed = gzip.compress(text.encode(), mtime=0)
    if len(compressed) > LARGEST:
        raise Failed(
            f"the findings are {len(compressed) / 10**6:.1f} MB, compressed, and GitHub takes {LARGEST // 10**6}",
            "Let the scanner look at less, or report less.",
        )
    return base64.b64encode(compressed).decode()
