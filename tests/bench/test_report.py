"""The bench of the report measures a page with all rows in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SMALL = """
from bench import report
for figure in report.figures(entries=120, previews=2, runs=1):
    print(f"{figure.what}|{figure.asked}|{figure.verdict}")
"""


@pytest.mark.prove
def test_it_writes_a_page_and_says_where_no_browser_is() -> None:
    """In a process of its own, which forks as the bench does; without a PATH there is no browser."""
    environment = {**os.environ, "PATH": "/usr/bin/nowhere", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", SMALL], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "report of 120 entries and 2 previews: the command||",
        "report of 120 entries and 2 previews: the file||",
        "report of 120 entries and 2 previews: first paint|at most 1000 ms|",
    ]
