"""A release is recorded with the migrations of its commit, where the catalogue says where they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model.data import Migrations
from pipelines.releasing import RECORD, of_branch
from pipelines.setting import Setting


@pytest.mark.parametrize(("folder", "named"), [("api/migrations", "/workspace/api/migrations"), ("", None)])
def test_the_folder_is_handed_on(ours: Setting, folder: str, named: str | None) -> None:
    migrations = Migrations(database="main", image="api", folder=folder)
    setting = replace(ours, catalogue=ours.catalogue.model_copy(update={"migrations": migrations}))
    (record,) = [step for step in of_branch(setting, "main").steps if step.id == RECORD]
    assert record.env.get("MIGRATIONS") == named
    assert ('--migrations "$MIGRATIONS" --push "$@"' in record.script) is (named is not None)
    assert record.script.endswith(' --push "$@"')


@pytest.mark.parametrize("folder", ["/api", "../api", "api/../..", "a b", "api/"])
def test_the_folder_is_in_the_repository(folder: str) -> None:
    with pytest.raises(ValueError, match="folder"):
        Migrations(database="main", image="api", folder=folder)
