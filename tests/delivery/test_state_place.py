"""Where each stack's state is, and what its secrets are sealed with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from delivery import sealing
from delivery.errors import Failed
from delivery.place import Place
from delivery.state_place import BACKEND, place_of
from model.errors import ConfigError

PROGRAM = Path(__file__).resolve().parents[2]
DEV_STATE = "gs://ampersand-dev-dev-state"
PROVIDER = "gcpkms://projects/ampersand-dev/locations/us-west1/keyRings/pulumi/cryptoKeys/dev"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """The stacks of this repository, and a preview of dev."""
    for pattern in ("Pulumi.*yaml", "services.yaml"):
        for path in PROGRAM.glob(pattern):
            shutil.copy(path, tmp_path)
    preview = (tmp_path / "Pulumi.pr.yaml").read_text() + "  slipway:pullRequest: {number: 42, branch: search}\n"
    (tmp_path / "Pulumi.pr-42.yaml").write_text(preview)
    return Place(tmp_path, tmp_path, tmp_path / ".sandbox")


@pytest.mark.parametrize(
    ("stack", "state"),
    [
        ("shared", "gs://ampersand-prod-shared-state"),
        ("dev", DEV_STATE),
        ("staging", "gs://ampersand-staging-staging-state"),
        ("prod", "gs://ampersand-prod-prod-state"),
        ("pr-42", DEV_STATE),
    ],
)
def test_each_environment_has_a_place_of_its_own_and_a_preview_is_beside_its_base(
    place: Place, stack: str, state: str
) -> None:
    assert place_of(stack, place, {}) == state


def test_what_is_named_by_hand_counts_for_all(place: Place) -> None:
    (place.program / "Pulumi.yaml").write_text("name: slipway\nruntime: python\nbackend: {url: 'file:///states'}\n")
    assert place_of("prod", place, {}) == "file:///states"
    assert place_of("prod", place, {BACKEND: "file:///sandbox"}) == "file:///sandbox"


def test_a_preview_whose_file_is_gone_is_looked_for_beside_the_base_of_the_next(place: Place) -> None:
    assert place_of("pr-7", place, {}) == DEV_STATE
    with pytest.raises(Failed, match="nobody knows where the state of 'old' is") as failed:
        place_of("old", place, {})
    assert failed.value.remedy == f"Restore Pulumi.old.yaml from git, or name the place in {BACKEND}."
    template = place.config / "Pulumi.pr.yaml"
    template.write_text(template.read_text().replace("base: dev", "base: dve"))
    with pytest.raises(ConfigError, match=r"Pulumi\.pr\.yaml: slipway:base: there is no stack 'dve'"):
        place_of("pr-7", place, {})


def unsealed(place: Place, stack: str, more: str = "") -> Path:
    """The stack's file without what it is sealed with."""
    file = place.config / f"Pulumi.{stack}.yaml"
    lines = [line for line in file.read_text().splitlines() if not line.startswith("encryptionsalt")]
    file.write_text("\n".join(lines) + "\n" + more)
    return file


@pytest.mark.parametrize("stack", ["dev", "pr-42"])
def test_beside_the_state_in_its_bucket_is_the_key_that_bootstrap_has_made(place: Place, stack: str) -> None:
    assert sealing.provider(stack, place.config, DEV_STATE) == "", "the file has the salt of a passphrase"
    unsealed(place, stack)
    assert sealing.provider(stack, place.config, DEV_STATE) == PROVIDER
    assert sealing.provider(stack, place.config, "file:///states") == ""
    unsealed(place, stack, "secretsprovider: hashivault://slipway\n")
    assert sealing.provider(stack, place.config, DEV_STATE) == "hashivault://slipway"


def test_what_pulumi_has_sealed_with_is_kept_and_nothing_else_changes(place: Place, tmp_path: Path) -> None:
    file = unsealed(place, "dev")
    before = file.read_text()
    made = tmp_path / "made.yaml"
    made.write_text(f"secretsprovider: {PROVIDER}\nencryptedkey: CiQA==\nconfig: {{}}\n")
    sealing.keep(made, file)
    assert file.read_text() == f"{before}secretsprovider: {PROVIDER}\nencryptedkey: CiQA==\n"
    made.write_text("secretsprovider: another\nencryptedkey: another\n")
    sealing.keep(made, file)
    assert file.read_text() == f"{before}secretsprovider: {PROVIDER}\nencryptedkey: CiQA==\n"
