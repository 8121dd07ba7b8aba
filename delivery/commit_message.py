"""What a commit made by this command says: a subject, and trailers for programs."""

import secrets
from collections.abc import Mapping

NONCE = "Slipway-Change"
"""The trailer by which a change is known again when a rebase has given its commit another name."""


SKIP = "[skip ci]"
"""What keeps Cloud Build from starting a build of a push:
https://docs.cloud.google.com/build/docs/automating-builds/create-manage-triggers#skipping_a_build_trigger"""


def compose(message: str, trailers: Mapping[str, str], *, told: bool = False) -> bytes:
    """The message with its trailers, each on one line, and a nonce of 64 bits. `told`: what it says has happened already, and no
    build is to do it once more."""
    lines = [f"{key}: {' '.join(value.split())}" for key, value in trailers.items()]
    return "\n".join(
        [message.strip(), "", *([SKIP, ""] if told else []), *lines, f"{NONCE}: {secrets.token_hex(8)}", ""]
    ).encode()


def trailers(message: str) -> dict[str, str]:
    """The `Key: value` lines of a message's last paragraph, which must hold nothing else; of one key the last."""
    *before, last = message.rstrip().split("\n\n")
    pairs = [line.partition(": ") for line in last.split("\n")]
    if not before or not all(colon and key.replace("-", "").isalnum() for key, colon, _ in pairs):
        return {}
    return {key: value for key, _, value in pairs}
