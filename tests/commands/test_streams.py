"""Streams that are closed, or that take nothing, end no command with a fault of its own; what is written to them is said as it is."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.lifecycle.commands import PROGRAM

SLIPWAY = f'"{Path(sys.executable).parent}/slipway" release show x'


@pytest.mark.parametrize(
    ("redirected", "said"),
    [(">&- 2>&- <&-", False), ("--json >/dev/full", True)],
)
def test_a_stream_that_cannot_be_written_leaves_the_ending_as_it_is(redirected: str, said: bool) -> None:
    done = subprocess.run(
        f"{SLIPWAY} {redirected}", shell=True, cwd=PROGRAM, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: command line: RELEASE: 'x' is no release id.") is said
    assert "Traceback" not in done.stderr


def test_what_looks_like_an_emojis_code_is_said_as_it_was_written() -> None:
    command = [f"{Path(sys.executable).parent}/slipway", "release", "show", ":key:"]
    done = subprocess.run(command, cwd=PROGRAM, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: command line: RELEASE: ':key:' is no release id.")
