"""The commands that the README tells a newcomer to type, in their order."""

from __future__ import annotations

import re
import shlex

from tests.lifecycle.commands import PROGRAM, Site

FENCE = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def test_the_commands_of_the_readme(empty: Site) -> None:
    blocks = FENCE.findall((PROGRAM / "README.md").read_text())
    lines = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    ran = [line.removeprefix(".venv/bin/slipway ") for line in lines if line.startswith(".venv/bin/slipway ")]
    assert ran == ["up shared", "up dev", "plan dev", "status"]
    printed = [empty(*shlex.split(line)).out for line in ran]
    assert "nothing changes" in printed[2]
    assert "never released" in printed[3]
