"""What a new team's files say, for few and many environments, with a database and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from delivery import first_files
from delivery.answers import answered
from delivery.first_files import Sealed
from model.catalogue import load_catalogue
from model.environment import Environment
from model.order import order
from model.stacks import load_environment, stacks
from model.together import check_together
from pipelines import triggers

SEALED = Sealed("v1:AAAA:v1:AAAA:AAAA", "v1:x:y", "v1:x:y")


def written(folder: Path, environments: list[str], services: list[str], database: list[str]) -> Path:
    said = answered("acme", [f"{name}=acme-{name.lower()}" for name in environments], services, database=database)
    for name, text in first_files.files(said, SEALED).items():
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    "environments", [["dev"], ["dev", "prod"], ["TEST", "SANDBOX", "PROD"], ["a", "b", "c", "d", "e", "f"]]
)
@pytest.mark.parametrize("database", [[], ["worker", "api"]])
def test_they_go_together(tmp_path: Path, environments: list[str], database: list[str]) -> None:
    folder = written(tmp_path, environments, ["api", "worker"], database)
    catalogue = load_catalogue(folder)
    for stack in stacks(folder):
        check_together(stack, load_environment(stack, folder), catalogue)
    assert order(folder) == environments
    loaded = [load_environment(stack, folder) for stack in environments]
    assert [it.database is not None for it in loaded if isinstance(it, Environment)] == [bool(database)] * len(loaded)
    assert [it.promotion.automatic for it in loaded if isinstance(it, Environment)] == [
        True,
        *[False] * (len(loaded) - 1),
    ]
    found = triggers.all_of(folder)
    assert found["main"].deploys == {environments[0]}
    assert {database.owner for database in catalogue.databases.values()} == ({"worker"} if database else set())
    assert set(catalogue.images) == {"api", "worker", *(("postgres", "cloud-sql-proxy") if database else ())}


def test_no_two_environments_share_a_network_range_or_a_number(tmp_path: Path) -> None:
    folder = written(tmp_path, list("abcdefgh"), ["api"], [])
    loaded = [load_environment(stack, folder) for stack in order(folder)]
    assert len({it.network.range for it in loaded if isinstance(it, Environment)}) == 8
    assert len({it.project_number for it in loaded if isinstance(it, Environment)}) == 8
