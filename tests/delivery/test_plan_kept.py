"""A plan on its way from one build to another: as long as a substitution may be, and about nothing else."""

from __future__ import annotations

import base64
import json
import zlib

import pytest

from delivery.errors import ExitCode
from delivery.plan_kept import MOST_BYTES, Kept, packed, unpacked
from model.errors import ConfigError
from pipelines.limits import SUBSTITUTION_VALUE

HASH = f"sha256:{'a' * 64}"
BODY = f"### What merging this would change\n\n- **dev**: 1 to create; plan `{HASH}`\n\nmore"


def carried(kept: Kept) -> str:
    """As a message of Cloud Build has it."""
    return base64.b64encode(packed(kept)).decode()


@pytest.mark.parametrize("code", [ExitCode.DONE, ExitCode.FAILED, ExitCode.REFUSED])
def test_what_is_packed_is_unpacked(code: ExitCode) -> None:
    assert unpacked(carried(Kept(BODY, code)), ["dev"]) == Kept(BODY, code)


def test_a_long_one_is_cut_at_a_line_and_fits_a_substitution() -> None:
    lines = [f"create {zlib.crc32(str(number).encode()):x}" for number in range(5_000)]
    body = "\n".join((BODY, "```", *lines, "```"))
    text = carried(Kept(body, ExitCode.FAILED))
    assert MOST_BYTES - 100 < len(packed(Kept(body, ExitCode.FAILED))) <= MOST_BYTES
    assert len(text) <= SUBSTITUTION_VALUE
    kept = unpacked(text, ["dev"])
    whole, _, end = kept.body.partition("\n```\n\n*The rest")
    assert body.startswith(f"{whole}\n")
    assert end == " is in the log of the build.*"
    assert kept.code == ExitCode.FAILED


def inflated(text: bytes) -> str:
    return base64.b64encode(zlib.compress(text)).decode()


def document(**parts: object) -> str:
    return inflated(json.dumps(parts).encode())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is no plan that was saved"),
        ("not base64", "it is no plan that was saved"),
        ("aGVsbG8=", "it is no plan that was saved"),
        (document(body=BODY), "it is no plan that was saved"),
        (document(body=BODY, code=2), "it is no plan that was saved"),
        (document(body=BODY, code=99), "it is no plan that was saved"),
        (document(body=["text"], code=0), "it is no plan that was saved"),
        pytest.param(inflated(b"[" * 2_000_000), "it is no plan that was saved", id="deep"),
        pytest.param(inflated(b" " * 2_000_000 + b"{}"), "it is no plan that was saved", id="large"),
        (document(body=BODY, code=0), "it has a plan of dev, which is not asked for"),
    ],
)
def test_what_is_none_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        unpacked(text, ["prod"])
    assert [found.problem for found in refusal.value.problems] == [problem]
