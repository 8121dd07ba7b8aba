"""Which decisions rules go by: those that stand in the stacks' files already."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from policies.settings import Settings, load

PROGRAM = Path(__file__).resolve().parents[2]
RELEASES = "us-west1-docker.pkg.dev/ampersand-prod/gke-repo"
OPENED = (
    "  slipway:pullRequest: {number: 42, branch: search, commit: " + "c" * 40 + "}\n"
    "  slipway:databasePassword: {secure: v1:a}\n"
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The default files, and a preview."""
    for path in (*PROGRAM.glob("Pulumi.*.yaml"), PROGRAM / "services.yaml"):
        shutil.copy(path, tmp_path)
    text = (PROGRAM / "Pulumi.pr.yaml").read_text()
    (tmp_path / "Pulumi.pr-42.yaml").write_text(text.rstrip() + "\n" + OPENED)
    return tmp_path


def test_what_the_files_decide() -> None:
    assert load("shared", PROGRAM) == Settings(
        stack="shared",
        kind="shared",
        project="ampersand-prod",
        releases="gke-repo",
        customer_keys=True,
        deletion_protection=True,
        labels={"owner": "platform", "cost-center": "ampersand-shared"},
    )
    assert load("dev", PROGRAM) == Settings(
        stack="dev",
        kind="environment",
        project="ampersand-dev",
        registries=(RELEASES,),
        public=frozenset({"provider-webhooks"}),
        gateway=True,
        labels={"owner": "platform", "cost-center": "ampersand-dev"},
    )
    prod = load("prod", PROGRAM)
    assert (prod.customer_keys, prod.deletion_protection) == (True, True)


def test_a_preview_borrows_from_its_base(config: Path) -> None:
    found = load("pr-42", config)
    assert (found.base, found.production) == ("dev", False)
    assert found.registries == (RELEASES, "us-west1-docker.pkg.dev/ampersand-prod/gke-previews")
    assert found.others == {"ampersand-staging", "100000000002", "ampersand-prod", "100000000003"}


@pytest.mark.parametrize(("base", "production"), [("dev", False), ("staging", False), ("prod", True)])
def test_production_is_where_releases_end_and_data_is_kept(config: Path, base: str, production: bool) -> None:
    path = config / "Pulumi.pr-42.yaml"
    path.write_text(path.read_text().replace("slipway:base: dev", f"slipway:base: {base}"))
    assert load("pr-42", config).production is production
