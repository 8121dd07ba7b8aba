"""How the program ends where its config is refused."""

from __future__ import annotations

import runpy
from pathlib import Path

import pulumi
import pytest

PROGRAM = Path(__file__).parents[2] / "__main__.py"


def test_what_is_refused_ends_it_as_pulumi_shows_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulumi, "get_stack", lambda: "pr")
    with pytest.raises(pulumi.RunError, match=r"^Pulumi\.pr\.yaml: it is the template of previews, no stack\. "):
        runpy.run_path(str(PROGRAM), run_name="__main__")
