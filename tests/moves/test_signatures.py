"""What the pipeline has not signed runs where that is not asked for, and nowhere else."""

import pytest

from tests.lifecycle.commands import Site, digest
from tests.moves.small import IMAGES


@pytest.mark.journey
def test_an_unsigned_image_does_not_get_past_dev(released: Site) -> None:
    released("promote", "staging")
    released("sandbox", "push", f"scribe@{digest(2)}", "--unsigned")
    released("deploy", "dev", released.record({**dict.fromkeys(IMAGES, 1), "scribe": 2}))

    refused = released("promote", "staging", code=1)
    said = refused.out + refused.err
    assert "denied by attestor projects/ampersand-prod/attestors/slipway: No attestations found" in said
    assert released.status()["staging"]["images"]["scribe"] == digest(1)

    released("sandbox", "push", f"scribe@{digest(2)}")
    released("unhold", "staging", "--why", "it is signed now")
    released("promote", "staging")
    assert released.status()["staging"]["images"]["scribe"] == digest(2)
