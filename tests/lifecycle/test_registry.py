"""Images come to the emulated registry and go, and what runs notices only when it has to pull."""

from __future__ import annotations

from sandbox.clouds import registry
from tests.lifecycle.commands import Site, digest

REFERENCE = "us-west1-docker.pkg.dev/ampersand-prod/gke-repo/scribe"


def test_the_registry_loses_an_image_that_keeps_running(released: Site) -> None:
    lost = released("sandbox", "lose", f"scribe@{digest(1)}", "--json").json
    assert lost == {"lost": f"{REFERENCE}@{digest(1)}"}
    dev = released.status()["dev"]
    assert (dev["healthy"], dev["images"]["scribe"]) == (True, digest(1))
    again = released("sandbox", "lose", f"{REFERENCE}@{digest(1)}", code=2)
    assert f"the registry holds no {REFERENCE}@{digest(1)}" in again.err

    released("sandbox", "push", f"scribe@{digest(2)}")
    meant = released("sandbox", "lose", f"scribe@{digest(3)}", code=2).err
    assert f"Did you mean '{digest(2)}'?" in meant
    assert released("sandbox", "lose", f"scribe@{digest(2)}").out == f"lost {REFERENCE}@{digest(2)}\n"


def test_tags_of_released_images_are_immutable(released: Site) -> None:
    """As the shared stack's `releases` repository asks for."""
    world = released.world
    with world.read() as tx:
        repository = tx.get("gcp", registry.REPOSITORY_TYPE, registry.repository_id(REFERENCE))
    world.close()
    assert repository is not None
    assert repository.inputs["dockerConfig"]["immutableTags"] is True
